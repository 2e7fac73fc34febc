/** A person's nodes for what the server does in the person's name: the conversions between avatars and vCards, new bookmarks and old ones. */
import type { KeptItem, PersonalNodes } from '../profile/ports.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Asker, Core } from './core.ts';
import { faults } from './faults.ts';
import type { Notifier } from './notifier.ts';
import type { Instead } from './pep.ts';
import type { Engine } from './requests/index.ts';

/** The engine takes as many in one request. */
const BATCH = 50;

export function createPersonal(core: Core, engine: Engine, notifier: Notifier, instead: Instead[]): PersonalNodes {
  const self = (user: User): Asker => ({ jid: user.jid, isOperator: false });
  const faultOf = (answer: IqAnswer): StanzaFault | null => ('fault' in answer ? answer.fault : null);
  const kept = (items: readonly KeptItem[]): KeptItem[] => items.map(({ id, xml }) => ({ id, xml }));

  return {
    modelOf: (user, name) => core.realms.ofPerson(user).nodes.get(name)?.config.accessModel ?? null,
    async items(user, name) {
      const node = core.realms.ofPerson(user).nodes.get(name);
      if (node === undefined) return null;
      const heads = await core.heads(node);
      return kept(await core.store.items(node.id, [...heads.keys()]));
    },
    async item(user, name, id) {
      const node = core.realms.ofPerson(user).nodes.get(name);
      if (node === undefined) return null;
      return (await core.store.items(node.id, [id]))[0]?.xml ?? null;
    },
    async publish(user, name, items, options) {
      const realm = core.realms.ofPerson(user);
      return faultOf(
        await engine.inTurn(realm, async () => {
          let node = realm.nodes.get(name);
          if (node === undefined) {
            const form = new Map(Object.entries(options).map(([field, value]) => [`pubsub#${field}`, [value]] as const));
            const made = await engine.nodes.make(realm, self(user), name, form);
            if (!made.ok) return { fault: made.fault };
            node = made.value;
          }
          for (let at = 0; at < items.length; at += BATCH) {
            const fault = await engine.items.put(realm, self(user), node, items.slice(at, at + BATCH));
            if (fault !== null) return { fault };
          }
          return { result: null };
        }),
      );
    },
    async retract(user, name, ids) {
      const realm = core.realms.ofPerson(user);
      return faultOf(
        await engine.inTurn(realm, async () => {
          const node = realm.nodes.get(name);
          if (node === undefined) return { fault: faults.noNode };
          await engine.items.take(realm, node, ids, true);
          return { result: null };
        }),
      );
    },
    onChanged(fn) {
      engine.published.push((realm, node, items, retracted) => {
        if (realm.kind !== 'person') return;
        const user = core.users.peek(realm.address.bare);
        if (user !== undefined) fn(user, node.name, items, retracted);
      });
    },
    tellOwn: (user, name, item) => notifier.tellOwn(core.realms.ofPerson(user), user, name, item),
    answerInstead: (fn) => void instead.push(fn),
  };
}
