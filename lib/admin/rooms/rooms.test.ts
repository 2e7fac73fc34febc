import { describe, expect, it } from 'vitest';
import type { Domains } from '../../directory/index.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { occupant } from '../../testing/pretended-rooms.ts';
import { newRoom } from '../../testing/room-rows.ts';

const administrator = viewerOf('administrator');
const service = 'conference.example.com';
const at = (local: string) => `${local}@${service}`;

/** Domains, of which the pretended chat server makes its addresses. */
const domains = {
  default: { get: () => 'example.com', onChange: () => () => undefined },
  hosted: { get: () => new Set(['example.com', 'example.net']), onChange: () => () => undefined },
} as unknown as Domains;
const fixture = () => adminFixture({ domains });

async function some() {
  const made = fixture();
  for (const [local, title] of [
    ['dev', 'Zeta team'],
    ['ops', 'Beta team'],
    ['all', 'Everybody'],
  ] as const)
    await made.stores.rooms.create(newRoom(local, { title, isPublic: local !== 'ops' }));
  made.rooms.passing(at('chat'), { config: { title: 'Alpha chat' }, occupants: [occupant('Ann'), occupant('Bob')] });
  made.rooms.passing(at('zoo'), { config: { title: 'Omega chat', isPublic: false }, createdAt: 5 });
  await made.rooms.enter(at('dev'), occupant('Carl'), occupant('Dora'), occupant('Eve'));
  return made;
}
type Fixture = ReturnType<typeof fixture>;
type FindInput = Parameters<Fixture['api']['rooms']['find']>[1];

async function found({ api }: Pick<Fixture, 'api'>, input: FindInput) {
  const page = await api.rooms.find(administrator, input);
  if (!page.ok) throw new Error(page.fault.message);
  return page.value;
}
const locals = (items: readonly { address: string }[]) => items.map((room) => room.address.split('@')[0]);
const last = async ({ stores }: Fixture) => (await stores.audit.find({ limit: 1 })).items[0];

describe('rooms.find', () => {
  it.each<[FindInput, string[]]>([
    [{}, ['all', 'chat', 'dev', 'ops', 'zoo']],
    [{ descending: true }, ['zoo', 'ops', 'dev', 'chat', 'all']],
    [{ sort: 'title' }, ['chat', 'ops', 'all', 'zoo', 'dev']],
    [{ sort: 'createdAt', descending: true }, ['chat', 'all', 'ops', 'dev', 'zoo']],
    [{ search: 'team' }, ['dev', 'ops']],
    [{ search: 'CHAT' }, ['chat', 'zoo']],
    [{ public: false }, ['ops', 'zoo']],
    [{ persistent: false }, ['chat', 'zoo']],
    [{ persistent: true, public: true }, ['all', 'dev']],
    [{ domain: 'Conference.Example.com', search: 'al' }, ['all', 'chat']],
    [{ domain: 'elsewhere.example' }, []],
    [{ occupied: true }, ['chat', 'dev', 'zoo']],
    [{ sort: 'occupants', descending: true }, ['dev', 'chat', 'zoo']],
  ])('%j finds %j, stored and in memory together', async (input, expected) => {
    const page = await found(await some(), input);
    expect(locals(page.items)).toEqual(expected);
    expect(page.total).toBe(expected.length);
  });

  it.each(['address', 'title', 'createdAt', 'occupants'] as const)('pages by %s so that each room comes once', async (sort) => {
    const made = await some();
    for (const descending of [false, true]) {
      const whole = locals((await found(made, { sort, descending })).items);
      const seen: (string | undefined)[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await found(made, { sort, descending, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...locals(page.items));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(seen).toEqual(whole);
    }
  });

  it('counts the people inside, and refuses a cursor of another order', async () => {
    const made = await some();
    const page = await found(made, { limit: 3 });
    expect(page.items.map((room) => room.occupants)).toEqual([0, 2, 3]);
    expect(await made.api.rooms.find(administrator, { sort: 'title', cursor: page.next! })).toMatchObject({
      ok: false,
      fault: { fields: { cursor: expect.any(String) } },
    });
  });

  it('finds among many rooms in memory without sorting them all', async () => {
    const made = fixture();
    for (let i = 0; i < 9_000; i++) made.rooms.passing(at(`r${String((i * 7919) % 9_000).padStart(4, '0')}`));
    const page = await found(made, { limit: 3, search: 'r00', descending: true });
    expect(locals(page.items)).toEqual(['r0099', 'r0098', 'r0097']);
    expect(page.total).toBe(100);
  });
});

describe('a room', () => {
  it('is shown with its configuration, never with its password', async () => {
    const made = fixture();
    const id = await made.stores.rooms.create(newRoom('dev', { password: 'sesame', title: 'Dev' }));
    await made.stores.rooms.saveAffiliations(id, [{ who: 'eve@example.com', affiliation: 'outcast', nick: null, reason: '' }]);
    const shown = await made.api.rooms.get(administrator, { room: 'DEV@conference.example.com' });
    expect(shown).toMatchObject({
      ok: true,
      value: {
        room: { address: at('dev'), hasPassword: true, members: 1 },
        settings: { hasPassword: true, public: true },
        counts: { owners: 1, admins: 0, members: 0, outcasts: 1 },
        archive: null,
      },
    });
    expect(JSON.stringify(shown)).not.toContain('sesame');
  });

  it.each([
    ['nothere@conference.example.com', 'rooms.missing'],
    ['conference.example.com', 'rooms.badAddress'],
    ['dev@conference.example.com/Ann', 'rooms.badAddress'],
  ])('%s is refused with %s', async (room, code) => {
    expect(await fixture().api.rooms.get(administrator, { room })).toMatchObject({ ok: false, fault: { code } });
  });

  it('lists who is inside and who belongs to it, by search and in pages', async () => {
    const made = await some();
    await made.api.rooms.setAffiliation(administrator, {
      room: at('dev'),
      who: ['carl@example.com', 'dora@example.com'],
      affiliation: 'member',
    });
    const occupants = await made.api.rooms.occupants(administrator, { room: at('dev'), limit: 2 });
    if (!occupants.ok) throw new Error(occupants.fault.message);
    expect(occupants.value).toMatchObject({ total: 3, items: [{ nick: 'Carl', addresses: ['carl@example.com/phone'] }, { nick: 'Dora' }] });
    expect(await made.api.rooms.occupants(administrator, { room: at('dev'), cursor: occupants.value.next! })).toMatchObject({
      value: { items: [{ nick: 'Eve' }], next: null },
    });
    expect(await made.api.rooms.members(administrator, { room: at('dev'), affiliation: 'member', search: 'DORA' })).toMatchObject({
      value: { items: [{ who: 'dora@example.com', affiliation: 'member' }], total: 1 },
    });
  });

  it('is created at the first address of the chat server when only its name is given', async () => {
    const made = fixture();
    const outcome = await made.api.rooms.create(administrator, {
      room: 'Team',
      title: 'The team',
      owners: ['anna@example.com'],
      password: 'sesame',
    });
    expect(outcome).toMatchObject({ ok: true, value: { address: at('team'), title: 'The team', persistent: true, hasPassword: true } });
    expect((await made.stores.rooms.load([at('team') as never]))[0]?.affiliations).toEqual([
      { who: 'anna@example.com', affiliation: 'owner', nick: null, reason: '' },
    ]);
    expect(await last(made)).toMatchObject({
      action: 'room.create',
      targetKey: `room:${at('team')}`,
      after: { title: 'The team', hasPassword: true },
    });
    expect(JSON.stringify(await last(made))).not.toContain('sesame');
    expect(made.told.map(({ name }) => name)).toContain('audit.appended');
  });

  it.each<[Record<string, unknown>, string]>([
    [{ room: 'team@elsewhere.example', owners: ['a@example.com'] }, 'room'],
    [{ room: 'team', owners: [] }, 'owners'],
    [{ room: 'a b', owners: ['a@example.com'] }, 'room'],
    [{ room: 'team', owners: ['example.com'] }, 'owners'],
    [{ room: 'team', owners: ['a@example.com'], lang: 'not a tag' }, 'lang'],
    [{ room: 'team', owners: ['a@example.com'], maxOccupants: -1 }, 'maxOccupants'],
    [{ room: 'team', owners: ['a@example.com'], surprise: true }, 'surprise'],
  ])('%j is refused for its %s', async (input, field) => {
    const outcome = await fixture().api.rooms.create(administrator, input as never);
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'invalid', fields: { [field]: expect.any(String) } } });
  });

  it('is not configured over what somebody else has changed since it was shown', async () => {
    const made = await some();
    const shown = async () => {
      const detail = await made.api.rooms.get(administrator, { room: at('dev') });
      return detail.ok ? detail.value.version : '';
    };
    const version = await shown();
    expect(await made.api.rooms.configure(administrator, { room: at('dev'), title: 'Theirs', version })).toMatchObject({ ok: true });
    const late = await made.api.rooms.configure(administrator, { room: at('dev'), title: 'Mine', version });
    expect(late).toMatchObject({ ok: false, fault: { kind: 'conflict' } });
    expect(await shown()).not.toBe(version);
    expect(await made.api.rooms.get(administrator, { room: at('dev') })).toMatchObject({ value: { settings: { title: 'Theirs' } } });
    expect(await made.api.rooms.configure(administrator, { room: at('dev'), title: 'Mine', version: await shown() })).toMatchObject({
      ok: true,
    });
    expect(await made.api.rooms.configure(administrator, { room: at('dev'), title: 'Whatever' })).toMatchObject({ ok: true });
  });

  it('is configured field by field, and the record tells what was before', async () => {
    const made = await some();
    expect(await made.api.rooms.configure(administrator, { room: at('dev') })).toMatchObject({
      ok: false,
      fault: { code: 'rooms.nothingToChange' },
    });
    await made.api.rooms.configure(administrator, {
      room: at('dev'),
      title: 'New',
      public: false,
      password: 'sesame',
      privateMessages: 'none',
    });
    const shown = await made.api.rooms.get(administrator, { room: at('dev') });
    expect(shown).toMatchObject({
      value: { settings: { title: 'New', public: false, hasPassword: true, privateMessages: 'none', archived: true } },
    });
    expect(await last(made)).toMatchObject({
      before: { title: 'Zeta team', isPublic: true, hasPassword: false },
      after: { title: 'New', isPublic: false, hasPassword: true },
    });
    await made.api.rooms.configure(administrator, { room: at('dev'), password: null });
    expect(await made.api.rooms.get(administrator, { room: at('dev') })).toMatchObject({ value: { settings: { hasPassword: false } } });
  });

  it('takes members one by one, and tells who was refused', async () => {
    const made = await some();
    const change = (who: string[], affiliation: 'owner' | 'outcast' | 'none') =>
      made.api.rooms.setAffiliation(administrator, { room: at('dev'), who, affiliation });
    expect(await change(['Eve@Example.com', 'spam.example'], 'outcast')).toMatchObject({
      value: { changed: ['eve@example.com', 'spam.example'], refused: [] },
    });
    expect(await change(['spam.example'], 'owner')).toMatchObject({
      ok: false,
      fault: { fields: { who: expect.stringContaining('person') } },
    });
    expect(await change(['eve@example.com', 'owner@example.com'], 'none')).toMatchObject({
      value: { changed: ['eve@example.com'], refused: [{ who: 'owner@example.com', why: expect.stringContaining('last owner') }] },
    });
    expect(await last(made)).toMatchObject({ before: { 'eve@example.com': 'outcast' }, after: { 'eve@example.com': 'none' } });
    expect(await change(['owner@example.com'], 'none')).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('last owner') },
    });
  });

  it('loses who is kicked, and gets a subject', async () => {
    const made = await some();
    expect(await made.api.rooms.kick(administrator, { room: at('dev'), nick: 'Carl', reason: 'Off topic' })).toMatchObject({ ok: true });
    expect(await last(made)).toMatchObject({
      action: 'room.kick',
      target: `${at('dev')}/Carl`,
      before: { addresses: ['carl@example.com/phone'] },
    });
    expect(await made.api.rooms.kick(administrator, { room: at('dev'), nick: 'Carl' })).toMatchObject({
      ok: false,
      fault: { kind: 'missing' },
    });
    await made.api.rooms.setSubject(administrator, { room: at('dev'), subject: 'Friday' });
    expect(await made.api.rooms.get(administrator, { room: at('dev') })).toMatchObject({
      value: { subject: { text: 'Friday', by: 'the administrator' } },
    });
  });

  it('is destroyed, with where people should go', async () => {
    const made = await some();
    const destroy = (room: string, alternate: string) => made.api.rooms.destroy(administrator, { room, reason: 'Moved', alternate });
    expect(await destroy(at('dev'), at('dev'))).toMatchObject({ ok: false, fault: { fields: { alternate: expect.any(String) } } });
    expect(await destroy(at('dev'), 'rubbish')).toMatchObject({ ok: false, fault: { fields: { alternate: expect.any(String) } } });
    expect(await destroy(at('dev'), at('ops'))).toMatchObject({ ok: true, value: { occupants: 3 } });
    expect(made.rooms.done).toEqual([`destroy ${at('dev')}: Moved -> ${at('ops')}`]);
    expect(locals((await found(made, {})).items)).not.toContain('dev');
  });
});

describe('many rooms', () => {
  it('are previewed and destroyed as a job that says what became of each', async () => {
    const made = await some();
    expect(await made.api.rooms.previewDestroy(administrator, { search: 'chat' })).toMatchObject({
      value: { matching: 2, persistent: 0, occupants: 3, sample: [{ address: at('chat') }, { address: at('zoo') }] },
    });
    expect(await made.api.rooms.destroyMany(administrator, { all: true, expect: 2 })).toMatchObject({
      ok: false,
      fault: { code: 'rooms.moreThanExpected' },
    });
    const job = await made.api.rooms.destroyMany(administrator, { all: true, expect: 5, reason: 'Over' });
    if (!job.ok) throw new Error(job.fault.message);
    await made.jobs.idle();
    expect(await made.stores.jobs.get(job.value.id)).toMatchObject({
      state: 'done',
      done: 5,
      failed: 0,
      summary: '5 destroyed, 0 were gone already, 0 failed.',
    });
    expect((await found(made, {})).total).toBe(0);
    const records = (await made.stores.audit.find({ parentId: `job:${job.value.id}`, limit: 10 })).items;
    expect(records).toMatchObject([{ action: 'room.destroy', actor: 'the administrator', after: { destroyed: 5, reason: 'Over' } }]);
  });

  it('may be named, some of them gone', async () => {
    const made = await some();
    const job = await made.api.rooms.destroyMany(administrator, { rooms: [at('dev'), at('gone'), 'rubbish'] });
    if (!job.ok) throw new Error(job.fault.message);
    await made.jobs.idle();
    expect(await made.stores.jobs.results(job.value.id, { limit: 10 })).toMatchObject([
      { target: at('dev'), ok: true },
      { target: at('gone'), ok: true, message: expect.stringContaining('no such room') },
      { target: 'rubbish', ok: false },
    ]);
  });

  it.each([{}, { all: true, search: 'x' }, { rooms: [at('dev')], domain: 'x' }])('%j names nothing clear and is refused', async (input) => {
    expect(await (await some()).api.rooms.destroyMany(administrator, input)).toMatchObject({
      ok: false,
      fault: { fields: { rooms: expect.any(String) } },
    });
  });
});

describe('rooms of a user', () => {
  it('are those they belong to and those they are in', async () => {
    const made = await some();
    await made.api.users.create(administrator, { userId: 'ann', password: 'long enough', domain: 'example.com' });
    await made.api.rooms.setAffiliation(administrator, { room: at('ops'), who: ['ann@example.com'], affiliation: 'admin' });
    expect(await made.api.rooms.ofUser(administrator, { user: 'ann' })).toMatchObject({
      value: {
        user: 'ann@example.com',
        items: [
          { address: at('chat'), affiliation: 'none', nick: 'Ann', inside: true },
          { address: at('ops'), affiliation: 'admin', nick: null, inside: false },
          { address: at('zoo'), inside: true },
        ],
      },
    });
  });

  it('can be made at the label before each domain and at aliases, with how many there are', async () => {
    const made = await some();
    await made.api.settings.set(administrator, { key: 'muc.aliases', value: ['chat.example.org'] });
    expect(await made.api.rooms.services(administrator, {})).toEqual({
      ok: true,
      value: {
        items: [
          { address: 'conference.example.com', domain: 'example.com', rooms: 3 },
          { address: 'conference.example.net', domain: 'example.net', rooms: 0 },
          { address: 'chat.example.org', domain: null, rooms: 0 },
        ],
      },
    });
  });

  it('have administrators, of this server or not', async () => {
    const made = fixture();
    await made.api.users.create(administrator, { userId: 'ann', name: 'Ann', password: 'long enough', domain: 'example.com' });
    await made.api.settings.set(administrator, { key: 'muc.administrators', value: ['ann@example.com', 'bob@elsewhere.example'] });
    expect(await made.api.rooms.administrators(administrator, {})).toMatchObject({
      value: {
        items: [
          { address: 'ann@example.com', userId: 1, name: 'Ann', enabled: true },
          { address: 'bob@elsewhere.example', userId: null },
        ],
      },
    });
  });
});
