/** What all requests at nodes share: who stands how at a node, committing before anything is seen to have changed, heads and newest items. */
import type { PubSubValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid, Jid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';
import type { Roster } from '../roster/index.ts';
import type { MaybePromise } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { Element } from '../xmpp/stanza/element.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Standing } from './access.ts';
import { faults } from './faults.ts';
import type { Item, ItemHead, NodeChange, PubSubStore } from './ports.ts';
import { Heads, LastItems, type PubNode, type Realm } from './realm.ts';
import { createRealms, type Realms } from './realms.ts';

/** Who asks. */
export interface Asker {
  readonly jid: Jid;
  /** Administers the service. */
  readonly isOperator: boolean;
}

export interface Counters {
  published: number;
  notified: number;
  refused: number;
}

export interface CoreDeps {
  readonly store: PubSubStore;
  readonly users: Users;
  readonly router: () => Router;
  readonly roster: Roster;
  readonly isBlocked: (owner: User, other: Jid) => boolean;
  readonly settings: Live<PubSubValues>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Core extends CoreDeps {
  readonly realms: Realms;
  readonly last: LastItems;
  readonly counters: Counters;
  standing(realm: Realm, node: PubNode, who: BareJid): Standing;
  /** Standing of an asker, whose being an owner may need contact lists that are not in memory. */
  standingOf(realm: Realm, node: PubNode, asker: Asker): Promise<Standing>;
  /** Another node acts for this person. */
  isElsewhere(bare: BareJid): boolean;
  isOwner(realm: Realm, node: PubNode, asker: Asker): boolean;
  /** Commits, then `apply` changes the memory; a failed commit leaves the realm to be read anew. */
  commit(realm: Realm, changes: readonly NodeChange[], apply: () => void): Promise<void>;
  heads(node: PubNode): Promise<Map<string, ItemHead>>;
  /** After a commit: these are the heads of the node now. */
  keepHeads(node: PubNode, next: Map<string, ItemHead>): void;
  /** At once when it is in memory; else with all that are asked for in the same turn. */
  lastItem(node: PubNode): MaybePromise<Item | null>;
  /** How many items the node keeps. */
  maxItems(node: PubNode): number;
  maxBytes(realm: Realm): number;
  maxNodes(realm: Realm): number;
  /** Counts one change; a refusal when somebody makes too many. */
  pace(who: BareJid): StanzaFault | null;
}

const LAST_BYTES = 32 * 1024 * 1024;
const PACED = 5_000;

export function createCore(deps: CoreDeps): Core {
  const { store, users, roster, settings, clock } = deps;
  const realms = createRealms({ store, users, monotonic: clock.monotonic });
  const last = new LastItems(LAST_BYTES);
  const heads = new Heads();
  const buckets = new Map<BareJid, TokenBucket>();

  const groupsOf = (owner: User, contact: BareJid): readonly string[] => {
    for (const item of roster.itemsOf(owner)) if (item.contact === contact) return item.groups;
    return [];
  };

  /** The people whose contacts the models `presence` and `roster` mean. */
  function* ownersOf(realm: Realm, node: PubNode): Iterable<BareJid> {
    if (realm.kind === 'person') yield realm.address.bare;
    else for (const [bare, affiliation] of node.affiliations) if (affiliation === 'owner') yield bare as BareJid;
  }

  function standing(realm: Realm, node: PubNode, who: BareJid): Standing {
    const subscription = subscriptionOf(realm, node, who);
    if (realm.kind === 'person' && who === realm.address.bare) return { affiliation: 'owner', subscription, sees: true, groups: [] };
    const affiliation = node.affiliations.get(who) ?? null;
    const model = node.config.accessModel;
    if (model !== 'presence' && model !== 'roster') return { affiliation, subscription, sees: false, groups: [] };
    let sees = false;
    const groups: string[] = [];
    for (const bare of ownersOf(realm, node)) {
      const owner = users.peek(bare);
      if (owner === undefined) continue;
      if (!roster.isWatcher(owner, who)) continue;
      sees = true;
      if (model === 'roster') groups.push(...groupsOf(owner, who));
    }
    return { affiliation, subscription, sees, groups };
  }

  let gathering: { readonly ids: Set<string>; readonly done: Promise<Map<string, Item>> } | null = null;
  async function gather(ids: Set<string>): Promise<Map<string, Item>> {
    await new Promise((resolve) => setImmediate(resolve));
    gathering = null;
    const found = await store.lastItems([...ids]);
    // What was published meanwhile is newer than what was read.
    for (const id of ids) if (last.get(id) === undefined) last.set(id, found.get(id) ?? null);
    return found;
  }
  function readLast(id: string): Promise<Item | null> {
    if (gathering === null) {
      const ids = new Set<string>();
      gathering = { ids, done: gather(ids) };
    }
    gathering.ids.add(id);
    return gathering.done.then((found) => last.get(id) ?? found.get(id) ?? null);
  }

  const core: Core = {
    ...deps,
    realms,
    last,
    counters: { published: 0, notified: 0, refused: 0 },
    standing,
    isElsewhere: (bare) => deps.router().elsewhere?.isElsewhere(bare) === true,
    async standingOf(realm, node, asker) {
      const model = node.config.accessModel;
      if (realm.kind === 'service' && (model === 'presence' || model === 'roster'))
        // The contact list of somebody at another node is not read from here: such an owner lets nobody in by it.
        for (const bare of ownersOf(realm, node)) if (users.peek(bare) === undefined && !core.isElsewhere(bare)) await users.load(bare);
      const found = standing(realm, node, asker.jid.bare);
      return asker.isOperator && realm.kind === 'service' ? { ...found, affiliation: 'owner' } : found;
    },
    isOwner: (realm, node, asker) =>
      realm.kind === 'person'
        ? asker.jid.bare === realm.address.bare || node.affiliations.get(asker.jid.bare) === 'owner'
        : asker.isOperator || node.affiliations.get(asker.jid.bare) === 'owner',
    async commit(realm, changes, apply) {
      try {
        await store.save(changes);
      } catch (error) {
        // Whether it was committed is not known.
        realm.isStale = true;
        throw error;
      }
      apply();
    },
    async heads(node) {
      if (node.heads === null) {
        const found = new Map((await store.heads(node.id)).map((head) => [head.id, head]));
        // What was published while they were read is newer.
        node.heads ??= found;
      }
      heads.keep(node, node.heads, settings.get().headsInMemory);
      return node.heads;
    },
    keepHeads: (node, next) => heads.keep(node, next, settings.get().headsInMemory),
    lastItem(node) {
      const known = last.get(node.id);
      if (known !== undefined) return known;
      // One that keeps nothing has what was published since the start.
      if (node.itemCount === 0) return null;
      return readLast(node.id);
    },
    maxItems(node) {
      const limit = settings.get().itemsPerNode;
      return node.config.maxItems === 0 ? limit : Math.min(limit, node.config.maxItems);
    },
    maxBytes: (realm) => (realm.kind === 'person' ? settings.get().bytesPerPerson : settings.get().bytesPerService),
    maxNodes: (realm) => (realm.kind === 'person' ? settings.get().nodesPerPerson : settings.get().nodesPerService),
    pace(who) {
      const perMinute = settings.get().changesPerMinute;
      if (perMinute === 0) return null;
      let bucket = buckets.get(who);
      if (bucket === undefined) {
        if (buckets.size >= PACED)
          for (const [key, old] of buckets) if (old.isFull(perMinute / 60, perMinute, clock.monotonic())) buckets.delete(key);
        if (buckets.size >= PACED) buckets.clear();
        bucket = new TokenBucket();
        buckets.set(who, bucket);
      }
      if (bucket.spend(1, perMinute / 60, perMinute, clock.monotonic()) === 0) return null;
      // A refused change costs nothing.
      bucket.spend(-1, perMinute / 60, perMinute, clock.monotonic());
      return faults.tooFast;
    },
  };
  return core;
}

/** The state of any of the subscriptions of a person to the node. */
export function subscriptionOf(realm: Realm, node: PubNode, who: BareJid): 'subscribed' | 'pending' | null {
  if (node.subscriptions.size === 0) return null;
  const bare = node.subscriptions.get(who);
  if (bare?.state === 'subscribed') return 'subscribed';
  let found = bare?.state ?? null;
  for (const { node: at, one } of realm.subscriptionsOf(who)) {
    if (at !== node) continue;
    if (one.state === 'subscribed') return 'subscribed';
    found = 'pending';
  }
  return found;
}

export const affiliationOf = (realm: Realm, node: PubNode, who: BareJid): string =>
  realm.kind === 'person' && who === realm.address.bare ? 'owner' : (node.affiliations.get(who) ?? 'none');

/** An element of `ns` with attributes, for answers. */
export const tag = (name: string, ns: string, attrs: Record<string, string> = {}, ...children: (Element | string)[]): Element =>
  new Element(name, ns, attrs, children);
