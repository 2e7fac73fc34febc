import type { ConsoleValues, SignInValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { addressKey } from './address-key.ts';
import type { BackoffStore, SignInLog, SignInOutcome, SignInRecord } from './ports.ts';

/**
 * Back-off of password guessing (limits §3.3, A-1). Failures are counted three ways: per account and address, per address, per account.
 * Counting the pair lets the owner of an account sign in from elsewhere while somebody hammers on it. Only failures
 * count; a good sign-in clears the pair. Time-outs run on the monotonic clock (C-7): a clock set forward unlocks nothing. What is stored is for
 * the next start only.
 */
export type SignInKind = 'xmpp' | 'console';

export interface SignInLock {
  /** Stable as long as the lock lasts; what `lift` takes. */
  readonly id: string;
  readonly kind: SignInKind;
  readonly what: 'account-and-address' | 'address' | 'account';
  /** '' where the lock is for every account, or from every address. */
  readonly name: string;
  readonly address: string;
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface SignInGuardControl {
  /** Reads what an earlier run of the server has stored. */
  start(): Promise<void>;
  before(kind: SignInKind, name: string, address: string): Promise<{ readonly allowed: boolean; readonly delayMs: number }>;
  /** Counts a failure, clears the pair after a success, and writes the sign-in log. */
  after(record: SignInRecord): void;
  /** For the listeners of chat clients. */
  readonly xmpp: {
    before(name: string, address: string): Promise<{ readonly allowed: boolean; readonly delayMs: number }>;
    after(record: SignInRecord): void;
  };
  locks(): readonly SignInLock[];
  /** Forgets the failures behind a lock; null when there is none of that id. */
  lift(id: string): SignInLock | null;
  /** Called when a lock begins or is lifted. */
  onChange(fn: () => void): () => void;
}

interface Limits {
  readonly windowMs: number;
  readonly pair: { readonly failures: number; readonly lockMs: number };
  readonly address: { readonly failures: number; readonly lockMs: number };
  readonly account: { readonly failures: number; readonly lockMs: number } | null;
  readonly maxDelayMs: number;
}
interface Counter {
  readonly kind: SignInKind;
  readonly what: SignInLock['what'];
  readonly name: string;
  readonly address: string;
  /** Monotonic times of the failures that count, oldest first; never more than the limit. */
  times: number[];
  /** Monotonic; 0 while there is no lock. */
  lockedUntil: number;
}

/** What an outsider can make grow has a bound: counters beyond this push out the oldest. */
const maxCounters = 50_000;
const goodSignInMs = 30 * 86_400_000;
const consoleWindowMs = 15 * 60_000;

/** These are guesses; the others say nothing about a password. */
const isGuess: Readonly<Record<SignInOutcome, boolean>> = {
  ok: false,
  'unknown-account': true,
  'wrong-password': true,
  'wrong-second-factor': true,
  disabled: true,
  // Refused before the proof of the password is looked at.
  'bad-channel-binding': false,
  'no-such-hash': false,
  // 256 bits are not guessed; every device of somebody who changed the password comes once with a void one.
  'bad-token': false,
  'backed-off': false,
  'no-encryption': false,
  malformed: false,
  'directory-down': false,
  'resource-limit': false,
  unassigned: false,
};

export function createSignInGuard(deps: {
  readonly store: BackoffStore;
  readonly signIns: SignInLog;
  readonly settings: Live<SignInValues>;
  readonly console: Live<ConsoleValues>;
  readonly clock: Clock;
  readonly log: Log;
}): SignInGuardControl {
  const { clock, log, store } = deps;
  const counters = new Map<string, Counter>();
  const listeners = new Set<() => void>();

  function limitsOf(kind: SignInKind): Limits {
    if (kind === 'console') {
      const c = deps.console.get();
      const lockMs = c.lockMinutes * 1000;
      return {
        windowMs: consoleWindowMs,
        pair: { failures: c.lockAfterFailures, lockMs },
        address: { failures: c.lockAddressFailures, lockMs },
        account: null,
        maxDelayMs: deps.settings.get().maxDelay * 1000,
      };
    }
    const s = deps.settings.get();
    return {
      windowMs: s.failureWindow * 1000,
      pair: { failures: s.pairFailures, lockMs: s.pairLock * 1000 },
      address: { failures: s.addressFailures, lockMs: s.addressLock * 1000 },
      account: { failures: s.accountFailures, lockMs: s.pairLock * 1000 },
      maxDelayMs: s.maxDelay * 1000,
    };
  }
  const limitOf = (limits: Limits, what: SignInLock['what']) =>
    what === 'account-and-address' ? limits.pair : what === 'address' ? limits.address : limits.account;

  /** The three keys of one attempt. The address holds no bar, so the parts cannot be mistaken for each other. */
  function keysOf(kind: SignInKind, name: string, address: string) {
    const who = name.toLowerCase().slice(0, 256);
    const from = addressKey(address);
    return {
      pair: { id: `${kind}|pair|${from}|${who}`, kind, what: 'account-and-address', name: who, address: from },
      address: { id: `${kind}|address|${from}|`, kind, what: 'address', name: '', address: from },
      account: { id: `${kind}|account||${who}`, kind, what: 'account', name: who, address: '' },
    } as const;
  }
  function parseKey(id: string): Omit<Counter, 'times' | 'lockedUntil'> | null {
    const [kind, what, address, ...name] = id.split('|');
    const whats = { pair: 'account-and-address', address: 'address', account: 'account' } as const;
    const known = whats[what as keyof typeof whats];
    return (kind === 'xmpp' || kind === 'console') && known ? { kind, what: known, address: address ?? '', name: name.join('|') } : null;
  }

  function trim(counter: Counter, now: number): void {
    const oldest = now - limitsOf(counter.kind).windowMs;
    while (counter.times.length > 0 && (counter.times[0] ?? 0) <= oldest) counter.times.shift();
    if (counter.lockedUntil > 0 && counter.lockedUntil <= now) {
      counter.lockedUntil = 0;
      // A lock is the price of these failures: counted again, the next single mistake would lock anew.
      counter.times = [];
    }
  }
  /** The counter as it stands now, or nothing when all of it is over. */
  function counterAt(id: string, now: number): Counter | undefined {
    const counter = counters.get(id);
    if (!counter) return undefined;
    trim(counter, now);
    if (counter.times.length > 0 || counter.lockedUntil > 0) return counter;
    counters.delete(id);
    store.save(id, null);
    return undefined;
  }
  function persist(id: string, counter: Counter, now: number): void {
    const wall = clock.now();
    const windowStart = wall - (now - (counter.times[0] ?? now));
    store.save(id, {
      failures: counter.times.length,
      windowStart,
      lockedUntil: counter.lockedUntil > 0 ? wall + (counter.lockedUntil - now) : 0,
    });
  }
  /** One goes: the oldest without a lock among the first few, else the oldest. Never a walk through all of them, which a flood could ask for. */
  function makeRoom(now: number): void {
    let victim: string | undefined;
    let looked = 0;
    for (const [id, counter] of counters) {
      victim ??= id;
      if (counter.lockedUntil <= now) {
        victim = id;
        break;
      }
      if (++looked >= 200) break;
    }
    if (victim === undefined) return;
    counters.delete(victim);
    store.save(victim, null);
  }
  const changed = () => {
    for (const fn of listeners) fn();
  };

  function count(key: { id: string } & Omit<Counter, 'times' | 'lockedUntil'>, now: number): void {
    const limit = limitOf(limitsOf(key.kind), key.what);
    if (!limit) return;
    let counter = counterAt(key.id, now);
    if (!counter) {
      if (counters.size >= maxCounters) makeRoom(now);
      const { kind, what, name, address } = key;
      counter = { kind, what, name, address, times: [], lockedUntil: 0 };
      counters.set(key.id, counter);
    }
    counter.times.push(now);
    if (counter.times.length > limit.failures) counter.times.shift();
    if (counter.times.length >= limit.failures && counter.lockedUntil === 0) {
      counter.lockedUntil = now + limit.lockMs;
      log.warn('sign-in.locked', { kind: key.kind, what: key.what, name: key.name, address: key.address, seconds: limit.lockMs / 1000 });
      changed();
    }
    persist(key.id, counter, now);
  }

  async function before(kind: SignInKind, name: string, address: string): Promise<{ allowed: boolean; delayMs: number }> {
    const now = clock.monotonic();
    const keys = keysOf(kind, name, address);
    const pair = counterAt(keys.pair.id, now);
    const failed = pair?.times.length ?? 0;
    const delayMs = Math.min(limitsOf(kind).maxDelayMs, 1000 * 2 ** failed);
    const isLocked = (id: string) => (counterAt(id, now)?.lockedUntil ?? 0) > 0;
    if (isLocked(keys.pair.id) || isLocked(keys.address.id)) return { allowed: false, delayMs };
    if (!isLocked(keys.account.id)) return { allowed: true, delayMs };
    const good = await deps.signIns.goodAddresses(name, clock.now() - goodSignInMs);
    return { allowed: good.some((known) => addressKey(known) === keys.address.address), delayMs };
  }

  function after(record: SignInRecord): void {
    deps.signIns.record(record);
    if (record.kind === 'token') return;
    const keys = keysOf(record.kind, record.name, record.address);
    if (record.outcome === 'ok') {
      if (counters.delete(keys.pair.id)) store.save(keys.pair.id, null);
      return;
    }
    if (!isGuess[record.outcome]) return;
    const now = clock.monotonic();
    count(keys.pair, now);
    count(keys.address, now);
    count(keys.account, now);
  }

  function view(id: string, counter: Counter, now: number): SignInLock {
    const { kind, what, name, address, times, lockedUntil } = counter;
    return { id, kind, what, name, address, failures: times.length, until: Math.round(clock.now() + lockedUntil - now) };
  }

  return {
    async start() {
      const now = clock.monotonic();
      const wall = clock.now();
      for (const row of await store.load()) {
        const parts = parseKey(row.key);
        const limits = parts ? limitsOf(parts.kind) : null;
        const limit = parts && limits ? limitOf(limits, parts.what) : null;
        if (!parts || !limits || !limit) {
          store.save(row.key, null);
          continue;
        }
        // The wall clock may have been set while the server was down: no lock outlasts its full length, none ends in the past of a clock set back.
        const left = Math.min(Math.max(0, row.lockedUntil - wall), limit.lockMs);
        const age = Math.max(0, wall - row.windowStart);
        const times = age < limits.windowMs ? Array<number>(Math.min(row.failures, limit.failures)).fill(now - age) : [];
        if (times.length === 0 && left === 0) store.save(row.key, null);
        else counters.set(row.key, { ...parts, times, lockedUntil: left > 0 ? now + left : 0 });
      }
    },
    before,
    after,
    xmpp: { before: (name, address) => before('xmpp', name, address), after },
    locks() {
      const now = clock.monotonic();
      const found: SignInLock[] = [];
      for (const [id, counter] of counters) {
        if (counter.lockedUntil > now) found.push(view(id, counter, now));
      }
      return found.sort((a, b) => b.until - a.until);
    },
    lift(id) {
      const now = clock.monotonic();
      const counter = counterAt(id, now);
      if (!counter || counter.lockedUntil === 0) return null;
      counters.delete(id);
      store.save(id, null);
      changed();
      return view(id, counter, now);
    },
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
}
