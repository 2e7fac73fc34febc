import type { BareJid } from '../../kernel/jid.ts';
import type { Affiliation, Item, NodeChange, NodeRow, PubSubStore, RealmKey, StoredNode, Subscription } from '../../pubsub/ports.ts';
import type { MemoryState } from './state.ts';

export interface MemoryNode {
  readonly row: NodeRow;
  readonly realm: RealmKey;
  readonly affiliations: ReadonlyMap<string, Affiliation>;
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly items: ReadonlyMap<string, Item>;
}

const byUid = (a: { uid: string }, b: { uid: string }): number => (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0);
const byJid = <T>(a: readonly [string, T], b: readonly [string, T]): number => (a[0] < b[0] ? -1 : 1);

export function memoryPubSubStore(state: MemoryState): PubSubStore {
  const isThere = (realm: RealmKey): boolean => !('accountId' in realm && state.removedAccounts.has(realm.accountId));
  const nodes = () => [...state.pubsub.values()].filter((node) => isThere(node.realm));

  const toStored = (node: MemoryNode): StoredNode => ({
    ...node.row,
    affiliations: new Map([...node.affiliations].sort(byJid)),
    subscriptions: [...node.subscriptions].sort(byJid).map(([, one]) => one),
  });

  function apply(change: NodeChange): void {
    if (change.remove) {
      state.pubsub.delete(change.nodeId);
      return;
    }
    if (change.put !== undefined && isThere(change.put.realm)) {
      const { realm, ...row } = change.put;
      const was = state.pubsub.get(change.nodeId);
      state.pubsub.set(
        change.nodeId,
        was === undefined
          ? { row, realm, affiliations: new Map(), subscriptions: new Map(), items: new Map() }
          : { ...was, row: { ...was.row, config: row.config } },
      );
    }
    const node = state.pubsub.get(change.nodeId);
    if (node === undefined) return;
    const affiliations = new Map(node.affiliations);
    for (const jid of change.affiliations?.remove ?? []) affiliations.delete(jid);
    for (const [jid, affiliation] of change.affiliations?.put ?? []) affiliations.set(jid, affiliation);
    const subscriptions = new Map(node.subscriptions);
    for (const jid of change.subscriptions?.remove ?? []) subscriptions.delete(jid);
    for (const one of change.subscriptions?.put ?? []) subscriptions.set(one.jid, one);
    const items = new Map<string, Item>(change.items?.clear ? [] : node.items);
    for (const id of change.items?.remove ?? []) items.delete(id);
    for (const item of change.items?.put ?? []) items.set(item.id, item);
    if (change.expiry !== undefined)
      for (const [id, item] of items) items.set(id, { ...item, expiresAt: change.expiry === 0 ? null : item.at + change.expiry * 1000 });
    const row = change.counts === undefined ? node.row : { ...node.row, itemCount: change.counts.items, itemBytes: change.counts.bytes };
    state.pubsub.set(change.nodeId, { ...node, row, affiliations, subscriptions, items });
  }

  const newest = (node: MemoryNode): Item | undefined => [...node.items.values()].sort(byUid).at(-1);
  const ownerOf = ({ realm }: MemoryNode): string =>
    'service' in realm ? realm.service : (state.accounts.get(realm.accountId)?.bare ?? '');

  return {
    async loadPeople(accountIds) {
      const found = new Map<number, StoredNode[]>();
      for (const id of accountIds) {
        const own = nodes().filter((node) => 'accountId' in node.realm && node.realm.accountId === id);
        if (own.length > 0)
          found.set(
            id,
            own.map(toStored).sort((a, b) => (a.name < b.name ? -1 : 1)),
          );
      }
      return found;
    },
    async accountsOf(bares) {
      const wanted = new Set<string>(bares);
      return new Map(
        [...state.accounts.values()].flatMap((one) => (one.enabled && wanted.has(one.bare) ? [[one.bare as BareJid, one.id]] : [])),
      );
    },
    loadService: async (service) =>
      nodes()
        .filter((node) => 'service' in node.realm && node.realm.service === service)
        .map(toStored)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async save(changes) {
      await Promise.resolve();
      for (const change of changes) apply(change);
    },
    heads: async (nodeId) =>
      [...(state.pubsub.get(nodeId)?.items.values() ?? [])]
        .sort(byUid)
        .map(({ id, uid, bytes, publisher }) => ({ id, uid, bytes, publisher })),
    items: async (nodeId, ids) => ids.flatMap((id) => state.pubsub.get(nodeId)?.items.get(id) ?? []),
    async lastItems(nodeIds) {
      return new Map(
        nodeIds.flatMap((id) => {
          const node = state.pubsub.get(id);
          const item = node === undefined ? undefined : newest(node);
          return item === undefined ? [] : [[id, item] as const];
        }),
      );
    },
    async expired(now, limit) {
      const due = nodes().flatMap((node) =>
        [...node.items.values()].flatMap((item) =>
          item.expiresAt === null || item.expiresAt > now
            ? []
            : [{ at: item.expiresAt, owner: ownerOf(node), isService: 'service' in node.realm, node: node.row.name, id: item.id }],
        ),
      );
      return due
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ at: _, ...rest }) => rest);
    },
    async forgetPerson(bare, renamedTo) {
      const isOf = (jid: string) => jid === bare || jid.startsWith(`${bare}/`);
      const others = <T>(list: ReadonlyMap<string, T>) => new Map([...list].filter(([jid]) => !isOf(jid)));
      for (const [id, node] of state.pubsub) {
        const affiliations = others(node.affiliations);
        const subscriptions = others(node.subscriptions);
        if (renamedTo !== undefined) {
          const role = node.affiliations.get(bare);
          if (role !== undefined && !affiliations.has(renamedTo)) affiliations.set(renamedTo, role);
          for (const [was, one] of node.subscriptions) {
            const jid = renamedTo + was.slice(bare.length);
            if (isOf(was) && !subscriptions.has(jid)) subscriptions.set(jid, { ...one, jid });
          }
        }
        state.pubsub.set(id, { ...node, affiliations, subscriptions });
      }
    },
    async find(query) {
      const name = query.name?.toLowerCase();
      const found = nodes()
        .filter(
          (node) =>
            (query.after === undefined || node.row.id < query.after) &&
            (query.owner === undefined || ownerOf(node) === query.owner) &&
            (query.kind === undefined || 'service' in node.realm === (query.kind === 'service')) &&
            (name === undefined || node.row.name.toLowerCase().includes(name)),
        )
        .sort((a, b) => (a.row.id < b.row.id ? 1 : -1));
      return {
        items: found.slice(0, query.limit).map((node) => ({
          ...node.row,
          owner: ownerOf(node),
          subscribers: [...node.subscriptions.values()].filter((one) => one.state === 'subscribed').length,
          lastItemAt: newest(node)?.at ?? null,
        })),
        next: found.length > query.limit,
      };
    },
  };
}
