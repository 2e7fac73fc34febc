import type { BareJid, Jid } from '../../kernel/jid.ts';
import type { HasSlots, Slot } from '../../kernel/slots.ts';
import type { ClientSession } from '../c2s/session.ts';

/** A local person as the owner node holds them while they matter: online, or touched a moment ago. */
export interface User extends HasSlots {
  readonly accountId: number;
  readonly jid: Jid;
  readonly bare: BareJid;
  /** By resource; live and hibernating sessions alike. */
  readonly sessions: Map<string, ClientSession>;
}

/** What a room loads with each user. Loads of one moment arrive as one batch: a sign-in storm costs few queries. */
export interface UserSlotLoader<T> {
  readonly slot: Slot<T>;
  /** Answers for every id; a missing id gets `empty()`. */
  load(accountIds: readonly number[]): Promise<Map<number, T>>;
  empty(accountId: number): T;
}

export interface Users {
  /** The user if in memory, at once. */
  peek(bare: BareJid): User | undefined;
  /** From memory or the database; null when there is no such enabled account. Rejects when the database is down. */
  load(bare: BareJid): Promise<User | null>;
  /** Everyone with at least one session. */
  online(): Iterable<User>;
  readonly onlineCount: number;
  readonly sessionCount: number;
  registerLoader<T>(loader: UserSlotLoader<T>): void;
  /**
   * Forgets a user without sessions and ends the sessions of one that has some (account removed, disabled, password changed), but for the
   * session whose id is `spare`.
   */
  evict(bare: BareJid, reason: 'removed' | 'disabled' | 'password-changed', spare?: string | null): void;
}
