import type { Jid } from '../kernel/jid.ts';
import type { User } from '../xmpp/router/users.ts';

/** What presence must know about block lists (XEP-0191). Asked for each recipient of each presence: must be fast and synchronous. */
export interface BlockingView {
  /** Has `owner` blocked `other`? */
  isBlocked(owner: User, other: Jid): boolean;
  /** Called when a block of an address (bare, full, domain, or domain with resource) has come into force: `isBlocked` says so already. */
  onBlocked(fn: (owner: User, blocked: Jid) => void): void;
  onUnblocked(fn: (owner: User, unblocked: Jid) => void): void;
}

/** One device of a person as administration sees it. */
export interface PresenceNow {
  readonly resource: string;
  readonly show: 'available' | 'away' | 'chat' | 'dnd' | 'xa';
  readonly status: string;
  readonly priority: number;
  readonly state: 'live' | 'hibernating';
}
