import { describe, expect, test } from 'vitest';
import { elementOf } from '../../testing/fake-session.ts';
import { settingValues } from '../../testing/fixed-settings.ts';
import { isFlood, Pace, storeWait } from './pace.ts';

const xmpp = settingValues('xmpp', { stanzasPerSecond: 10, stanzasBurst: 2 });
const presence = settingValues('presence', {
  changesPerSecond: 2,
  changesBurst: 2,
  requestsPerMinute: 20,
  requestsBurst: 2,
  listChangesPerSecond: 10,
  listChangesBurst: 2,
});
const change = "<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='a@example.com'/></query></iq>";
const ask = "<presence type='subscribe' to='a@example.com'/>";

function waits(pace: Pace, xml: string, user = { slots: [] as unknown[] }, times = 3, now = 0): number[] {
  return Array.from({ length: times }, () => pace.waitAfter(elementOf(xml), user, xmpp, presence, now));
}

describe('a session that is too fast is read more slowly', () => {
  test.each([
    ['messages', "<message to='a@example.com'><body>x</body></message>", 100],
    ['presence changes', '<presence/>', 500],
    ['presence to one address, as messages are', "<presence to='room@example.com/nick'/>", 100],
    ['changes of the contact list', change, 100],
    ['subscription requests', ask, 3000],
  ])('%s', (_name, xml, third) => {
    expect(waits(new Pace(), xml)).toEqual([0, 0, third]);
  });

  test('each kind by itself, and reading the contact list is free', () => {
    const pace = new Pace();
    const user = { slots: [] };
    waits(pace, change, user);
    expect(waits(pace, '<presence/>', user, 1)).toEqual([0]);
    expect(waits(pace, "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>", user, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('requests count for the person, whichever device sends them', () => {
    const user = { slots: [] };
    expect([...waits(new Pace(), ask, user, 2), ...waits(new Pace(), ask, user, 1), ...waits(new Pace(), ask, { slots: [] }, 1)]).toEqual([
      0, 0, 3000, 0,
    ]);
  });
});

describe('a flooder', () => {
  const message = elementOf("<message to='a@example.com'><body>x</body></message>");
  /** Sends as soon as it is read again, but for a `rest` each ten seconds; for how long it counts as too fast after `seconds`. */
  function tooFastAfter(seconds: number, rest = 0, late = 0): number {
    const pace = new Pace();
    const user = { slots: [] };
    let nextRest = 10_000;
    for (let now = 1; now < seconds * 1000; ) {
      now += pace.waitAfter(message, user, xmpp, presence, now) + late;
      if (rest === 0 || now < nextRest) continue;
      now += rest;
      nextRest = now + 10_000;
    }
    return pace.tooFastFor;
  }

  test('is one whose stanzas never stop for ten times as long as it may flood, however late timers are', () => {
    expect(isFlood(tooFastAfter(299), 30)).toBe(false);
    expect(isFlood(tooFastAfter(302), 30)).toBe(true);
    expect(isFlood(tooFastAfter(302, 0, 90), 30)).toBe(true);
    expect(isFlood(tooFastAfter(302), 0)).toBe(false);
  });
  test('is nobody who rests now and then', () => {
    expect(isFlood(tooFastAfter(3_000, 1_500), 30)).toBe(false);
  });
  test('is nobody who asks many people for their presence', () => {
    const pace = new Pace();
    const user = { slots: [] };
    for (let now = 1; now < 900_000; ) now += pace.waitAfter(elementOf(ask), user, xmpp, presence, now);
    expect(pace.tooFastFor).toBe(0);
  });
});

describe('while the database is behind', () => {
  test('writers wait the longer the more waits to be committed, and never longer than a moment', () => {
    expect([0, 4_000, 4_001, 10_000, 50_000].map(storeWait)).toEqual([0, 0, 1, 60, 300]);
  });
});
