/** Which part of PubSub a request means, and that it is answered whatever happens. The same for a person's nodes and for a service. */
import { isStoreDown } from '../../kernel/faults.ts';
import type { IqAnswer, MaybePromise } from '../../xmpp/router/hooks.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import type { IqStanza, StanzaFault } from '../../xmpp/stanza/stanza.ts';
import { type Asker, type Core, tag } from '../core.ts';
import { faults } from '../faults.ts';
import { PUBSUB, PUBSUB_OWNER } from '../names.ts';
import type { Notifier } from '../notifier.ts';
import type { Realm } from '../realm.ts';
import { createAffiliations } from './affiliations.ts';
import { createItems, type Items, type Published } from './items.ts';
import { createNodes, type MayCreate, type Nodes } from './nodes.ts';
import { createSubscriptions, optionsForm, type Subscriptions } from './subscriptions.ts';

export interface Engine {
  handle(realm: Realm, asker: Asker, iq: IqStanza, payload: Element): MaybePromise<IqAnswer>;
  /** In the realm's turn, with its nodes as the database has them; a database that is away becomes a refusal. */
  inTurn(realm: Realm, work: () => Promise<IqAnswer>): Promise<IqAnswer>;
  readonly nodes: Nodes;
  readonly items: Items;
  readonly subscriptions: Subscriptions;
  readonly published: Published[];
}

export function createEngine(core: Core, notifier: Notifier, mayCreate: MayCreate): Engine {
  const published: Published[] = [];
  const nodes = createNodes(core, notifier, mayCreate);
  const items = createItems(core, nodes, notifier, () => published);
  const subscriptions = createSubscriptions(core, notifier);
  const affiliations = createAffiliations(core, notifier);

  const refusal = (fault: StanzaFault): IqAnswer => {
    core.counters.refused++;
    return { fault };
  };
  const counted = (answer: IqAnswer): IqAnswer => {
    if ('fault' in answer) core.counters.refused++;
    return answer;
  };

  function inTurn(realm: Realm, work: () => Promise<IqAnswer>): Promise<IqAnswer> {
    return realm
      .run(async () => {
        if (realm.isStale) await core.realms.refresh(realm);
        return counted(await work());
      })
      .catch((error: unknown) => {
        if (isStoreDown(error)) return refusal(faults.storeDown);
        throw error;
      });
  }

  /** What changes something: one after the other. */
  function change(realm: Realm, asker: Asker, payload: Element, action: Element): Promise<IqAnswer> | null {
    const name = action.attrs.node ?? '';
    if (payload.ns === PUBSUB)
      switch (action.name) {
        case 'publish':
          return inTurn(realm, () => items.publish(realm, asker, payload));
        case 'retract':
          return inTurn(realm, () => items.retract(realm, asker, payload));
        case 'subscribe':
          return inTurn(realm, () => subscriptions.subscribe(realm, asker, payload));
        case 'unsubscribe':
          return inTurn(realm, () => subscriptions.unsubscribe(realm, asker, payload));
        case 'options':
          return inTurn(realm, () => subscriptions.options(realm, asker, payload, 'set'));
        case 'create':
          return paced(asker, () => inTurn(realm, () => nodes.create(realm, asker, payload)));
        default:
          return null;
      }
    switch (action.name) {
      case 'configure':
        return paced(asker, () => inTurn(realm, () => nodes.configure(realm, asker, payload, 'set')));
      case 'purge':
        return paced(asker, () => inTurn(realm, () => nodes.purge(realm, asker, name)));
      case 'delete':
        return paced(asker, () =>
          inTurn(realm, () => nodes.delete(realm, asker, name, action.child('redirect', PUBSUB_OWNER)?.attrs.uri ?? '')),
        );
      case 'affiliations':
        return paced(asker, () => inTurn(realm, () => affiliations.setByOwner(realm, asker, action)));
      case 'subscriptions':
        return paced(asker, () => inTurn(realm, () => subscriptions.setByOwner(realm, asker, action)));
      default:
        return null;
    }
  }

  const paced = (asker: Asker, work: () => Promise<IqAnswer>): Promise<IqAnswer> => {
    const tooFast = core.pace(asker.jid.bare);
    return tooFast === null ? work() : Promise.resolve(refusal(tooFast));
  };

  /** What is only read. */
  function look(realm: Realm, asker: Asker, payload: Element, action: Element): MaybePromise<IqAnswer> | null {
    const node = action.attrs.node;
    if (payload.ns === PUBSUB)
      switch (action.name) {
        case 'items':
          return inTurn(realm, () => items.read(realm, asker, payload));
        case 'options':
          return inTurn(realm, () => subscriptions.options(realm, asker, payload, 'get'));
        case 'subscriptions':
          return subscriptions.mine(realm, asker, node);
        case 'affiliations':
          return affiliations.mine(realm, asker, node);
        case 'default':
          return { result: tag('pubsub', PUBSUB, {}, tag('default', PUBSUB, node === undefined ? {} : { node }, optionsForm(true))) };
        default:
          return null;
      }
    switch (action.name) {
      case 'configure':
        return inTurn(realm, () => nodes.configure(realm, asker, payload, 'get'));
      case 'default':
        return nodes.defaults(realm);
      case 'affiliations':
        return affiliations.ofNode(realm, asker, node ?? '');
      case 'subscriptions':
        return subscriptions.ofNode(realm, asker, node ?? '');
      default:
        return null;
    }
  }

  /** A second element only says more about the first: `configure` with `create`, `options` with `subscribe`, options and pages. */
  const SECOND: ReadonlySet<string> = new Set(['configure', 'publish-options', 'set']);
  const actionOf = (payload: Element): Element | undefined => {
    const [first] = payload.elements();
    const isCreate = first !== undefined && SECOND.has(first.name) && payload.ns === PUBSUB;
    return isCreate ? payload.elements().find((one) => !SECOND.has(one.name)) : first;
  };

  return {
    nodes,
    items,
    subscriptions,
    published,
    inTurn,
    handle(realm, asker, iq, payload) {
      const action = actionOf(payload);
      if (action === undefined || action.ns !== payload.ns) return refusal(faults.malformed('The request holds no action.'));
      const answer = iq.type === 'set' ? change(realm, asker, payload, action) : look(realm, asker, payload, action);
      if (answer === null) return refusal(faults.unsupported(action.name === 'retract' ? 'retract-items' : 'meta-data'));
      return answer instanceof Promise ? answer : counted(answer);
    },
  };
}
