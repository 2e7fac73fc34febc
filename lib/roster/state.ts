/** One person's roster in memory, on the user's slot while the owner node holds the user. */
import type { BareJid } from '../kernel/jid.ts';
import { defineSlot, readSlot } from '../kernel/slots.ts';
import type { User, UserSlotLoader } from '../xmpp/router/users.ts';
import type { PendingIn, RosterItem, RosterSnapshot, RosterStore } from './ports.ts';
import { noGroups, sharedAddress, sharedGroups } from './shared-text.ts';
import { isWatched, isWatching, putTogether, type SubscriptionState, takeApart } from './subscriptions.ts';

export interface RosterState {
  readonly accountId: number;
  version: number;
  readonly items: Map<BareJid, RosterItem>;
  readonly pendingIn: Map<BareJid, PendingIn>;
  /** Contacts that see us (from, both), made when first asked for: presence fan-out walks an array. Null after a change. */
  watchers: readonly BareJid[] | null;
  /** Contacts we see (to, both). */
  watched: readonly BareJid[] | null;
  /** The newest change not yet committed. */
  committing: Promise<void> | null;
}

export const rosterSlot = defineSlot<RosterState>('roster');
const noContacts: readonly BareJid[] = [];

export function stateFrom(accountId: number, snapshot: RosterSnapshot): RosterState {
  const items = new Map<BareJid, RosterItem>();
  for (const { contact, name, groups, subscription, ask, approved, version } of snapshot.items) {
    const address = sharedAddress(contact);
    items.set(address, { contact: address, name, groups: sharedGroups(groups), subscription, ask, approved, version });
  }
  const pendingIn = new Map<BareJid, PendingIn>();
  for (const pending of snapshot.pendingIn) pendingIn.set(pending.contact, pending);
  return { accountId, version: snapshot.version, items, pendingIn, watchers: null, watched: null, committing: null };
}

const emptyState = (accountId: number): RosterState => stateFrom(accountId, { version: 0, items: [], pendingIn: [] });

/** `uncommitted` gives the state of an account that was forgotten and is read again while a change of it is still being written. */
export const rosterLoader = (
  store: RosterStore,
  uncommitted: (accountId: number) => RosterState | undefined,
): UserSlotLoader<RosterState> => ({
  slot: rosterSlot,
  async load(accountIds) {
    const states = new Map<number, RosterState>();
    for (const accountId of accountIds) {
      const state = uncommitted(accountId);
      if (state !== undefined) states.set(accountId, state);
    }
    const unknown = states.size === 0 ? accountIds : accountIds.filter((accountId) => !states.has(accountId));
    if (unknown.length === 0) return states;
    for (const [accountId, snapshot] of await store.load(unknown)) states.set(accountId, stateFrom(accountId, snapshot));
    return states;
  },
  empty: emptyState,
});

/** The roster of a loaded user. A user without one was never loaded: that is a bug, not an empty contact list. */
export function rosterOf(user: User): RosterState {
  const state = readSlot(user, rosterSlot);
  if (state === undefined) throw new Error(`the roster of ${user.bare} is not loaded`);
  return state;
}

function contactsThat(state: RosterState, sees: (item: RosterItem) => boolean): readonly BareJid[] {
  const found: BareJid[] = [];
  for (const item of state.items.values()) if (sees(item)) found.push(item.contact);
  return found.length === 0 ? noContacts : found;
}

export function watchersOf(state: RosterState): readonly BareJid[] {
  state.watchers ??= contactsThat(state, (item) => isWatching(item.subscription));
  return state.watchers;
}
export function watchedOf(state: RosterState): readonly BareJid[] {
  state.watched ??= contactsThat(state, (item) => isWatched(item.subscription));
  return state.watched;
}

export function subscriptionStateOf(state: RosterState, contact: BareJid): SubscriptionState {
  const item = state.items.get(contact);
  return putTogether(item?.subscription ?? 'none', item?.ask ?? false, state.pendingIn.has(contact));
}

/**
 * Moves one contact to a subscription state. Returns the roster item as it is now, or null when the roster shows nothing new:
 * a waiting request alone is no item (RFC 6121 §3.1.3).
 */
export function moveTo(state: RosterState, contact: BareJid, next: SubscriptionState, approved: boolean): RosterItem | null {
  const was = state.items.get(contact);
  const { subscription, ask } = takeApart(next);
  if (was === undefined && subscription === 'none' && !ask && !approved) return null;
  if (was !== undefined && was.subscription === subscription && was.ask === ask && was.approved === approved) return null;
  const item = putItem(state, { contact, name: was?.name ?? '', groups: was?.groups ?? noGroups, subscription, ask, approved });
  return item;
}

/** Writes one item under the next version. */
export function putItem(state: RosterState, item: Omit<RosterItem, 'version'>): RosterItem {
  state.version += 1;
  const put: RosterItem = {
    contact: sharedAddress(item.contact),
    name: item.name,
    groups: sharedGroups(item.groups),
    subscription: item.subscription,
    ask: item.ask,
    approved: item.approved,
    version: state.version,
  };
  const was = state.items.get(item.contact);
  state.items.set(item.contact, put);
  if (was === undefined || was.subscription !== put.subscription) {
    state.watchers = null;
    state.watched = null;
  }
  return put;
}

/** Removes an item under the next version. */
export function dropItem(state: RosterState, contact: BareJid): void {
  state.version += 1;
  state.items.delete(contact);
  state.watchers = null;
  state.watched = null;
}
