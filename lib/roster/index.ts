/** The roster room: contact lists, subscriptions, waiting requests (RFC 6121 §2, §3). */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { createChanges } from './changes.ts';
import { contactListHandlers } from './contacts.ts';
import { createDeparted } from './departed.ts';
import type { PendingIn, RosterItem, RosterStore } from './ports.ts';
import { rosterLoader, rosterOf, watchedOf, watchersOf } from './state.ts';
import { createSubscribing, type WatcherListener } from './subscribing.ts';
import { isWatched, isWatching } from './subscriptions.ts';

export type { WatcherListener } from './subscribing.ts';

/** What other rooms and administration may ask about the contact list of a loaded user. */
export interface Roster extends Room {
  /** Contacts that see the user's availability (from, both). The array is shared: read it, keep nothing. */
  watchersOf(user: User): readonly BareJid[];
  /** Contacts whose availability the user sees (to, both). */
  watchedOf(user: User): readonly BareJid[];
  isWatcher(user: User, contact: BareJid): boolean;
  isWatched(user: User, contact: BareJid): boolean;
  itemsOf(user: User): Iterable<RosterItem>;
  /** Requests that wait for the user's answer, each a complete stanza. */
  requestsOf(user: User): Iterable<PendingIn>;
  /**
   * Called when a contact begins or ceases to see the user, at the moment at which they must be told: before `unsubscribed` leaves, after
   * the push of an approval.
   */
  onWatcher(fn: WatcherListener): void;
  /** The address no longer belongs to its account: see departed.ts. Call it after the account is gone and its sessions have ended. */
  forget(bare: BareJid): Promise<void>;
}

const protocols: readonly Protocol[] = [
  { number: 'RFC 6121 §2', title: 'Contact lists, with versions', version: '2011-03', status: 'complete' },
  { number: 'RFC 6121 §3', title: 'Presence subscriptions, with pre-approval', version: '2011-03', status: 'complete' },
  {
    number: 'XEP-0237',
    title: 'Roster Versioning',
    version: '1.3',
    status: 'complete',
    note: 'An older version is answered with the whole list.',
  },
];

/**
 * `router` may be read as soon as the room is in use, not before: the router is made from the rooms' hooks. `users` gets the
 * loader of the contact lists.
 */
export function createRoster(deps: {
  store: RosterStore;
  users: Users;
  router: () => Router;
  settings: Live<PresenceValues>;
  clock: Clock;
  log: Log;
}): Roster {
  const listeners: WatcherListener[] = [];
  const changes = createChanges(deps);
  const subscribing = createSubscribing({
    router: deps.router,
    changes,
    settings: deps.settings,
    clock: deps.clock,
    tellWatcher: (user, contact, sees) => {
      for (const fn of listeners) fn(user, contact, sees);
    },
  });
  const departed = createDeparted({
    store: deps.store,
    users: deps.users,
    part: subscribing.part,
    isElsewhere: (bare) => deps.router().elsewhere?.isElsewhere(bare) === true,
    log: deps.log,
  });
  deps.users.registerLoader(rosterLoader(deps.store, changes.uncommitted));

  return {
    name: 'roster',
    hooks: [
      { hook: 'presence.sent', stage: 'decide', run: subscribing.sent },
      { hook: 'presence.arriving', stage: 'decide', run: subscribing.arriving },
    ],
    iq: contactListHandlers({ changes, settings: deps.settings, subscribing }),
    features: { account: ['jabber:iq:roster'] },
    protocols,
    watchersOf: (user) => watchersOf(rosterOf(user)),
    watchedOf: (user) => watchedOf(rosterOf(user)),
    isWatcher: (user, contact) => isWatching(rosterOf(user).items.get(contact)?.subscription ?? 'none'),
    isWatched: (user, contact) => isWatched(rosterOf(user).items.get(contact)?.subscription ?? 'none'),
    itemsOf: (user) => rosterOf(user).items.values(),
    requestsOf: (user) => rosterOf(user).pendingIn.values(),
    onWatcher(fn) {
      listeners.push(fn);
    },
    forget: departed.forget,
  };
}
