/** The PubSub room: nodes of people (XEP-0163) and of the service (XEP-0060), over one engine. */
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { PersonalNodes } from '../profile/ports.ts';
import type { MaybePromise, Room } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import type { EntityFeatures } from '../xmpp/xeps/entity-features.ts';
import type { AccountDisco } from '../xmpp/xeps/ports.ts';
import { type CoreDeps, type Counters, createCore } from './core.ts';
import { personFeatures } from './features.ts';
import { createGreetings } from './greetings.ts';
import { createNotifier } from './notifier.ts';
import { createOperation, type PubSubOperation } from './operation.ts';
import { createPep, type Instead } from './pep.ts';
import { createPersonal } from './personal.ts';
import { pubsubProtocols } from './protocols.ts';
import { createEngine } from './requests/index.ts';
import { createPubSubHost, creationRule, pubsubNames } from './service.ts';

export type { PubSubOperation } from './operation.ts';

export interface PubSub extends Room {
  readonly host: Host;
  readonly disco: AccountDisco;
  readonly counters: Readonly<Counters>;
  readonly operation: PubSubOperation;
  /** For conversions between nodes and older protocols. */
  readonly personal: PersonalNodes;
  /** The address no longer belongs to its account. */
  forget(bare: BareJid): void;
  /** Hears the other nodes; once, after the router has joined them. */
  listen(): void;
  /** Drops what other nodes look after from now on. */
  release(isMine: (bare: BareJid) => boolean, isMyService: (domain: string) => boolean): void;
  /** The address is nobody's any more: whoever gets it next is nobody's owner and subscriber. A renamed person stays what it was. */
  forgetPerson(bare: BareJid, renamedTo?: BareJid): Promise<void>;
  stop(): Promise<void>;
}

export function createPubSub(
  deps: CoreDeps & {
    readonly features: EntityFeatures;
    readonly imDomains: Live<ReadonlySet<string>>;
    readonly blockListsOf: (accountIds: readonly number[]) => Promise<ReadonlyMap<number, readonly string[]>>;
    readonly isOperator: (bare: BareJid) => MaybePromise<boolean>;
  },
): PubSub {
  const core = createCore(deps);
  const names = pubsubNames(deps.imDomains, deps.settings);
  const notifier = createNotifier(core, (session, feature) => deps.features.of(session)?.has(feature) === true);
  const engine = createEngine(core, notifier, creationRule(names, deps.imDomains, deps.settings));
  const greetings = createGreetings(core, notifier, { featuresOf: deps.features.of, blockListsOf: deps.blockListsOf });
  const instead: Instead[] = [];
  const pep = createPep(core, engine, deps.roster, instead);
  deps.features.onKnown(greetings.known);
  deps.roster.onWatcher((user, contact, sees) => {
    if (sees && deps.roster.isWatcher(user, contact.bare)) greetings.allowed(user, contact);
  });

  return {
    name: 'pubsub',
    personal: createPersonal(core, engine, notifier, instead),
    host: createPubSubHost({ core, engine, names, isOperator: deps.isOperator }),
    disco: pep.disco,
    counters: core.counters,
    operation: createOperation(core, engine),
    iq: pep.iq,
    hooks: pep.hooks,
    features: { account: personFeatures },
    protocols: pubsubProtocols,
    listen() {
      notifier.listen();
      greetings.listen();
    },
    release: core.realms.release,
    forget: (bare) => core.realms.forget(bare),
    forgetPerson: (bare, renamedTo) => core.realms.forgetPerson(bare, renamedTo),
    stop: async () => names.stop(),
  };
}
