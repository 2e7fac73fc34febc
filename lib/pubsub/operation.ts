/** What administration and housekeeping do with nodes: through the engine, so that what is in memory and who listens stay right. */
import type { BareJid } from '../kernel/jid.ts';
import { parseJid } from '../kernel/jid.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { Core } from './core.ts';
import type { ItemHead, NodeQuery, NodeSummary, StoredNode } from './ports.ts';
import { type Realm, storedOf } from './realm.ts';
import type { Engine } from './requests/index.ts';

export interface ShownItem {
  readonly id: string;
  readonly at: number;
  readonly publisher: string;
  readonly bytes: number;
  readonly xml: string;
}

export interface PubSubOperation {
  find(query: NodeQuery): Promise<{ readonly items: NodeSummary[]; readonly next: boolean }>;
  /** Null when there is no such node. `owner` is an address of a person or a service. */
  show(owner: string, name: string): Promise<StoredNode | null>;
  /** Newest first, after the item with this id; null when there is no such node. */
  items(
    owner: string,
    name: string,
    limit: number,
    after?: string,
  ): Promise<{ readonly items: ShownItem[]; readonly next: string | null } | null>;
  /** False when there is no such node. Those who listen are told. */
  remove(owner: string, name: string): Promise<boolean>;
  purge(owner: string, name: string): Promise<boolean>;
  /** Takes away items whose time is over, a slice at a time; tells how many. */
  expire(): Promise<number>;
}

const SLICE = 1_000;

export function createOperation(core: Core, engine: Engine): PubSubOperation {
  async function realmOf(owner: string): Promise<Realm | null> {
    const jid = parseJid(owner);
    if (jid === null || jid.resource !== '') return null;
    if (jid.local === '') return core.realms.ofService(jid.domain);
    const user = core.users.peek(jid.bare) ?? (await core.users.load(jid.bare));
    if (user !== null) return core.realms.ofPerson(user);
    return (await core.realms.load([jid.bare as BareJid])).get(jid.bare as BareJid) ?? null;
  }

  async function nodeOf(owner: string, name: string) {
    const realm = await realmOf(owner);
    const node = realm?.nodes.get(name);
    return realm === null || node === undefined ? null : { realm, node };
  }

  async function act(owner: string, name: string, work: (realm: Realm) => Promise<IqAnswer>): Promise<boolean> {
    const found = await nodeOf(owner, name);
    if (found === null) return false;
    let failure: unknown = null;
    const answer = await engine.inTurn(found.realm, () =>
      work(found.realm).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
    );
    // The console says in its own words that the database is away.
    if (failure !== null) throw failure;
    return !('fault' in answer);
  }
  const ownerOf = (realm: Realm) => ({ jid: realm.address, isOperator: true });

  return {
    find: (query) => core.store.find(query),
    async show(owner, name) {
      const found = await nodeOf(owner, name);
      return found === null ? null : storedOf(found.node);
    },
    async items(owner, name, limit, after) {
      const found = await nodeOf(owner, name);
      if (found === null) return null;
      const heads: ItemHead[] = [...(await core.heads(found.node)).values()].reverse();
      const from = after === undefined ? 0 : heads.findIndex((head) => head.id === after) + 1;
      const page = heads.slice(from, from + limit);
      const items = await core.store.items(
        found.node.id,
        page.map((head) => head.id),
      );
      const last = page[page.length - 1];
      return {
        items: items.map(({ id, at, publisher, bytes, xml }) => ({ id, at, publisher, bytes, xml })),
        next: last !== undefined && from + limit < heads.length ? last.id : null,
      };
    },
    remove: (owner, name) => act(owner, name, (realm) => engine.nodes.delete(realm, ownerOf(realm), name, '')),
    purge: (owner, name) => act(owner, name, (realm) => engine.nodes.purge(realm, ownerOf(realm), name)),
    async expire() {
      const due = await core.store.expired(core.clock.now(), SLICE);
      const byNode = new Map<string, { owner: string; node: string; ids: string[] }>();
      for (const { owner, node, id } of due) {
        const key = `${owner}\n${node}`;
        const entry = byNode.get(key) ?? { owner, node, ids: [] };
        entry.ids.push(id);
        byNode.set(key, entry);
      }
      let count = 0;
      for (const { owner, node: name, ids } of byNode.values()) {
        const found = await nodeOf(owner, name);
        if (found === null) continue;
        // That time passes is no news: nobody is told.
        await engine.inTurn(found.realm, async () => {
          count += (await engine.items.take(found.realm, found.node, ids, false)).length;
          return { result: null };
        });
      }
      return count;
    },
  };
}
