import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  approve,
  inbound,
  mayPreApprove,
  outbound,
  putTogether,
  type SubscriptionEvent,
  type SubscriptionState,
  subscriptionEvents,
  subscriptionStates,
  takeApart,
} from './subscriptions.ts';

// RFC 6121 appendix A written down a second time, as prose would say it: what each event does to each of the four marks.
type Marks = { to: boolean; from: boolean; po: boolean; pi: boolean };
const marksOf = (state: SubscriptionState): Marks => {
  const { subscription, ask, pendingIn } = takeApart(state);
  return {
    to: subscription === 'to' || subscription === 'both',
    from: subscription === 'from' || subscription === 'both',
    po: ask,
    pi: pendingIn,
  };
};
const stateOf = (m: Marks): SubscriptionState => putTogether(m.to && m.from ? 'both' : m.to ? 'to' : m.from ? 'from' : 'none', m.po, m.pi);

const sent: Record<SubscriptionEvent, (m: Marks) => { route: boolean; next: Marks }> = {
  subscribe: (m) => ({ route: true, next: { ...m, po: !m.to } }),
  unsubscribe: (m) => ({ route: true, next: { ...m, to: false, po: false } }),
  subscribed: (m) => ({ route: m.pi, next: m.pi ? { ...m, from: true, pi: false } : m }),
  unsubscribed: (m) => ({ route: m.pi || m.from, next: { ...m, from: false, pi: false } }),
};
const arrived: Record<SubscriptionEvent, (m: Marks) => { act: string; next: Marks }> = {
  subscribe: (m) => (m.from ? { act: 'answer', next: m } : m.pi ? { act: 'drop', next: m } : { act: 'deliver', next: { ...m, pi: true } }),
  unsubscribe: (m) => ({ act: m.from || m.pi ? 'deliver' : 'drop', next: { ...m, from: false, pi: false } }),
  subscribed: (m) => (m.po ? { act: 'deliver', next: { ...m, to: true, po: false } } : { act: 'drop', next: m }),
  unsubscribed: (m) => ({ act: m.po || m.to ? 'deliver' : 'drop', next: { ...m, to: false, po: false } }),
};

describe('every state meets every event as RFC 6121 appendix A says', () => {
  for (const state of subscriptionStates)
    for (const event of subscriptionEvents) {
      test(`${event} sent in ${state}`, () => {
        const rule = sent[event](marksOf(state));
        expect(outbound[state][event]).toEqual({ route: rule.route, next: stateOf(rule.next) });
      });
      test(`${event} arriving in ${state}`, () => {
        const rule = arrived[event](marksOf(state));
        expect(inbound[state][event]).toEqual({ act: rule.act, next: stateOf(rule.next) });
      });
    }
});

test('states and their marks translate both ways without loss', () => {
  for (const state of subscriptionStates) expect(stateOf(marksOf(state))).toBe(state);
});

test('approval gives the right to see and leaves the rest as it was', () => {
  for (const state of subscriptionStates) {
    const was = marksOf(state);
    expect(marksOf(approve[state])).toEqual({ ...was, from: true, pi: false });
  }
});

test('only someone who neither sees us nor waits can be approved in advance', () => {
  expect(subscriptionStates.filter(mayPreApprove)).toEqual(['none', 'none+po', 'to']);
});

test('two sides that exchange what their tables route agree on who sees whom, whatever happens', () => {
  const acts = fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...subscriptionEvents)), { maxLength: 40 });
  fc.assert(
    fc.property(acts, (steps) => {
      const side: [SubscriptionState, SubscriptionState] = ['none', 'none'];
      const arrive = (who: 0 | 1, event: SubscriptionEvent): void => {
        const step = inbound[side[who]][event];
        side[who] = step.next;
        if (step.act === 'answer') arrive(who === 0 ? 1 : 0, 'subscribed');
      };
      for (const [first, event] of steps) {
        const who = first ? 0 : 1;
        const step = outbound[side[who]][event];
        side[who] = step.next;
        if (step.route) arrive(who === 0 ? 1 : 0, event);
        const [a, b] = [marksOf(side[0]), marksOf(side[1])];
        expect([a.to, a.from, a.po, a.pi]).toEqual([b.from, b.to, b.pi, b.po]);
      }
    }),
  );
});
