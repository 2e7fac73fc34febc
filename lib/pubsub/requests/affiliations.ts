/** Affiliations: one's own, and those an owner gives and takes (XEP-0060 §5.7, §8.9). */
import { parseJid } from '../../kernel/jid.ts';
import type { IqAnswer } from '../../xmpp/router/hooks.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { type Asker, affiliationOf, type Core, tag } from '../core.ts';
import { faults } from '../faults.ts';
import { PUBSUB, PUBSUB_OWNER } from '../names.ts';
import type { Notifier } from '../notifier.ts';
import type { Affiliation } from '../ports.ts';
import type { Realm } from '../realm.ts';
import { endUnentitled } from './subscriptions.ts';

export interface Affiliations {
  mine(realm: Realm, asker: Asker, node: string | undefined): IqAnswer;
  ofNode(realm: Realm, asker: Asker, name: string): IqAnswer;
  setByOwner(realm: Realm, asker: Asker, list: Element): Promise<IqAnswer>;
}

const GIVEN: ReadonlySet<string> = new Set(['owner', 'publisher', 'publish-only', 'member', 'outcast', 'none']);
const MAX_CHANGES = 100;
const MAX_AFFILIATIONS = 5_000;

export function createAffiliations(core: Core, notifier: Notifier): Affiliations {
  return {
    mine(realm, asker, name) {
      if (name !== undefined && !realm.nodes.has(name)) return { fault: faults.noNode };
      const list = tag('affiliations', PUBSUB, name === undefined ? {} : { node: name });
      for (const node of realm.nodes.values()) {
        if (name !== undefined && node.name !== name) continue;
        const affiliation = affiliationOf(realm, node, asker.jid.bare);
        if (affiliation !== 'none') list.children.push(tag('affiliation', PUBSUB, { node: node.name, affiliation }));
      }
      return { result: tag('pubsub', PUBSUB, {}, list) };
    },

    ofNode(realm, asker, name) {
      if (name === '') return { fault: faults.nodeIdRequired };
      const node = realm.nodes.get(name);
      if (node === undefined) return { fault: faults.noNode };
      if (!core.isOwner(realm, node, asker)) return { fault: faults.forbidden };
      const list = tag('affiliations', PUBSUB_OWNER, { node: name });
      if (realm.kind === 'person') list.children.push(tag('affiliation', PUBSUB_OWNER, { jid: realm.address.bare, affiliation: 'owner' }));
      for (const [jid, affiliation] of node.affiliations) list.children.push(tag('affiliation', PUBSUB_OWNER, { jid, affiliation }));
      return { result: tag('pubsub', PUBSUB_OWNER, {}, list) };
    },

    async setByOwner(realm, asker, list) {
      const node = realm.nodes.get(list.attrs.node ?? '');
      if (node === undefined) return { fault: list.attrs.node === undefined ? faults.nodeIdRequired : faults.noNode };
      if (!core.isOwner(realm, node, asker)) return { fault: faults.forbidden };
      const wanted = list.elements().filter((one) => one.name === 'affiliation' && one.ns === PUBSUB_OWNER);
      if (wanted.length > MAX_CHANGES) return { fault: faults.malformed(`One request changes ${MAX_CHANGES} affiliations at most.`) };
      const next = new Map(node.affiliations);
      const put = new Map<string, Affiliation>();
      const remove = new Set<string>();
      for (const one of wanted) {
        const jid = parseJid(one.attrs.jid ?? '');
        const affiliation = one.attrs.affiliation ?? '';
        if (jid === null) return { fault: { condition: 'jid-malformed', type: 'modify' } };
        if (!GIVEN.has(affiliation)) return { fault: faults.malformed(`There is no affiliation "${affiliation}".`) };
        // The person is the owner of their nodes, whatever is said.
        if (realm.kind === 'person' && jid.bare === realm.address.bare) {
          if (affiliation !== 'owner') return { fault: faults.lastOwner };
          continue;
        }
        put.delete(jid.bare);
        remove.delete(jid.bare);
        if (affiliation === 'none') {
          next.delete(jid.bare);
          remove.add(jid.bare);
        } else {
          next.set(jid.bare, affiliation as Affiliation);
          put.set(jid.bare, affiliation as Affiliation);
        }
      }
      if (realm.kind === 'service' && ![...next.values()].includes('owner')) return { fault: faults.lastOwner };
      if (next.size > MAX_AFFILIATIONS) return { fault: faults.malformed(`A node has ${MAX_AFFILIATIONS} affiliations at most.`) };
      await core.commit(realm, [{ nodeId: node.id, affiliations: { put, remove: [...remove] } }], () => {
        node.affiliations.clear();
        for (const [jid, affiliation] of next) node.affiliations.set(jid, affiliation);
      });
      await endUnentitled(core, notifier, realm, node);
      return { result: null };
    },
  };
}
