/**
 * The subscription state machine of RFC 6121 appendix A, as data. Nine states: what the contact may see of us (from), what we may
 * see of them (to), whether we wait for their answer (po, pending out) and whether they wait for ours (pi, pending in). One
 * table says what happens to what our user sends (outbound), the other to what arrives from the contact (inbound). Pre-approval
 * (§3.4) stands beside the states: it is a mark on the item, `approve` and `mayPreApprove` say how it acts.
 *
 * Deliberately not here: limits, automatic authorisation, storage and pushes. They decide whether a transition is asked for; this file alone
 * decides where it leads.
 */
import type { Subscription } from './ports.ts';

export type SubscriptionState = 'none' | 'none+po' | 'none+pi' | 'none+poi' | 'to' | 'to+pi' | 'from' | 'from+po' | 'both';
export type SubscriptionEvent = 'subscribe' | 'unsubscribe' | 'subscribed' | 'unsubscribed';

export const subscriptionStates: readonly SubscriptionState[] = [
  'none',
  'none+po',
  'none+pi',
  'none+poi',
  'to',
  'to+pi',
  'from',
  'from+po',
  'both',
];
export const subscriptionEvents: readonly SubscriptionEvent[] = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'];

export interface Outbound {
  /** Send the stanza on to the contact. */
  readonly route: boolean;
  readonly next: SubscriptionState;
}
export interface Inbound {
  /** `deliver` to our user, `drop` silently, or `answer` `subscribed` on their behalf without asking. */
  readonly act: 'deliver' | 'drop' | 'answer';
  readonly next: SubscriptionState;
}

const route = (next: SubscriptionState): Outbound => ({ route: true, next });
const keep = (next: SubscriptionState): Outbound => ({ route: false, next });
const deliver = (next: SubscriptionState): Inbound => ({ act: 'deliver', next });
const drop = (next: SubscriptionState): Inbound => ({ act: 'drop', next });
const answer = (next: SubscriptionState): Inbound => ({ act: 'answer', next });

/** RFC 6121 §A.2. */
export const outbound: Readonly<Record<SubscriptionState, Readonly<Record<SubscriptionEvent, Outbound>>>> = {
  none: { subscribe: route('none+po'), unsubscribe: route('none'), subscribed: keep('none'), unsubscribed: keep('none') },
  'none+po': { subscribe: route('none+po'), unsubscribe: route('none'), subscribed: keep('none+po'), unsubscribed: keep('none+po') },
  'none+pi': { subscribe: route('none+poi'), unsubscribe: route('none+pi'), subscribed: route('from'), unsubscribed: route('none') },
  'none+poi': { subscribe: route('none+poi'), unsubscribe: route('none+pi'), subscribed: route('from+po'), unsubscribed: route('none+po') },
  to: { subscribe: route('to'), unsubscribe: route('none'), subscribed: keep('to'), unsubscribed: keep('to') },
  'to+pi': { subscribe: route('to+pi'), unsubscribe: route('none+pi'), subscribed: route('both'), unsubscribed: route('to') },
  from: { subscribe: route('from+po'), unsubscribe: route('from'), subscribed: keep('from'), unsubscribed: route('none') },
  'from+po': { subscribe: route('from+po'), unsubscribe: route('from'), subscribed: keep('from+po'), unsubscribed: route('none+po') },
  both: { subscribe: route('both'), unsubscribe: route('from'), subscribed: keep('both'), unsubscribed: route('to') },
};

/** RFC 6121 §A.3. */
export const inbound: Readonly<Record<SubscriptionState, Readonly<Record<SubscriptionEvent, Inbound>>>> = {
  none: { subscribe: deliver('none+pi'), unsubscribe: drop('none'), subscribed: drop('none'), unsubscribed: drop('none') },
  'none+po': { subscribe: deliver('none+poi'), unsubscribe: drop('none+po'), subscribed: deliver('to'), unsubscribed: deliver('none') },
  'none+pi': { subscribe: drop('none+pi'), unsubscribe: deliver('none'), subscribed: drop('none+pi'), unsubscribed: drop('none+pi') },
  'none+poi': {
    subscribe: drop('none+poi'),
    unsubscribe: deliver('none+po'),
    subscribed: deliver('to+pi'),
    unsubscribed: deliver('none+pi'),
  },
  to: { subscribe: deliver('to+pi'), unsubscribe: drop('to'), subscribed: drop('to'), unsubscribed: deliver('none') },
  'to+pi': { subscribe: drop('to+pi'), unsubscribe: deliver('to'), subscribed: drop('to+pi'), unsubscribed: deliver('none+pi') },
  from: { subscribe: answer('from'), unsubscribe: deliver('none'), subscribed: drop('from'), unsubscribed: drop('from') },
  'from+po': { subscribe: answer('from+po'), unsubscribe: deliver('none+po'), subscribed: deliver('both'), unsubscribed: deliver('from') },
  both: { subscribe: answer('both'), unsubscribe: deliver('to'), subscribed: drop('both'), unsubscribed: deliver('from') },
};

/** Where our approval leads from here, asked for or given in advance (RFC 6121 §3.1.5, §3.4.2). */
export const approve: Readonly<Record<SubscriptionState, SubscriptionState>> = {
  none: 'from',
  'none+po': 'from+po',
  'none+pi': 'from',
  'none+poi': 'from+po',
  to: 'both',
  'to+pi': 'both',
  from: 'from',
  'from+po': 'from+po',
  both: 'both',
};

/** States in which an unasked `subscribed` is kept as a pre-approval (RFC 6121 §3.4.1). */
export const mayPreApprove = (state: SubscriptionState): boolean => state === 'none' || state === 'none+po' || state === 'to';

export const isSubscriptionEvent = (type: string): type is SubscriptionEvent =>
  type === 'subscribe' || type === 'unsubscribe' || type === 'subscribed' || type === 'unsubscribed';

/** A state taken apart into what the roster and the list of waiting requests hold. */
export interface StateParts {
  readonly subscription: Subscription;
  readonly ask: boolean;
  readonly pendingIn: boolean;
}

const parts: Readonly<Record<SubscriptionState, StateParts>> = {
  none: { subscription: 'none', ask: false, pendingIn: false },
  'none+po': { subscription: 'none', ask: true, pendingIn: false },
  'none+pi': { subscription: 'none', ask: false, pendingIn: true },
  'none+poi': { subscription: 'none', ask: true, pendingIn: true },
  to: { subscription: 'to', ask: false, pendingIn: false },
  'to+pi': { subscription: 'to', ask: false, pendingIn: true },
  from: { subscription: 'from', ask: false, pendingIn: false },
  'from+po': { subscription: 'from', ask: true, pendingIn: false },
  both: { subscription: 'both', ask: false, pendingIn: false },
};
export const takeApart = (state: SubscriptionState): StateParts => parts[state];

/** The reverse; combinations that appendix A does not know (a request waiting although already approved) fall to the nearest state. */
export function putTogether(subscription: Subscription, ask: boolean, pendingIn: boolean): SubscriptionState {
  switch (subscription) {
    case 'none':
      return ask ? (pendingIn ? 'none+poi' : 'none+po') : pendingIn ? 'none+pi' : 'none';
    case 'to':
      return pendingIn ? 'to+pi' : 'to';
    case 'from':
      return ask ? 'from+po' : 'from';
    case 'both':
      return 'both';
  }
}

export const isWatching = (subscription: Subscription): boolean => subscription === 'from' || subscription === 'both';
export const isWatched = (subscription: Subscription): boolean => subscription === 'to' || subscription === 'both';
