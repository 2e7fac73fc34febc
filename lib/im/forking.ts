/**
 * Who gets a message to a bare JID. It goes to every available device with non-negative priority until one of them answers; from then on to that one
 * only, until its presence changes, it leaves, another answers or becomes more available, or nothing is said for a while. Pure decisions; the lock lives
 * with the person whose devices they are. Legal by RFC 6121 §8.5.2.1.1, which leaves the choice among several resources to the server.
 */
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';

export interface ForkRules {
  /** Off: the highest priority only ("most available"). */
  readonly forking: boolean;
  readonly replyLocks: boolean;
  readonly lockMs: number;
}

export interface ForkLock {
  resource: string;
  /** Monotonic milliseconds of the last word in either direction. */
  at: number;
}

/**
 * `everyone`: all with non-negative priority. `answering`: the one that answered. `highest`: the one with the highest priority, of several the one that
 * signed in last.
 */
export type Plan = 'everyone' | 'answering' | 'highest';

/** `able`: how many devices have non-negative priority. `isAnsweringAble`: the device that answered is one of them. */
export function planDelivery(able: number, lock: ForkLock | undefined, isAnsweringAble: boolean, rules: ForkRules, now: number): Plan {
  if (able <= 1) return 'everyone';
  if (!rules.forking) return 'highest';
  return rules.replyLocks && lock !== undefined && isAnsweringAble && now - lock.at < rules.lockMs ? 'answering' : 'everyone';
}

/** What a person's devices answered, by the other side's bare JID. */
export type ForkMemory = Map<string, ForkLock>;

const MAX_LOCKS = 500;

/** A device wrote to `peer`: the conversation follows it. */
export function answered(memory: ForkMemory, peer: string, resource: string, now: number): void {
  const lock = memory.get(peer);
  if (lock !== undefined) {
    lock.resource = resource;
    lock.at = now;
    return;
  }
  if (memory.size >= MAX_LOCKS) {
    const oldest = memory.keys().next();
    if (!oldest.done) memory.delete(oldest.value);
  }
  memory.set(peer, { resource, at: now });
}

/** A device whose presence changed or that left no longer has a conversation to itself. */
export function unlock(memory: ForkMemory, resource: string): void {
  for (const [peer, lock] of memory) if (lock.resource === resource) memory.delete(peer);
}

const SHOW: Readonly<Record<string, number>> = { chat: 4, '': 3, away: 2, xa: 1, dnd: 0 };

/** How available a device is, for comparing: a device that becomes more available than it was ends all locks of its person (XEP-0296 §4). */
export function rankOf(presence: PresenceStanza | null, priority: number): number {
  if (presence === null) return -1000;
  const show = presence.el.child('show', presence.el.ns)?.text().trim() ?? '';
  return priority * 10 + (SHOW[show] ?? 3);
}

/** Messages that went to several devices, so that one device's refusal does not reach the sender while another device has the message. */
export type ForkLedger = Map<string, { copies: number; readonly refusedBy: string[] }>;

const MAX_FORKS = 64;

export function rememberFork(ledger: ForkLedger, senderFull: string, id: string, copies: number): void {
  if (id === '') return;
  if (ledger.size >= MAX_FORKS) {
    const oldest = ledger.keys().next();
    if (!oldest.done) ledger.delete(oldest.value);
  }
  ledger.set(`${senderFull}\n${id}`, { copies, refusedBy: [] });
}

/** A device returned an error. True: the sender hears of it, because all copies came back, or there was one only. */
export function isRefusedByAll(ledger: ForkLedger, senderFull: string, id: string, resource: string): boolean {
  const key = `${senderFull}\n${id}`;
  const fork = ledger.get(key);
  if (fork === undefined) return true;
  if (!fork.refusedBy.includes(resource)) fork.refusedBy.push(resource);
  if (fork.refusedBy.length < fork.copies) return false;
  ledger.delete(key);
  return true;
}
