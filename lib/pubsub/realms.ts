/**
 * Which realms are in memory. Those of people come with the people (one query per batch of sign-ins) or, for contacts who are offline, by a batch of
 * their own; each person has one realm, however they are reached. Someone without nodes costs an object and no query of their own.
 */
import type { BareJid, Domain } from '../kernel/jid.ts';
import { makeJid, parseJid } from '../kernel/jid.ts';
import { defineSlot, readSlot } from '../kernel/slots.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { PubSubStore } from './ports.ts';
import { Realm } from './realm.ts';

/** People who are not in memory but whose nodes are: small, since payloads are elsewhere. */
const KEEP = 50_000;
const KEEP_UNKNOWN = 20_000;
/** A name that belonged to nobody may be given to somebody. */
const UNKNOWN_MS = 30_000;

const slot = defineSlot<Realm>('pubsub.realm');

export interface Realms {
  ofPerson(user: User): Realm;
  /** The person's realm, if it is in memory. */
  peek(bare: BareJid): Realm | undefined;
  /** Realms of people who may be offline. Those who do not exist are absent. One batch per turn of the event loop. */
  load(bares: readonly BareJid[]): Promise<Map<BareJid, Realm>>;
  ofService(domain: string): Promise<Realm>;
  peekService(domain: string): Realm | undefined;
  /** The account went, or was given another address. */
  forget(bare: BareJid): void;
  /** The address is nobody's any more, in the lists of others as well; a renamed person stands in them under the new one. */
  forgetPerson(bare: BareJid, renamedTo?: BareJid): Promise<void>;
  /** Drops what other nodes look after from now on. */
  release(isMine: (bare: BareJid) => boolean, isMyService: (domain: string) => boolean): void;
  /** Reads the nodes anew after a failed commit. */
  refresh(realm: Realm): Promise<void>;
}

export function createRealms(deps: { readonly store: PubSubStore; readonly users: Users; readonly monotonic: () => number }): Realms {
  const { store, users } = deps;
  const people = new Map<number, Realm>();
  const ids = new Map<BareJid, number>();
  const unknown = new Map<BareJid, number>();
  const services = new Map<string, Promise<Realm> | Realm>();
  let gathering: { readonly bares: Set<BareJid>; readonly done: Promise<void> } | null = null;

  function keep(realm: Realm, accountId: number): Realm {
    people.set(accountId, realm);
    if (people.size > KEEP)
      for (const [id, old] of people) {
        if (people.size <= KEEP) break;
        if (!old.isBusy && old !== realm) people.delete(id);
      }
    return realm;
  }

  /** Loads what is not there yet. */
  async function fetch(accountIds: readonly number[]): Promise<Map<number, Realm>> {
    const found = new Map<number, Realm>();
    const missing: number[] = [];
    for (const id of accountIds) {
      const realm = people.get(id);
      if (realm === undefined) missing.push(id);
      else {
        realm.blocked = null;
        found.set(id, realm);
      }
    }
    if (missing.length === 0) return found;
    const stored = await store.loadPeople(missing);
    for (const id of missing) {
      const realm = people.get(id) ?? keep(new Realm({ accountId: id }, null).fill(stored.get(id) ?? []), id);
      found.set(id, realm);
    }
    return found;
  }

  users.registerLoader<Realm>({
    slot,
    load: fetch,
    empty: (accountId) => keep(new Realm({ accountId }, null), accountId),
  });

  function address(realm: Realm, bare: BareJid): Realm {
    realm.jid ??= parseJid(bare);
    return realm;
  }

  function peek(bare: BareJid): Realm | undefined {
    const user = users.peek(bare);
    if (user !== undefined) return api.ofPerson(user);
    const id = ids.get(bare);
    return id === undefined ? undefined : people.get(id);
  }

  async function gather(bares: Set<BareJid>): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    gathering = null;
    const now = deps.monotonic();
    const asked = [...bares].filter((bare) => !ids.has(bare));
    if (asked.length > 0) {
      const found = await store.accountsOf(asked);
      if (ids.size + found.size > KEEP) ids.clear();
      for (const bare of asked) {
        const id = found.get(bare);
        if (id === undefined) {
          if (unknown.size >= KEEP_UNKNOWN) unknown.clear();
          unknown.set(bare, now + UNKNOWN_MS);
        } else ids.set(bare, id);
      }
    }
    const wanted = [...bares].flatMap((bare) => ids.get(bare) ?? []);
    const realms = await fetch(wanted);
    for (const bare of bares) {
      const id = ids.get(bare);
      const realm = id === undefined ? undefined : realms.get(id);
      if (realm !== undefined) address(realm, bare);
    }
  }

  const api: Realms = {
    ofPerson(user) {
      const realm = readSlot(user, slot);
      if (realm === undefined) throw new Error('a person without a realm');
      realm.jid ??= user.jid;
      realm.blocked = null;
      return realm;
    },
    peek,
    async load(bares) {
      const found = new Map<BareJid, Realm>();
      const missing: BareJid[] = [];
      const now = deps.monotonic();
      for (const bare of bares) {
        const realm = peek(bare);
        if (realm !== undefined) found.set(bare, realm);
        else if ((unknown.get(bare) ?? 0) <= now) missing.push(bare);
      }
      if (missing.length === 0) return found;
      if (gathering === null) {
        const batch = new Set<BareJid>();
        gathering = { bares: batch, done: gather(batch) };
      }
      const { bares: batch, done } = gathering;
      for (const bare of missing) batch.add(bare);
      await done;
      for (const bare of missing) {
        const realm = peek(bare);
        if (realm !== undefined) found.set(bare, realm);
      }
      return found;
    },
    async ofService(domain) {
      const there = services.get(domain);
      if (there !== undefined) return there;
      const load = store.loadService(domain).then(
        (stored) => {
          const realm = new Realm({ service: domain }, makeJid('', domain as Domain)).fill(stored);
          services.set(domain, realm);
          return realm;
        },
        (error: unknown) => {
          services.delete(domain);
          throw error;
        },
      );
      services.set(domain, load);
      return load;
    },
    peekService(domain) {
      const there = services.get(domain);
      return there instanceof Realm ? there : undefined;
    },
    forget(bare) {
      ids.delete(bare);
      unknown.delete(bare);
      // Rare, so worth a walk: an account that was given another address keeps its id.
      for (const [id, realm] of people) if (realm.jid?.bare === bare) people.delete(id);
    },
    release(isMine, isMyService) {
      for (const [id, realm] of people) {
        const bare = realm.jid?.bare;
        if (bare === undefined || isMine(bare)) continue;
        people.delete(id);
        ids.delete(bare);
      }
      for (const domain of [...services.keys()]) if (!isMyService(domain)) services.delete(domain);
    },
    async forgetPerson(bare, renamedTo) {
      await store.forgetPerson(bare, renamedTo);
      const inMemory = new Set<Realm>(people.values());
      // Those of people who are online may have been crowded out of the table.
      for (const user of users.online()) inMemory.add(api.ofPerson(user));
      for (const realm of inMemory) realm.forgetPerson(bare, renamedTo);
      for (const service of services.values()) (await service).forgetPerson(bare, renamedTo);
    },
    async refresh(realm) {
      if ('service' in realm.key) realm.fill(await store.loadService(realm.key.service));
      else realm.fill((await store.loadPeople([realm.key.accountId])).get(realm.key.accountId) ?? []);
      realm.isStale = false;
    },
  };
  return api;
}
