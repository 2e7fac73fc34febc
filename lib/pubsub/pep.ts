/** The nodes of people at their own addresses (XEP-0163). */
import type { Roster } from '../roster/index.ts';
import type { HookRegistration, IqAnswer, IqHandler, MaybePromise } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { AccountDisco } from '../xmpp/xeps/ports.ts';
import { mayRead } from './access.ts';
import type { Core } from './core.ts';
import { faults } from './faults.ts';
import { AUTHORIZATION, PUBSUB, PUBSUB_OWNER } from './names.ts';
import { metadataForm } from './node-config.ts';
import { storedOf } from './realm.ts';
import type { Engine } from './requests/index.ts';

/**
 * Told to strangers in place of what they may not know. A node that is not for them is like one that does not exist, and people who do not exist have
 * the same nodes as those who let nobody in.
 */
const nothing: StanzaFault = faults.noNode;

export interface Pep {
  readonly iq: readonly IqHandler[];
  readonly hooks: readonly HookRegistration[];
  readonly disco: AccountDisco;
}

/** A request that a person's nodes answer otherwise (bookmarks in their old form); undefined: the usual way. */
export type Instead = (user: User, handle: Parameters<IqHandler['handle']>[0]) => MaybePromise<IqAnswer> | undefined;

export function createPep(core: Core, engine: Engine, roster: Roster, instead: readonly Instead[]): Pep {
  function isStranger(user: User, asker: string): boolean {
    return asker !== user.bare && !roster.isWatcher(user, asker as User['bare']);
  }

  function cloaked(answer: IqAnswer): IqAnswer {
    if ('fault' in answer) {
      const { condition, detail } = answer.fault;
      // Whoever makes people ask for approval wants to be found.
      const isKnown = detail?.name === 'not-subscribed' || detail?.name === 'pending-subscription';
      const hides =
        condition === 'forbidden' || condition === 'not-allowed' || condition === 'not-authorized' || condition === 'item-not-found';
      return hides && !isKnown ? { fault: nothing } : answer;
    }
    const payload = typeof answer.result === 'string' ? null : answer.result;
    const list = payload?.elements()[0];
    const isEmptyList = (list?.name === 'subscriptions' || list?.name === 'affiliations') && list.children.length === 0;
    return isEmptyList || list?.name === 'default' ? { fault: nothing } : answer;
  }

  const handle: IqHandler['handle'] = (context) => {
    const { session, user, iq, payload } = context;
    if (user === session.user)
      for (const ask of instead) {
        const answer = ask(user, context);
        if (answer !== undefined) return answer;
      }
    const answer = engine.handle(core.realms.ofPerson(user), { jid: session.jid, isOperator: false }, iq, payload);
    if (!isStranger(user, session.user.bare)) return answer;
    return answer instanceof Promise ? answer.then(cloaked) : cloaked(answer);
  };

  return {
    iq: [PUBSUB, PUBSUB_OWNER].map((ns) => ({
      ns,
      name: 'pubsub',
      targets: ['self', 'account'],
      types: ['get', 'set'],
      missing: nothing,
      handle,
    })),
    hooks: [
      {
        hook: 'message.arriving',
        stage: 'guard',
        run(user, message, session) {
          // §8.6: the owner's own answer comes back to the owner's address.
          if (session === null || session.user !== user || message.to?.resource !== '') return undefined;
          const form = message.el.child('x', 'jabber:x:data');
          if (
            form === undefined ||
            !form.elements().some((field) => field.attrs.var === 'FORM_TYPE' && field.child('value')?.text() === AUTHORIZATION)
          )
            return undefined;
          return engine.subscriptions.answered(core.realms.ofPerson(user), { jid: session.jid, isOperator: false }, message)
            ? 'done'
            : undefined;
        },
      },
    ],
    disco: {
      identities: [{ category: 'pubsub', type: 'pep' }],
      info(asker, user, name) {
        const realm = core.realms.ofPerson(user);
        const node = realm.nodes.get(name);
        if (node === undefined || mayRead(node.config, core.standing(realm, node, asker)) !== null) return null;
        return {
          identities: [{ category: 'pubsub', type: 'leaf', ...(node.config.title === '' ? {} : { name: node.config.title }) }],
          features: [PUBSUB],
          forms: [metadataForm(storedOf(node), node.itemCount)],
        };
      },
      items(asker, user, name) {
        const realm = core.realms.ofPerson(user);
        if (name === undefined)
          return [...realm.nodes.values()].flatMap((node) =>
            mayRead(node.config, core.standing(realm, node, asker)) === null
              ? [{ jid: user.bare, node: node.name, ...(node.config.title === '' ? {} : { name: node.config.title }) }]
              : [],
          );
        const node = realm.nodes.get(name);
        if (node === undefined || mayRead(node.config, core.standing(realm, node, asker)) !== null) return null;
        return core.heads(node).then((heads) => [...heads.values()].slice(-500).map((head) => ({ jid: user.bare, name: head.id })));
      },
    },
  };
}
