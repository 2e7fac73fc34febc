/**
 * Addresses that no longer belong to the account they stood for: removed, or moved to another address. Whoever gets such an address later must
 * inherit nothing of what others had allowed its former owner (RFC 6121 §2.5.2, XEP-0077 §3.2, security-and-limits C-9): everyone who has it in
 * the contact list keeps the contact, but no subscription, no approval and no request.
 *
 * Thousands may go at once, so addresses gather for a moment, one question finds the lists that name them, and those are changed a slice at a time.
 */
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import type { Log } from '../kernel/log.ts';
import { NobodyActs } from '../xmpp/router/elsewhere.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { PendingIn, RosterItem, RosterSnapshot, RosterStore } from './ports.ts';

export interface Departed {
  /** Resolves when the contact lists that named the address are as they should be, or when that had to be given up (it is logged then). */
  forget(bare: BareJid): Promise<void>;
}

/** Contact lists changed between two turns of the event loop, and addresses looked for in one question. */
const SLICE = 100;
const MOST_ADDRESSES = 1000;
const TRIES = 5;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createDeparted(deps: {
  readonly store: RosterStore;
  readonly users: Users;
  /** Ends everything between a loaded person and the address, and tells that person's clients. */
  readonly part: (user: User, contact: Jid) => void;
  /** Another node looks after this person, and does the same there. */
  readonly isElsewhere: (bare: BareJid) => boolean;
  readonly log: Log;
}): Departed {
  const { store, users, log } = deps;
  const gathered = new Set<BareJid>();
  let running: Promise<void> | null = null;

  async function work(): Promise<void> {
    // Those that go together are told within one turn of the event loop.
    await turn();
    while (gathered.size > 0) {
      const batch = [...gathered].slice(0, MOST_ADDRESSES);
      for (const bare of batch) gathered.delete(bare);
      await attempt(batch);
    }
    running = null;
  }

  async function attempt(batch: readonly BareJid[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await forgetAll(batch);
      } catch (error) {
        if (tries < TRIES) continue;
        log.error('roster.departed-failed', { addresses: batch.length, error: String(error) });
        return;
      }
    }
  }

  async function forgetAll(batch: readonly BareJid[]): Promise<void> {
    const contacts = batch.flatMap((bare) => parseJid(bare) ?? []);
    const holders = (await store.holdersOf(batch)).filter(({ bare }) => !deps.isElsewhere(bare));
    for (let at = 0; at < holders.length; at += SLICE) {
      const slice = holders.slice(at, at + SLICE);
      const loaded = await Promise.all(slice.map(({ bare }) => users.load(bare).catch(ifNobodyActs)));
      for (const user of loaded) if (user !== null) for (const contact of contacts) deps.part(user, contact);
      // Disabled accounts are never in memory; they may be enabled again.
      const others = slice.filter((_, i) => loaded[i] === null).map(({ accountId }) => accountId);
      if (others.length > 0) await forgetStored(others, new Set(batch));
      await turn();
    }
  }

  async function forgetStored(accountIds: readonly number[], gone: ReadonlySet<BareJid>): Promise<void> {
    for (const [accountId, snapshot] of await store.load(accountIds)) {
      const version = snapshot.version + 1;
      const put = partedItems(snapshot, gone, version);
      const pendingRemove = snapshot.pendingIn.filter(({ contact }: PendingIn) => gone.has(contact)).map(({ contact }) => contact);
      if (put.length > 0 || pendingRemove.length > 0) await store.save({ accountId, version, put, pendingRemove });
    }
  }

  return {
    forget(bare) {
      gathered.add(bare);
      running ??= work();
      return running;
    },
  };
}

/** Whom nobody acts for is in nobody's memory. */
const ifNobodyActs = (error: unknown): null => {
  if (error instanceof NobodyActs) return null;
  throw error;
};

const partedItems = (snapshot: RosterSnapshot, gone: ReadonlySet<BareJid>, version: number): RosterItem[] =>
  snapshot.items
    .filter((item) => gone.has(item.contact) && (item.subscription !== 'none' || item.ask || item.approved))
    .map((item) => ({ ...item, subscription: 'none', ask: false, approved: false, version }));
