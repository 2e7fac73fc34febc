/** The PubSub room: nodes of people (XEP-0163) and of the service (XEP-0060), over one engine. */
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { PersonalNodes } from '../profile/ports.ts';
import type { MaybePromise, Protocol, Room } from '../xmpp/router/hooks.ts';
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
  /** The address is nobody's any more: whoever gets it next is nobody's owner and subscriber. */
  forgetPerson(bare: BareJid): Promise<void>;
  stop(): Promise<void>;
}

const protocols: readonly Protocol[] = [
  {
    number: 'XEP-0060',
    title: 'Publish-Subscribe',
    version: '1.31.0',
    status: 'complete',
    note: 'Leaf nodes; one subscription for each address; no collections.',
  },
  { number: 'XEP-0163', title: 'Personal Eventing Protocol', version: '1.2.2', status: 'complete' },
  { number: 'XEP-0222', title: 'Persistent Storage of Public Data via PubSub', version: '1.0.1', status: 'complete' },
  { number: 'XEP-0223', title: 'Persistent Storage of Private Data via PubSub', version: '1.1.1', status: 'complete' },
  {
    number: 'XEP-0490',
    title: 'Message Displayed Synchronization',
    version: '1.0.0',
    status: 'complete',
    note: 'By a node of the person.',
  },
  { number: 'XEP-0384', title: 'OMEMO Encryption', version: '0.8.3', status: 'complete', note: 'Nodes for devices and keys, open to all.' },
  { number: 'XEP-0172', title: 'User Nickname', version: '1.1', status: 'complete' },
  { number: 'XEP-0107', title: 'User Mood', version: '1.2.1', status: 'complete' },
  { number: 'XEP-0108', title: 'User Activity', version: '1.3.1', status: 'complete' },
  { number: 'XEP-0118', title: 'User Tune', version: '1.3.0', status: 'complete' },
];

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
    protocols,
    listen() {
      notifier.listen();
      greetings.listen();
    },
    release: core.realms.release,
    forget: (bare) => core.realms.forget(bare),
    forgetPerson: (bare) => core.realms.forgetPerson(bare),
    stop: async () => names.stop(),
  };
}
