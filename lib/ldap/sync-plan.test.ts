import { describe, expect, it } from 'vitest';
import { linkRow } from '../testing/ldap-rows.ts';
import type { DirectoryPerson, LinkedAccount, LinkedPerson } from './ports.ts';
import { changeOf, createSyncPlan } from './sync-plan.ts';

const DAY = 86_400_000;
const now = 1_700_000_000_000;
const person = (userId: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
  key: `key-${userId}`,
  dn: `cn=${userId}`,
  userId,
  name: userId,
  mail: '',
  uri: '',
  phone: '',
  department: '',
  title: '',
  enabled: true,
  ...more,
});
const link = (userId: string, more: Partial<LinkedAccount> = {}): LinkedAccount => ({
  ...linkRow(userId.length + userId.charCodeAt(0), { key: `key-${userId}`, dn: `cn=${userId}` }),
  userId,
  bare: `${userId.toLowerCase()}@x`,
  name: userId,
  mail: '',
  enabled: true,
  ...more,
});
const existing = new Map<string, { id: number; bare: string; source: string }>();

function plan(
  links: readonly LinkedAccount[],
  people: readonly DirectoryPerson[],
  rules: Partial<{ adopt: boolean; graceDays: number; maxLossPercent: number }> = {},
  others: ReadonlyMap<string, { id: number; bare: string; source: string }> = existing,
  foreign: ReadonlyMap<string, LinkedPerson> = new Map(),
) {
  const made = createSyncPlan({
    links,
    foreign: (key) => foreign.get(key),
    addressOf: (userId) =>
      userId.includes('/')
        ? { ok: false, problem: 'Holds characters that an IM address may not hold.' }
        : { ok: true, local: userId.toLowerCase(), domain: 'x', bare: `${userId.toLowerCase()}@x` },
    rules: { adopt: false, graceDays: 7, maxLossPercent: 100, ...rules },
    now,
  });
  made.take(people);
  const done = made.finish(others);
  return { ...done, said: done.steps.map(changeOf).map(({ what, userId }) => `${what} ${userId}`) };
}

describe('a synchronisation', () => {
  it('creates whoever is new and leaves whoever is the same', () => {
    const { said, counts } = plan([link('anna')], [person('anna'), person('bob')]);
    expect(said).toEqual(['create bob']);
    expect(counts).toMatchObject({ created: 1, unchanged: 1 });
  });

  it('tells what changed of somebody, also the user ID, and knows them by their key', () => {
    const { steps, said } = plan([link('anna')], [person('anna.lopez', { key: 'key-anna', name: 'Anna Lopez', phone: '+1' })]);
    expect(said).toEqual(['change anna']);
    expect(changeOf(steps[0]!).detail).toBe('user ID anna becomes anna.lopez; name Anna Lopez; dn cn=anna.lopez; phone +1');
  });

  it('disables and enables as the directory does', () => {
    const people = [person('anna', { enabled: false }), person('bob'), person('carol', { enabled: false })];
    expect(plan([link('anna'), link('bob', { enabled: false }), link('carol', { enabled: false })], people).said).toEqual([
      'disable anna',
      'enable bob',
    ]);
  });

  it('disables whoever is gone, removes them after the days of grace, and takes them back before', () => {
    const gone = (days: number) => link('anna', { enabled: false, goneAt: now - days * DAY });
    const bob = [person('bob')];
    expect(plan([link('anna'), link('bob')], bob).said).toEqual(['gone anna']);
    expect(plan([gone(6), link('bob')], bob).said).toEqual([]);
    expect(plan([gone(7), link('bob')], bob).said).toEqual(['remove anna']);
    expect(plan([gone(900), link('bob')], bob, { graceDays: -1 }).said).toEqual([]);
    expect(plan([gone(900), link('bob')], [person('anna'), ...bob]).said).toEqual(['enable anna']);
  });

  it('leaves out entries that are nobody, or twice the same, and touches no account for that', () => {
    const twin = person('BOB', { key: 'key-other' });
    const { said, counts } = plan(
      [link('bob'), link('carol')],
      [
        person('', { key: 'a' }),
        person('x', { key: '' }),
        person('bob'),
        twin,
        person('a/b'),
        person('carol'),
        person('dup', { key: 'key-carol' }),
      ],
    );
    expect(said).toEqual(['fault cn=', 'fault x', 'fault BOB', 'fault dup', 'fault a/b']);
    expect(counts).toMatchObject({ faulty: 5, unchanged: 2, gone: 0 });
    // The account of the second twin is doubtful, not gone.
    expect(plan([link('BOB', { key: 'key-other' })], [person('bob'), twin]).said).toEqual(['fault BOB', 'create bob']);
  });

  it('takes over accounts made here only when the agreement says so, and never those of others', () => {
    const here = new Map([
      ['anna', { id: 7, bare: 'anna@x', source: 'local' }],
      ['bob', { id: 8, bare: 'bob@x', source: 'call-manager' }],
    ]);
    const people = [person('anna'), person('bob')];
    expect(plan([], people, {}, here).said).toEqual(['fault anna', 'fault bob']);
    expect(plan([], people, { adopt: true }, here).said).toEqual(['change anna', 'fault bob']);
    const elsewhere = new Map([['key-anna', linkRow(7, { agreementId: 'agr-2' })]]);
    expect(plan([], [person('anna')], { adopt: true }, here, elsewhere).said).toEqual(['fault anna']);
  });

  it('is held when more people than allowed would be taken away, or the directory shows nobody', () => {
    const links = Array.from({ length: 10 }, (_, i) => link(`u${i}`));
    const people = links.map(({ userId }) => person(userId));
    expect(plan(links, people.slice(1), { maxLossPercent: 10 }).held).toBe(null);
    expect(plan(links, people.slice(2), { maxLossPercent: 10 }).held).toMatch(/2 of 10 people .* more than 10 %/);
    const off = people.map((one, i) => (i < 2 ? { ...one, enabled: false } : one));
    expect(plan(links, off, { maxLossPercent: 10 }).held).toMatch(/2 of 10/);
    expect(plan(links, [], { maxLossPercent: 100 }).held).toMatch(/shows nobody/);
    expect(plan([], [], { maxLossPercent: 0 }).held).toBe(null);
  });

  it('forgets what it took before another server began anew', () => {
    const made = createSyncPlan({
      links: [],
      foreign: () => undefined,
      addressOf: (userId) => ({ ok: true, local: userId, domain: 'x', bare: `${userId}@x` }),
      rules: { adopt: false, graceDays: 7, maxLossPercent: 10 },
      now,
    });
    made.take([person('anna'), person('')]);
    made.restart();
    made.take([person('anna')]);
    expect(made.finish(existing).steps.map(changeOf)).toEqual([{ what: 'create', userId: 'anna', detail: 'anna' }]);
  });
});
