import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const MAM = 'urn:xmpp:mam:2';
const field = (name: string, ...values: string[]) => `<field var='${name}'>${values.map((v) => `<value>${v}</value>`).join('')}</field>`;
const form = (...fields: string[]) => `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', MAM)}${fields.join('')}</x>`;
const rsm = (inner: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${inner}</set>`;

interface Page {
  readonly bodies: string[];
  readonly uids: string[];
  readonly complete: boolean;
  readonly count: number | null;
  readonly first: string | null;
  readonly last: string | null;
}
async function ask(world: MessageWorld, session: FakeSession, payload: string, type = 'set', to = ''): Promise<Element[]> {
  world.say(session, `<iq type='${type}' id='q'${to === '' ? '' : ` to='${to}'`}>${payload}</iq>`);
  await world.until(() => session.sent.some(({ xml }) => xml.startsWith('<iq')));
  return session.take();
}
const queryIq = (id: string, inner = '') => `<iq type='set' id='${id}'><query xmlns='${MAM}' queryid='f1'>${inner}</query></iq>`;
async function query(world: MessageWorld, session: FakeSession, inner = '', to = ''): Promise<Page | string> {
  return readPage(await ask(world, session, `<query xmlns='${MAM}' queryid='f1'>${inner}</query>`, 'set', to));
}
function readPage(got: readonly Element[]): Page | string {
  const iq = got[got.length - 1];
  const error = iq?.child('error', 'jabber:client');
  if (error) return error.elements()[0]?.name ?? '';
  const fin = iq?.child('fin', MAM);
  const set = fin?.child('set', 'http://jabber.org/protocol/rsm');
  const results = got.slice(0, -1).map((el) => el.child('result', MAM));
  for (const result of results) expect(result?.attrs.queryid).toBe('f1');
  const text = (name: string) => set?.child(name)?.text() ?? null;
  return {
    bodies: results.map(
      (result) => result?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client')?.child('body')?.text() ?? '',
    ),
    uids: results.map((result) => result?.attrs.id ?? ''),
    complete: fin?.attrs.complete === 'true',
    count: text('count') === null ? null : Number(text('count')),
    first: text('first'),
    last: text('last'),
  };
}
async function pageOf(world: MessageWorld, session: FakeSession, inner = ''): Promise<Page> {
  const page = await query(world, session, inner);
  if (typeof page === 'string') throw new Error(page);
  return page;
}

/** Alice's archive: m0..m(n-1), written to bob and, every third, to carol. */
async function archive(count: number, change: Parameters<typeof createMessageWorld>[0] = {}) {
  const world = createMessageWorld({
    ...change,
    archive: { queriesPerSecond: 0, ...change.archive },
    im: { offlineMax: 1000, offlineMaxPerSender: 1000 },
  });
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  for (let i = 0; i < count; i++) {
    world.chat(alice, i % 3 === 2 ? 'carol@example.com' : 'bob@example.com', `m${i}`, `id${i}`);
    world.clock.advance(1000);
  }
  await world.until(() => alice.heldAcks === 0);
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}
const all = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

describe('the archive', () => {
  it('holds each message once per person, both directions, under the id that devices were told', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const own = await world.signIn('alice@example.com/own', { carbons: true });
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk');
    world.chat(alice, 'bob@example.com', 'x', 'm');
    world.chat(alice, 'alice@example.com', 'note', 'n');
    await world.until(() => alice.heldAcks === 0);
    const idOf = (el: Element | undefined) => el?.child('stanza-id', 'urn:xmpp:sid:0')?.attrs;
    const [atPhone, atDesk] = [phone.take()[0], desk.take()[0]];
    const copy = own.take()[0]?.child('sent')?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
    expect(idOf(atPhone)?.by).toBe('bob@example.com');
    expect(idOf(atPhone)).toEqual(idOf(atDesk));
    alice.take();
    const mine = await pageOf(world, alice);
    const theirs = await pageOf(world, phone);
    expect(mine.bodies).toEqual(['x', 'note']);
    expect(theirs.uids).toEqual([idOf(atPhone)?.id]);
    expect(idOf(copy)).toEqual({ by: 'alice@example.com', id: mine.uids[0] });
    expect(mine.uids[0]).not.toBe(theirs.uids[0]);
  });

  it('is acknowledged to the sender only when committed, while delivery does not wait', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.stores.journal.hold();
    world.chat(alice, 'bob@example.com', 'x');
    expect(bob.bodies()).toEqual(['x']);
    expect(alice.heldAcks).toBe(1);
    world.stores.journal.release();
    await world.until(() => alice.heldAcks === 0);
  });

  it('has what the client received before it asked, also while that is being committed', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.stores.journal.hold();
    world.chat(alice, 'bob@example.com', 'just now');
    expect(bob.bodies()).toEqual(['just now']);
    bob.take();
    const asked = query(world, bob);
    world.stores.journal.release();
    expect(await asked).toMatchObject({ bodies: ['just now'] });
  });

  it('takes nothing and holds nothing when it is off', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'x');
    expect(alice.heldAcks).toBe(0);
    expect(bob.take()[0]?.child('stanza-id')).toBeUndefined();
    expect(world.stores.state.archive.size).toBe(0);
  });

  it('holds nothing of messages that were refused', async () => {
    const world = createMessageWorld({ im: { offlineMessages: false } });
    const alice = await world.signIn('alice@example.com/a');
    world.chat(alice, 'bob@example.com', 'x', 'm');
    await world.until(() => alice.sent.length === 1);
    expect(world.stores.state.archive.size).toBe(0);
  });

  it.each([
    ["default='never'", [], { alice: 0, bob: 1 }],
    ["default='roster'", [], { alice: 0, bob: 1 }],
    ["default='roster'", ['bob@example.com'], { alice: 1, bob: 1 }],
  ] as const)('follows the preferences of each person by themselves: %s, contacts %j', async (policy, contacts, expected) => {
    const world = createMessageWorld();
    for (const contact of contacts) world.contacts.add(contact);
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    await ask(world, alice, `<prefs xmlns='${MAM}' ${policy}><always/><never/></prefs>`);
    world.chat(alice, 'bob@example.com', 'x');
    await world.rest();
    bob.take();
    expect((await pageOf(world, alice)).bodies).toHaveLength(expected.alice);
    expect((await pageOf(world, bob)).bodies).toHaveLength(expected.bob);
  });

  it('remembers preferences with prepared addresses and refuses broken ones', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    const set = (list: string) => ask(world, alice, `<prefs xmlns='${MAM}' default='always'><always/><never>${list}</never></prefs>`);
    expect((await set('<jid>BOB@Example.com/x</jid>'))[0]?.child('prefs', MAM)?.child('never')?.child('jid')?.text()).toBe(
      'bob@example.com',
    );
    expect((await set('<jid>@</jid>'))[0]?.child('error', 'jabber:client')?.elements()[0]?.name).toBe('jid-malformed');
    world.chat(alice, 'bob@example.com', 'x');
    await world.rest();
    bob.take();
    expect((await pageOf(world, alice)).bodies).toEqual([]);
    const after = world.restart();
    const again = await after.signIn('alice@example.com/a');
    const prefs = (await ask(after, again, `<prefs xmlns='${MAM}'/>`, 'get'))[0]?.child('prefs', MAM);
    expect([prefs?.attrs.default, prefs?.child('never')?.child('jid')?.text()]).toEqual(['always', 'bob@example.com']);
  });
});

describe('a query', () => {
  it('pages forward over 250 messages without gap or overlap, and says when it is complete', async () => {
    const { world, alice } = await archive(250);
    const bodies: string[] = [];
    const flags: boolean[] = [];
    for (let after = ''; ; ) {
      const page = await pageOf(world, alice, rsm(`<max>100</max>${after === '' ? '' : `<after>${after}</after>`}`));
      bodies.push(...page.bodies);
      flags.push(page.complete);
      expect([page.first, page.last]).toEqual([page.uids[0], page.uids[page.uids.length - 1]]);
      if (page.complete) break;
      after = page.last ?? '';
    }
    expect(bodies).toEqual(all(250));
    expect(flags).toEqual([false, false, true]);
  });

  it('pages backward from the end, oldest first within a page, or flipped', async () => {
    const { world, alice } = await archive(25);
    const last = await pageOf(world, alice, rsm('<max>10</max><before/>'));
    expect(last.bodies).toEqual(all(25).slice(15));
    expect(last.complete).toBe(false);
    const flipped = await pageOf(world, alice, `${rsm(`<max>10</max><before>${last.first}</before>`)}<flip-page/>`);
    expect(flipped.bodies).toEqual(all(25).slice(5, 15).reverse());
    const first = await pageOf(world, alice, rsm(`<max>10</max><before>${flipped.uids[9]}</before>`));
    expect([first.bodies, first.complete]).toEqual([all(5), true]);
  });

  it('counts with max=0, and is complete then only when nothing matches', async () => {
    const { world, alice } = await archive(7);
    expect(await pageOf(world, alice, rsm('<max>0</max>'))).toMatchObject({ bodies: [], count: 7, complete: false });
    expect(await pageOf(world, alice, form(field('with', 'nobody@example.com')) + rsm('<max>0</max>'))).toMatchObject({
      count: 0,
      complete: true,
    });
  });

  it('finds notes to oneself, and nothing else, by the own address', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'to bob');
    world.chat(alice, 'alice@example.com', 'to me');
    world.say(alice, "<message type='chat'><body>to me too</body></message>");
    await world.rest();
    alice.take();
    expect((await pageOf(world, alice, form(field('with', 'alice@example.com')))).bodies).toEqual(['to me', 'to me too']);
  });

  it('of a node is refused: people have no archive of nodes', async () => {
    const { world, alice } = await archive(1);
    const [answer] = await ask(world, alice, `<query xmlns='${MAM}' node='urn:xmpp:avatar:data'/>`);
    expect(answer?.child('error', 'jabber:client')?.elements()[0]?.name).toBe('item-not-found');
  });

  it('filters by person, time, ids and text', async () => {
    const { world, alice, carol } = await archive(9);
    const whole = await pageOf(world, alice);
    expect((await pageOf(world, alice, form(field('with', 'carol@example.com')))).bodies).toEqual(['m2', 'm5', 'm8']);
    expect((await pageOf(world, alice, form(field('with', 'alice@example.com')))).bodies).toEqual([]);
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
    expect((await pageOf(world, alice, form(field('start', at(3)), field('end', at(5))))).bodies).toEqual(['m3', 'm4', 'm5']);
    expect(
      (await pageOf(world, alice, form(field('after-id', whole.uids[5] ?? ''), field('before-id', whole.uids[8] ?? '')))).bodies,
    ).toEqual(['m6', 'm7']);
    expect((await pageOf(world, alice, form(field('ids', whole.uids[1] ?? '', whole.uids[4] ?? '')))).bodies).toEqual(['m1', 'm4']);
    expect((await pageOf(world, alice, form(field('{urn:xmpp:fulltext:0}fulltext', 'm7')))).bodies).toEqual(['m7']);
    expect((await pageOf(world, carol)).bodies).toEqual(['m2', 'm5', 'm8']);
  });

  it.each([
    ['an unknown id in RSM', rsm('<after>01890000-0000-7000-8000-000000000000</after>'), 'item-not-found'],
    ['an id that is none', rsm('<before>nonsense</before>'), 'item-not-found'],
    ['an unknown after-id', form(field('after-id', '01890000-0000-7000-8000-000000000000')), 'item-not-found'],
    ['one unknown id of ids', form(field('ids', 'x')), 'item-not-found'],
    ['an unknown field', form(field('withtext', 'x')), 'feature-not-implemented'],
    ['a broken address', form(field('with', '@')), 'bad-request'],
    ['a broken date', form(field('start', 'yesterday')), 'bad-request'],
    ['a broken max', rsm('<max>-1</max>'), 'bad-request'],
  ])('with %s is refused', async (_, inner, condition) => {
    const { world, alice } = await archive(2);
    expect(await query(world, alice, inner)).toBe(condition);
  });

  it('of somebody else’s archive is forbidden, whether they exist or not', async () => {
    const { world, alice } = await archive(2);
    expect(await query(world, alice, '', 'bob@example.com')).toBe('forbidden');
    expect(await query(world, alice, '', 'nobody@example.com')).toBe('forbidden');
  });

  it('gets no more than the page size', async () => {
    const { world, alice } = await archive(9, { archive: { pageSize: 4 } });
    expect((await pageOf(world, alice, rsm('<max>500</max>'))).bodies).toHaveLength(4);
  });

  it('gives a client that reads page after page all of thirty pages, at the pace that is set', async () => {
    const { world, alice } = await archive(60, { archive: { pageSize: 2, queriesPerSecond: 5 } });
    const began = world.clock.monotonic();
    const bodies: string[] = [];
    for (let after = ''; ; ) {
      world.say(alice, queryIq('p', rsm(after === '' ? '' : `<after>${after}</after>`)));
      while (!alice.sent.some(({ xml }) => xml.startsWith('<iq'))) {
        await world.rest();
        if (!alice.sent.some(({ xml }) => xml.startsWith('<iq'))) world.clock.advance(50);
      }
      const page = readPage(alice.take());
      if (typeof page === 'string') throw new Error(page);
      bodies.push(...page.bodies);
      if (page.complete) break;
      after = page.last ?? '';
    }
    expect(bodies).toEqual(all(60));
    // The first five come at once, the others five a second.
    expect(world.clock.monotonic() - began).toBeGreaterThanOrEqual(5000);
    expect(world.clock.monotonic() - began).toBeLessThan(6500);
  });

  it('keeps ten queries waiting at most, answers them in order, and drops those of a session that ends with their timer', async () => {
    const { world, alice } = await archive(3, { archive: { queriesPerSecond: 1 } });
    const phone = await world.signIn('alice@example.com/phone');
    await world.rest();
    phone.take();
    alice.take();
    const timers = world.clock.waiting;
    for (let i = 0; i < 12; i++) world.say(alice, queryIq(`q${i}`));
    await world.rest();
    const answers = () =>
      alice
        .take()
        .filter((one) => one.name === 'iq')
        .map((one) => `${one.attrs.id} ${one.attrs.type}`);
    expect(answers().sort()).toEqual(['q0 result', 'q11 error']);
    for (let i = 0; i < 3; i++) {
      world.clock.advance(1000);
      await world.rest();
    }
    expect(answers()).toEqual(['q1 result', 'q2 result', 'q3 result']);
    world.say(phone, queryIq('other'));
    alice.end(null);
    world.clock.advance(1000);
    await world.rest();
    expect(
      phone
        .take()
        .filter((one) => one.name === 'iq')
        .map((one) => one.attrs.id),
    ).toEqual(['other']);
    // The router's own look at what is answered late comes every five seconds while somebody waits.
    world.clock.advance(5000);
    expect(world.clock.waiting).toBeLessThanOrEqual(timers);
  });

  it('can be preceded by asking for the fields and the edges', async () => {
    const { world, alice } = await archive(3);
    const fields = (await ask(world, alice, `<query xmlns='${MAM}'/>`, 'get'))[0]?.child('query', MAM)?.child('x', 'jabber:x:data');
    expect(fields?.elements().map((one) => one.attrs.var)).toContain('{urn:xmpp:fulltext:0}fulltext');
    const whole = await pageOf(world, alice);
    const metadata = (await ask(world, alice, `<metadata xmlns='${MAM}'/>`, 'get'))[0]?.child('metadata', MAM);
    expect([metadata?.child('start')?.attrs.id, metadata?.child('end')?.attrs.id]).toEqual([whole.uids[0], whole.uids[2]]);
  });
});

describe('expiry', () => {
  it('deletes what is older than the settings keep', async () => {
    const { world } = await archive(2, { archive: { retention: 86_400 } });
    expect(world.stores.state.archive.size).toBe(4);
    world.clock.advance(90_000_000);
    expect(await world.im.expire()).toBe(4);
    world.archiveValues.set({ ...world.archiveValues.get(), retention: 0 });
    expect(await world.im.expire()).toBe(0);
  });
});

describe('a message that its sender takes back', () => {
  const take = (id: string) => `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'/><body>Taken back.</body>`;
  async function talk(change: Parameters<typeof createMessageWorld>[0] = {}) {
    const world = createMessageWorld({ ...change, archive: { queriesPerSecond: 0, ...change.archive } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'a secret', 'm1');
    world.chat(bob, 'alice@example.com', 'mine', 'm1');
    return { world, alice, bob };
  }
  const messagesOf = async (world: MessageWorld, session: FakeSession) =>
    (await ask(world, session, `<query xmlns='${MAM}'/>`)).slice(0, -1).map((el) => {
      const message = el.child('result', MAM)?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
      return [
        message?.attrs.id,
        message?.child('body')?.text() ?? null,
        message?.child('retracted', 'urn:xmpp:message-retract:1')?.attrs.id,
      ];
    });

  it('is a tombstone in both archives that names the retraction, and is found by no search', async () => {
    const { world, alice, bob } = await talk();
    world.say(alice, `<message to='bob@example.com' type='chat' id='r1'>${take('m1')}</message>`);
    await world.rest();
    for (const session of [alice, bob]) {
      session.take();
      expect(await messagesOf(world, session)).toEqual([
        ['m1', null, 'r1'],
        ['m1', 'mine', undefined],
        ['r1', 'Taken back.', undefined],
      ]);
      expect((await pageOf(world, session, form(field('{urn:xmpp:fulltext:0}fulltext', 'secret')))).bodies).toEqual([]);
    }
  });

  it('stays when somebody else wants it taken back, and where the settings keep what was said', async () => {
    const { world, alice, bob } = await talk();
    const carol = await world.signIn('carol@example.com/c');
    world.say(carol, `<message to='bob@example.com' type='chat' id='r1'>${take('m1')}</message>`);
    await world.rest();
    bob.take();
    expect((await messagesOf(world, bob)).slice(0, 2)).toEqual([
      ['m1', 'a secret', undefined],
      ['m1', 'mine', undefined],
    ]);
    world.archiveValues.set({ ...world.archiveValues.get(), tombstones: false });
    world.say(alice, `<message to='bob@example.com' type='chat' id='r2'>${take('m1')}</message>`);
    await world.rest();
    bob.take();
    expect((await messagesOf(world, bob))[0]).toEqual(['m1', 'a secret', undefined]);
  });
});
