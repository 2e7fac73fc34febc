/**
 * What our user sends about subscriptions and what arrives for them. The table in subscriptions.ts decides; here are the duties around
 * it: limits, automatic approval, storage, pushes, delivery, and the order in which others notice.
 *
 * Order of effects, after the commit:
 * - asking or leaving: push, then route (RFC 6121 §3.1.2, §3.3.2), so that an instant answer never overtakes the push;
 * - approving: route, push, then presence (§3.1.5); cancelling: unavailable presence first, then route, then push (§3.2.2);
 * - arriving: deliver to our user, push, then presence (§3.1.6, §3.2.3, §3.3.3).
 */

import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type BareJid, type Jid, makeJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import { NobodyActs } from '../xmpp/router/elsewhere.ts';
import type { Claim } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User } from '../xmpp/router/users.ts';
import { makePresence, stanzaOver } from '../xmpp/stanza/build.ts';
import type { PresenceStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Changes } from './changes.ts';
import { rosterFaults } from './faults.ts';
import { createHolds, type Holds, type SharedHold } from './holds.ts';
import type { RosterItem } from './ports.ts';
import { pushItem } from './pushes.ts';
import { moveTo, type RosterState, rosterOf, subscriptionStateOf, watchersOf } from './state.ts';
import {
  approve,
  inbound,
  isSubscriptionEvent,
  isWatching,
  mayPreApprove,
  outbound,
  type SubscriptionEvent,
  type SubscriptionState,
  takeApart,
} from './subscriptions.ts';

/** The contact began (`true`) or ceased to see our user's availability. */
export type WatcherListener = (user: User, contact: Jid, sees: boolean) => void;

export interface Subscribing {
  sent(session: ClientSession, stanza: PresenceStanza): Claim;
  arriving(user: User, stanza: PresenceStanza): Claim;
  /** Sends `unsubscribe` and `unsubscribed` as the state of a removed item asks (RFC 6121 §2.5.2). */
  leave(user: User, contact: Jid, was: SubscriptionState, session: ClientSession): void;
  /** The contact's account is gone: ends everything between them at our user's side. The contact stays in the list, without any right. */
  part(user: User, contact: Jid): void;
}

/** Requests that wait for one person; a stranger must not fill the store. */
const MAX_WAITING = 500;
/** Characters of a request kept with its extended content. */
const MAX_REQUEST = 16_384;

export function createSubscribing(deps: {
  router: () => Router;
  changes: Changes;
  settings: Live<PresenceValues>;
  clock: Clock;
  tellWatcher: WatcherListener;
}): Subscribing {
  const { changes, tellWatcher } = deps;
  const holds: Holds = createHolds();
  const sees = (state: SubscriptionState): boolean => isWatching(takeApart(state).subscription);

  /** Routes one subscription stanza of `user`, its consequences at a local contact being part of `hold`. */
  function routeHeld(stanza: PresenceStanza, hold: SharedHold | null): void {
    const router = deps.router();
    if (hold !== null && stanza.to !== null && router.elsewhere?.isElsewhere(stanza.to.bare)) {
      hold.open += 1;
      router.elsewhere.send(stanza, { done: () => holds.release(hold) });
      return;
    }
    if (hold !== null && stanza.to !== null && router.isLocalDomain(stanza.to.domain)) {
      holds.follow(stanza, hold);
      hold.open += 1;
      router.route(stanza);
      // The router may have to read the contact's account first. Its work is queued before ours, so a turn later all parts have joined.
      // Without a database the contact did not get it: the stanza stays unacknowledged, its sender will try again.
      router.users.load(stanza.to.bare).then(
        () => void setImmediate(() => holds.release(hold)),
        // Nobody acts for the contact now: the router lets the stanza wait.
        (error: unknown) => void (error instanceof NobodyActs && holds.release(hold)),
      );
      return;
    }
    router.route(stanza);
  }

  /** The hold of a sender here, or of the node it came from. */
  function joinOrInherit(stanza: PresenceStanza): SharedHold | null {
    const joined = holds.join(stanza);
    if (joined !== null) return joined;
    const ack = deps.router().shareHold(null);
    return ack === null ? null : holds.begin(ack);
  }

  const plain = (type: SubscriptionEvent, from: Jid, to: Jid): PresenceStanza => makePresence({ type, from, to });

  function sent(session: ClientSession, stanza: PresenceStanza): Claim {
    const type = stanza.type;
    if (stanza.to === null || !isSubscriptionEvent(type)) return undefined;
    const user = session.user;
    const contact = bareJid(stanza.to);
    // Everyone sees themselves already.
    if (contact.bare === user.bare) return 'done';
    // A request that cannot arrive must not wait for an answer for ever. Leaving a contact of a domain that is gone is always possible.
    if (type === 'subscribe' && !deps.router().isLocalDomain(contact.domain)) return rosterFaults.noSuchServer;
    const state = rosterOf(user);
    const was = subscriptionStateOf(state, contact.bare);
    const step = outbound[was][type];
    const refusal = outboundLimit(state, contact.bare, was, step.next, type);
    if (refusal !== undefined) return refusal;

    const wasApproved = state.items.get(contact.bare)?.approved ?? false;
    const approved = type === 'subscribed' && mayPreApprove(was) ? true : type === 'unsubscribed' ? false : wasApproved;
    const item = moveTo(state, contact.bare, step.next, approved);
    const answered = takeApart(was).pendingIn && !takeApart(step.next).pendingIn;
    if (answered) state.pendingIn.delete(contact.bare);
    // From the bare JID to the bare JID (RFC 6121 §3.1.2), with the extended content our user wrote.
    const outgoing = step.route ? readdressed(stanza, user.jid, contact) : null;
    if (item === null && !answered) {
      if (outgoing !== null) deps.router().route(outgoing);
      return 'done';
    }
    const hold = holds.begin(session.holdAck());
    changes.save(state, { ...(item === null ? {} : { put: [item] }), ...(answered ? { pendingRemove: [contact.bare] } : {}) }, (saved) => {
      // Not saved: the stanza stays unacknowledged, its sender will try again.
      if (saved === 'lost') return;
      effects(user, contact, type, outgoing, item, sees(was) && !sees(step.next), !sees(was) && sees(step.next), hold);
      holds.release(hold);
    });
    return 'done';
  }

  function effects(
    user: User,
    contact: Jid,
    type: SubscriptionEvent,
    outgoing: PresenceStanza | null,
    item: RosterItem | null,
    lost: boolean,
    gained: boolean,
    hold: SharedHold,
  ): void {
    if (lost) tellWatcher(user, contact, false);
    const pushFirst = type === 'subscribe' || type === 'unsubscribe';
    if (pushFirst && item !== null) pushItem(user, item);
    if (outgoing !== null) routeHeld(outgoing, hold);
    if (!pushFirst && item !== null) pushItem(user, item);
    if (gained) tellWatcher(user, contact, true);
  }

  function outboundLimit(
    state: RosterState,
    contact: BareJid,
    was: SubscriptionState,
    next: SubscriptionState,
    type: SubscriptionEvent,
  ): StanzaFault | undefined {
    const { maxContacts, maxWatchers } = deps.settings.get();
    const adds = type === 'subscribe' || type === 'subscribed';
    if (adds && maxContacts > 0 && !state.items.has(contact) && state.items.size >= maxContacts)
      return rosterFaults.tooManyContacts(maxContacts);
    if (!sees(was) && sees(next) && maxWatchers > 0 && watchersOf(state).length >= maxWatchers)
      return rosterFaults.tooManyWatchers(maxWatchers);
    return undefined;
  }

  /** What stands against a new watcher of our user, or undefined. */
  function arrivingLimit(state: RosterState, contact: BareJid): StanzaFault | undefined {
    const { maxContacts, maxWatchers } = deps.settings.get();
    if (maxWatchers > 0 && watchersOf(state).length >= maxWatchers) return rosterFaults.theirWatchersAreFull;
    if (maxContacts > 0 && !state.items.has(contact) && state.items.size >= maxContacts) return rosterFaults.theirListIsFull;
    if (state.pendingIn.size >= MAX_WAITING && !state.pendingIn.has(contact)) return rosterFaults.theirWatchersAreFull;
    return undefined;
  }

  function arriving(user: User, stanza: PresenceStanza): Claim {
    const type = stanza.type;
    if (!isSubscriptionEvent(type)) return undefined;
    const contact = bareJid(stanza.from);
    if (contact.bare === user.bare) return 'done';
    // "Treated as to the bare JID" (RFC 6121 §8.5.3.2.3) for requests; answers to a device that is not there are ignored.
    if (type !== 'subscribe' && stanza.to !== null && stanza.to.resource !== '' && !user.sessions.has(stanza.to.resource)) return 'done';
    const state = rosterOf(user);
    const was = subscriptionStateOf(state, contact.bare);
    const step = inbound[was][type];
    if (type === 'subscribe' && !sees(was)) return requested(user, state, stanza, contact, was);
    if (step.act === 'answer') {
      // Without any client of ours online as well (RFC 6121 §3.1.3).
      deps.router().route(plain('subscribed', user.jid, contact));
      return 'done';
    }
    if (step.act === 'drop') return 'done';

    const item = moveTo(state, contact.bare, step.next, state.items.get(contact.bare)?.approved ?? false);
    const withdrawn = takeApart(was).pendingIn && !takeApart(step.next).pendingIn;
    if (withdrawn) state.pendingIn.delete(contact.bare);
    const lost = sees(was) && !sees(step.next);
    const hold = joinOrInherit(stanza);
    changes.save(state, { ...(item === null ? {} : { put: [item] }), ...(withdrawn ? { pendingRemove: [contact.bare] } : {}) }, (saved) => {
      if (saved === 'lost') return;
      const text = stanza.render({ from: contact.bare, to: user.bare });
      for (const session of user.sessions.values()) if (session.interested) session.send(text, null);
      if (item !== null) pushItem(user, item);
      if (lost) tellWatcher(user, contact, false);
      holds.release(hold);
    });
    return 'done';
  }

  /** A request from someone who does not see our user yet. */
  function requested(user: User, state: RosterState, stanza: PresenceStanza, contact: Jid, was: SubscriptionState): Claim {
    const preApproved = state.items.get(contact.bare)?.approved ?? false;
    const automatic = preApproved || (deps.settings.get().autoAuthorize && deps.router().isLocalDomain(contact.domain));
    // Asked before and still waiting (RFC 6121 §3.1.3).
    if (!automatic && takeApart(was).pendingIn) return 'done';
    const refusal = arrivingLimit(state, contact.bare);
    if (refusal !== undefined) {
      // Clears the waiting state at the other side; the error that follows tells why.
      deps.router().route(plain('unsubscribed', user.jid, contact));
      return refusal;
    }
    return automatic ? approveNow(user, state, stanza, contact, was, preApproved) : keepWaiting(user, state, stanza, contact);
  }

  function approveNow(
    user: User,
    state: RosterState,
    stanza: PresenceStanza,
    contact: Jid,
    was: SubscriptionState,
    preApproved: boolean,
  ): Claim {
    const item = moveTo(state, contact.bare, approve[was], preApproved);
    const waited = state.pendingIn.delete(contact.bare);
    const hold = joinOrInherit(stanza);
    changes.save(state, { ...(item === null ? {} : { put: [item] }), ...(waited ? { pendingRemove: [contact.bare] } : {}) }, (saved) => {
      if (saved === 'lost') return;
      routeHeld(plain('subscribed', user.jid, contact), hold);
      if (item !== null) pushItem(user, item);
      tellWatcher(user, contact, true);
      holds.release(hold);
    });
    return 'done';
  }

  function keepWaiting(user: User, state: RosterState, stanza: PresenceStanza, contact: Jid): Claim {
    const xml = stanza.render({ from: contact.bare, to: user.bare });
    if (xml.length > MAX_REQUEST) {
      deps.router().route(plain('unsubscribed', user.jid, contact));
      return rosterFaults.requestTooLarge;
    }
    const request = { contact: contact.bare, xml, at: deps.clock.now() };
    state.pendingIn.set(contact.bare, request);
    const hold = joinOrInherit(stanza);
    changes.save(state, { pendingPut: [request] }, (saved) => {
      if (saved === 'lost') return;
      for (const session of user.sessions.values()) if (session.presence !== null) session.send(xml, null);
      holds.release(hold);
    });
    return 'done';
  }

  function leave(user: User, contact: Jid, was: SubscriptionState, session: ClientSession): void {
    const hold = holds.begin(session.holdAck());
    const { subscription, ask, pendingIn } = takeApart(was);
    if (isWatching(subscription)) tellWatcher(user, contact, false);
    if (subscription === 'to' || subscription === 'both' || ask) routeHeld(plain('unsubscribe', user.jid, contact), hold);
    if (isWatching(subscription) || pendingIn) routeHeld(plain('unsubscribed', user.jid, contact), hold);
    holds.release(hold);
  }

  function part(user: User, contact: Jid): void {
    const state = rosterOf(user);
    const was = subscriptionStateOf(state, contact.bare);
    const item = moveTo(state, contact.bare, 'none', false);
    const waited = state.pendingIn.delete(contact.bare);
    if (item === null && !waited) return;
    const { subscription } = takeApart(was);
    changes.save(state, { ...(item === null ? {} : { put: [item] }), ...(waited ? { pendingRemove: [contact.bare] } : {}) }, (saved) => {
      if (saved === 'lost') return;
      // What a server says for an account that is removed (XEP-0077 §3.2): our user's clients hear it as from the contact.
      if (subscription === 'from' || subscription === 'both') tellInterested(user, plain('unsubscribe', contact, user.jid));
      if (subscription === 'to' || subscription === 'both') tellInterested(user, plain('unsubscribed', contact, user.jid));
      if (item !== null) pushItem(user, item);
      if (sees(was)) tellWatcher(user, contact, false);
    });
  }

  function tellInterested(user: User, stanza: PresenceStanza): void {
    const text = stanza.render();
    for (const session of user.sessions.values()) if (session.interested) session.send(text, null);
  }

  return { sent, arriving, leave, part };
}

function bareJid(jid: Jid): Jid {
  return jid.resource === '' ? jid : makeJid(jid.local, jid.domain, '');
}

const readdressed = (stanza: PresenceStanza, from: Jid, to: Jid): PresenceStanza =>
  stanzaOver('presence', stanza.type, from, to, stanza.id, stanza.lang, stanza.el, null) as PresenceStanza;
