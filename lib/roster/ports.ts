import type { BareJid } from '../kernel/jid.ts';

export type Subscription = 'none' | 'to' | 'from' | 'both';

export interface RosterItem {
  readonly contact: BareJid;
  readonly name: string;
  readonly groups: readonly string[];
  readonly subscription: Subscription;
  /** We asked and wait (`ask='subscribe'`). */
  readonly ask: boolean;
  /** Pre-approved (RFC 6121 §3.4). */
  readonly approved: boolean;
  /** Version at which this item last changed. */
  readonly version: number;
}

/** A request waiting for our user's answer; kept outside the visible roster with its complete stanza (RFC 6121 §3.1.3). */
export interface PendingIn {
  readonly contact: BareJid;
  readonly xml: string;
  readonly at: number;
}

export interface RosterSnapshot {
  /** Rises with each change and never repeats, also after a restart. */
  readonly version: number;
  readonly items: readonly RosterItem[];
  readonly pendingIn: readonly PendingIn[];
}

/** One change of one roster, committed together. */
export interface RosterChange {
  readonly accountId: number;
  readonly version: number;
  readonly put?: readonly RosterItem[];
  readonly remove?: readonly BareJid[];
  readonly pendingPut?: readonly PendingIn[];
  readonly pendingRemove?: readonly BareJid[];
}

export interface RosterStore {
  load(accountIds: readonly number[]): Promise<Map<number, RosterSnapshot>>;
  /** Goes through the group commit; resolves when committed. Changes of one roster commit in the order given. */
  save(change: RosterChange): Promise<void>;
  /** Accounts whose contact list or waiting requests name one of these addresses. Reads every list: not for the hot path. */
  holdersOf(contacts: readonly BareJid[]): Promise<readonly { readonly accountId: number; readonly bare: BareJid }[]>;
}
