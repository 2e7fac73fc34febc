import { Gathering } from '../../kernel/batch.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type BareJid, type Jid, parseJid } from '../../kernel/jid.ts';
import { writeSlot } from '../../kernel/slots.ts';
import { NobodyActs } from './elsewhere.ts';
import type { User, UserSlotLoader, Users } from './users.ts';

/** The people of this node, with what only the composer asks. */
export interface BuiltUsers extends Users {
  /** Told when an account was made, so that nobody is taken for missing any longer. */
  forgetMissing(bare: BareJid): void;
  /** Sessions that wait to be resumed. */
  readonly hibernatingCount: number;
  /** From now on only these people are held in memory; the others never get an object here. */
  holdOnly(isMine: (bare: BareJid) => boolean): void;
  /** Everyone in memory. */
  held(): Iterable<User>;
  /** Takes people without sessions out of memory: another node looks after them. */
  release(bare: BareJid): void;
}

/** Finds accounts, many at once. */
export interface AccountLookup {
  /** Missing and disabled accounts are absent from the answer. Rejects when the database is down. */
  find(bares: readonly BareJid[]): Promise<ReadonlyMap<BareJid, number>>;
}

/** People without a session kept in memory, so that writing to someone offline again and again costs one look-up. */
const KEEP_OFFLINE = 2000;
/** Someone just loaded may be about to bind a session, and a second object for the same person must never exist: nobody is forgotten sooner. */
const KEEP_MS = 30_000;
/** Whatever their age, people without a session are not more than this. Far more than sign in within one turn of the event loop. */
const KEEP_AT_MOST = 50_000;
const MISSING_MS = 5_000;
const KEEP_MISSING = 10_000;
/** A load is a query for each room: in a storm of sign-ins they gather so long. */
const GATHER_MS = 20;
/** One load that hangs on a slow question does not hold up everybody. */
const AT_ONCE = 2;
/** A hundred large contact lists are as much as one turn of the event loop should read. */
const BATCH = 100;

interface HeldUser extends User {
  /** Monotonic milliseconds of the last load. */
  touched: number;
}

interface Waiting {
  readonly resolve: (user: User | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The people this node holds in memory. Loads of one turn of the event loop are one query per room, and two loads of the same person are one.
 */
export function createUsers(deps: { readonly accounts: AccountLookup; readonly clock: Clock }): BuiltUsers {
  const { accounts, clock } = deps;
  /** Insertion order is the order of last use for those who are offline. */
  const users = new Map<BareJid, HeldUser>();
  const missing = new Map<BareJid, number>();
  const loaders: UserSlotLoader<unknown>[] = [];
  const inFlight = new Map<BareJid, Promise<User | null>>();
  let queue = new Map<BareJid, Waiting>();
  let sinceTrim = 0;
  let isMine: ((bare: BareJid) => boolean) | null = null;

  const isOnline = (user: User) => user.sessions.size > 0;

  /** Called after a batch was added; walks the map only when enough came in since it last did. */
  function trim(added: number): void {
    sinceTrim += added;
    if (sinceTrim < KEEP_OFFLINE / 4 || users.size < KEEP_OFFLINE) return;
    sinceTrim = 0;
    let offline = 0;
    for (const user of users.values()) if (!isOnline(user)) offline++;
    const before = clock.monotonic() - KEEP_MS;
    for (const [bare, user] of users) {
      if (offline <= KEEP_OFFLINE) break;
      if (isOnline(user) || (user.touched > before && offline <= KEEP_AT_MOST)) continue;
      users.delete(bare);
      offline--;
    }
  }

  /** A second object of one person on another node would be a second truth. */
  function turnAway(batch: Map<BareJid, Waiting>, found: Map<BareJid, number>): void {
    for (const [bare, { reject }] of batch) {
      if (!found.has(bare) || isMine?.(bare) !== false) continue;
      batch.delete(bare);
      found.delete(bare);
      reject(new NobodyActs(bare));
    }
  }

  /** While one load is on its way the next gather: the busier the node, the fewer questions for each. */
  const gathering = new Gathering(GATHER_MS, () => void flush());
  let loading = 0;
  async function flush(): Promise<void> {
    if (loading >= AT_ONCE || queue.size === 0) return;
    loading++;
    let batch = queue;
    queue = new Map();
    if (batch.size > BATCH) {
      const all = [...batch];
      batch = new Map(all.slice(0, BATCH));
      queue = new Map(all.slice(BATCH));
      if (loading < AT_ONCE) gathering.schedule(queue.size);
    }
    try {
      const found = new Map(await accounts.find([...batch.keys()]));
      if (isMine !== null) turnAway(batch, found);
      const ids = [...found.values()];
      const loaded = await Promise.all(loaders.map((loader) => (ids.length === 0 ? new Map<number, unknown>() : loader.load(ids))));
      const until = clock.monotonic() + MISSING_MS;
      for (const [bare, { resolve, reject }] of batch) {
        const id = found.get(bare);
        const jid: Jid | null = id === undefined ? null : parseJid(bare);
        if (id === undefined || jid === null) {
          if (missing.size >= KEEP_MISSING) missing.clear();
          missing.set(bare, until);
          resolve(null);
          continue;
        }
        // Given to another node while it was read.
        if (isMine?.(bare) === false) {
          reject(new NobodyActs(bare));
          continue;
        }
        const user: HeldUser = { accountId: id, jid, bare, sessions: new Map(), slots: [], touched: clock.monotonic() };
        for (const [index, loader] of loaders.entries()) writeSlot(user, loader.slot, loaded[index]?.get(id) ?? loader.empty(id));
        users.set(bare, user);
        resolve(user);
      }
      trim(found.size);
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    } finally {
      loading--;
      if (queue.size > 0) gathering.schedule(queue.size);
    }
  }

  const api: BuiltUsers = {
    peek: (bare) => users.get(bare),
    load(bare) {
      const user = users.get(bare);
      if (user) {
        if (isMine?.(bare) === false) return Promise.reject(new NobodyActs(bare));
        if (!isOnline(user)) {
          user.touched = clock.monotonic();
          users.delete(bare);
          users.set(bare, user);
        }
        return Promise.resolve(user);
      }
      const until = missing.get(bare);
      if (until !== undefined) {
        if (until > clock.monotonic()) return Promise.resolve(null);
        missing.delete(bare);
      }
      const running = inFlight.get(bare);
      if (running) return running;
      const load = new Promise<User | null>((resolve, reject) => {
        queue.set(bare, { resolve, reject });
        if (loading < AT_ONCE) gathering.schedule(queue.size);
      }).finally(() => inFlight.delete(bare));
      inFlight.set(bare, load);
      return load;
    },
    *online() {
      for (const user of users.values()) if (isOnline(user)) yield user;
    },
    get onlineCount() {
      let count = 0;
      for (const user of users.values()) if (isOnline(user)) count++;
      return count;
    },
    get sessionCount() {
      let count = 0;
      for (const user of users.values()) count += user.sessions.size;
      return count;
    },
    registerLoader(loader) {
      loaders.push(loader as UserSlotLoader<unknown>);
    },
    get hibernatingCount() {
      let count = 0;
      for (const user of users.values()) for (const session of user.sessions.values()) if (session.state === 'hibernating') count++;
      return count;
    },
    evict(bare, reason, spare = null) {
      missing.delete(bare);
      const user = users.get(bare);
      if (!user) return;
      const condition = reason === 'removed' ? 'not-authorized' : 'policy-violation';
      const text =
        reason === 'removed'
          ? 'This account was removed.'
          : reason === 'disabled'
            ? 'This account was disabled.'
            : 'The password was changed. Sign in again.';
      for (const session of [...user.sessions.values()]) if (session.id !== spare) session.end(condition, text);
      // One who is removed is nobody's any more, even while a spared session hears the answer: the address may be given anew at once.
      if (!isOnline(user) || reason === 'removed') users.delete(bare);
    },
    forgetMissing: (bare) => void missing.delete(bare),
    holdOnly(mine) {
      isMine = mine;
    },
    held: () => users.values(),
    release(bare) {
      const user = users.get(bare);
      if (user !== undefined && !isOnline(user)) users.delete(bare);
    },
  };
  return api;
}
