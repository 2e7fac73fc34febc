import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMucWorld, line, MUC_DOMAIN, type MucWorld } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { escapeText } from '../xmpp/stanza/serialize.ts';

const ROOM = `r@${MUC_DOMAIN}`;
const COMMANDS = 'http://jabber.org/protocol/commands';
const TEACHER = 'urn:example:hats#teacher';

async function school(config: Readonly<Record<string, string>> = { 'muc#roomconfig_persistentroom': '1' }) {
  const world = createMucWorld();
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  await world.make(alice, 'r', 'Alice', config);
  await world.enter(bob, 'r', 'Bob');
  await world.enter(carol, 'r', 'Carol');
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}

const submission = (values: Readonly<Record<string, string>>): string =>
  `<x xmlns='jabber:x:data' type='submit'>${Object.entries({ FORM_TYPE: 'urn:xmpp:hats:commands', ...values })
    .map(([name, value]) => `<field var='${name}'><value>${escapeText(value)}</value></field>`)
    .join('')}</x>`;
const command = (node: string, inner = '', attrs = ''): string =>
  `<command xmlns='${COMMANDS}' node='urn:xmpp:hats:commands:${node}' ${attrs}>${inner}</command>`;
const run = (world: MucWorld, who: FakeSession, node: string, values?: Readonly<Record<string, string>>, attrs = "action='execute'") =>
  world.ask(who, 'set', ROOM, command(node, values === undefined ? '' : submission(values), attrs));
/** The status of the command, or the condition of the error. */
const outcome = (answer: Element): string | undefined =>
  answer.child('error')?.elements()[0]?.name ?? answer.child('command', COMMANDS)?.attrs.status;
const hatsIn = (presence: Element | undefined): string[] =>
  (presence?.child('hats', 'urn:xmpp:hats:0')?.elements() ?? []).map(({ attrs }) => `${attrs.title}|${attrs.uri}|${attrs.hue ?? ''}`);
const rows = (answer: Element): string[][] =>
  (answer.child('command', COMMANDS)?.child('x', 'jabber:x:data')?.elements() ?? [])
    .filter(({ name }) => name === 'item')
    .map((item) => item.elements().map((field) => field.elements()[0]?.text() ?? ''));

const teacher = { 'hats#title': "Teacher's <i>", 'hats#uri': TEACHER, 'hats#hue': '327.255249' };

describe('a hat', () => {
  it('is made by form, given, seen by everyone inside and by those who enter, changed, taken away', async () => {
    const { world, alice, bob, carol } = await school();
    const form = await run(world, alice, 'create');
    expect(outcome(form)).toBe('executing');
    const sessionid = form.child('command', COMMANDS)?.attrs.sessionid ?? '';
    const fields = form
      .child('command', COMMANDS)
      ?.child('x', 'jabber:x:data')
      ?.elements()
      .flatMap(({ attrs }) => attrs.var ?? []);
    expect(fields).toEqual(['FORM_TYPE', 'hats#title', 'hats#uri', 'hats#hue']);
    expect(outcome(await run(world, alice, 'create', { ...teacher, 'hats#title': 'Teacher' }, `sessionid='${sessionid}'`))).toBe(
      'completed',
    );
    expect(carol.take().map(line)).toEqual(['message [104]']);

    expect(outcome(await run(world, alice, 'assign', { 'hats#jid': 'bob@example.com/anything', 'hats#uri': TEACHER }))).toBe('completed');
    const [told] = carol.take();
    expect(hatsIn(told)).toEqual([`Teacher|${TEACHER}|327.255249`]);
    expect(told?.attrs.from).toBe(`${ROOM}/Bob`);
    expect(hatsIn(bob.take().at(-1))).toHaveLength(1);

    const later = await world.signIn('carol@example.com/later');
    await world.enter(later, 'r', 'Later');
    expect(later.take().flatMap(hatsIn)).toEqual([`Teacher|${TEACHER}|327.255249`]);

    carol.take();
    await run(world, alice, 'create', { 'hats#title': 'Headmaster', 'hats#uri': TEACHER });
    expect(carol.take().flatMap(hatsIn)).toEqual([`Headmaster|${TEACHER}|`]);
    expect(outcome(await run(world, alice, 'unassign', { 'hats#jid': `${ROOM}/Bob`, 'hats#uri': TEACHER }))).toBe('completed');
    const after = carol.take();
    expect(after.map(({ attrs }) => attrs.from)).toEqual([`${ROOM}/Bob`]);
    expect(hatsIn(after[0])).toEqual([]);
  });

  it('goes from everybody when it is removed, and from the form on', async () => {
    const { world, alice, carol } = await school();
    await run(world, alice, 'create', teacher);
    for (const who of ['bob', 'carol']) await run(world, alice, 'assign', { 'hats#jid': `${who}@example.com`, 'hats#uri': TEACHER });
    carol.take();
    // The field of the form has another name than that of the answer in the text of the XEP.
    expect(outcome(await run(world, alice, 'destroy', { hat: TEACHER }))).toBe('completed');
    expect(carol.take().map(line)).toEqual(['presence /Bob none:participant', 'presence /Carol none:participant [110]', 'message [104]']);
    expect(outcome(await run(world, alice, 'destroy', { 'hats#uri': TEACHER }))).toBe('item-not-found');
    expect(outcome(await run(world, alice, 'assign', { 'hats#jid': 'bob@example.com', 'hats#uri': TEACHER }))).toBe('item-not-found');
  });

  it('stays with a persistent room, and with a person who enters again or changes the nickname', async () => {
    const { world, alice, bob, carol } = await school();
    await run(world, alice, 'create', teacher);
    await run(world, alice, 'assign', { 'hats#jid': 'bob@example.com', 'hats#uri': TEACHER });
    carol.take();
    world.say(bob, `<presence to='${ROOM}/Robert'/>`);
    await world.rest();
    expect(carol.take().map((one) => [line(one), hatsIn(one).length])).toEqual([
      ['presence:unavailable /Bob none:participant [303]', 0],
      ['presence /Robert none:participant', 1],
    ]);
    const again = world.reborn();
    const later = await again.signIn('bob@example.com/later');
    await again.enter(later, 'r', 'Bob');
    expect(later.take().flatMap(hatsIn)).toEqual([`Teacher's <i>|${TEACHER}|327.255249`]);
  });

  it('follows a renamed person', async () => {
    const { world, alice } = await school();
    await run(world, alice, 'create', teacher);
    await run(world, alice, 'assign', { 'hats#jid': 'bob@example.com', 'hats#uri': TEACHER });
    await world.muc.forgetPerson('bob@example.com' as never, 'robert@example.com' as never);
    expect(rows(await run(world, alice, 'list-assigned'))).toEqual([['robert@example.com', TEACHER, "Teacher's <i>", '327.255249']]);
  });

  it('cannot be claimed by a client', async () => {
    const { world, bob, carol } = await school();
    const claim = `<hats xmlns='urn:xmpp:hats:0'><hat uri='${TEACHER}' title='Owner'/></hats>`;
    world.say(bob, `<presence to='${ROOM}/Bob'>${claim}</presence>`);
    world.groupchat(bob, 'r', `<body>hi</body>${claim}`);
    await world.rest();
    const told = carol.take();
    expect(told).toHaveLength(2);
    for (const one of told) expect(one.child('hats', 'urn:xmpp:hats:0')).toBeUndefined();
  });
});

describe('who may do what with hats', () => {
  it('owners and administrators manage them, others see the list; who wears what is for those who see addresses', async () => {
    const { world, alice, bob } = await school({ 'muc#roomconfig_whois': 'moderators' });
    await run(world, alice, 'create', teacher);
    await run(world, alice, 'assign', { 'hats#jid': 'carol@example.com', 'hats#uri': TEACHER });
    for (const node of ['create', 'destroy', 'assign', 'unassign', 'list-assigned'])
      expect([node, outcome(await run(world, bob, node, { ...teacher, 'hats#jid': 'bob@example.com' }))]).toEqual([node, 'forbidden']);
    expect(rows(await run(world, bob, 'list'))).toEqual([["Teacher's <i>", TEACHER, '327.255249']]);
    expect(rows(await run(world, alice, 'list-assigned'))).toEqual([['carol@example.com', TEACHER, "Teacher's <i>", '327.255249']]);
    const items = async (who: FakeSession) =>
      (await world.ask(who, 'get', ROOM, `<query xmlns='http://jabber.org/protocol/disco#items' node='${COMMANDS}'/>`))
        .child('query')
        ?.elements()
        .map(({ attrs }) => attrs.node?.split(':').at(-1));
    expect(await items(bob)).toEqual(['list']);
    expect(await items(alice)).toEqual(['create', 'destroy', 'list', 'assign', 'unassign', 'list-assigned']);
  });

  it('the room says that it has hats, and another list has another hash', async () => {
    const { world, alice, bob } = await school();
    const info = async () => {
      const query = (await world.ask(bob, 'get', ROOM, "<query xmlns='http://jabber.org/protocol/disco#info'/>")).child('query');
      const fields = query?.child('x', 'jabber:x:data')?.elements() ?? [];
      return {
        has: query?.elements().some(({ attrs }) => attrs.var === 'urn:xmpp:hats:0'),
        hash: fields
          .find(({ attrs }) => attrs.var === 'hats#hash')
          ?.elements()
          .at(-1)
          ?.text(),
      };
    };
    expect(await info()).toEqual({ has: true, hash: undefined });
    await run(world, alice, 'create', teacher);
    const first = await info();
    expect(first.hash).toMatch(/^[0-9a-f]{40}$/);
    await run(world, alice, 'create', { ...teacher, 'hats#title': 'Other' });
    expect((await info()).hash).not.toBe(first.hash);
  });

  it.each([
    ['no title', { ...teacher, 'hats#title': ' ' }, 'not-acceptable'],
    ['too long a title', { ...teacher, 'hats#title': 'x'.repeat(101) }, 'not-acceptable'],
    ['no URI', { ...teacher, 'hats#uri': 'teacher' }, 'not-acceptable'],
    ['too long a URI', { ...teacher, 'hats#uri': `urn:${'x'.repeat(300)}` }, 'not-acceptable'],
    ['no angle', { ...teacher, 'hats#hue': '361' }, 'not-acceptable'],
    ['another kind of form', { ...teacher, FORM_TYPE: 'other' }, 'bad-request'],
  ])('%s is refused and changes nothing', async (_name, values, condition) => {
    const { world, alice } = await school();
    expect(outcome(await run(world, alice, 'create', values))).toBe(condition);
    expect(rows(await run(world, alice, 'list'))).toEqual([]);
  });

  it('answers what is no step of a command exactly', async () => {
    const { world, alice } = await school();
    const steps = [
      run(world, alice, 'fly'),
      run(world, alice, 'create', undefined, "action='next'"),
      run(world, alice, 'create', undefined, "action='dance'"),
      run(world, alice, 'create', undefined, "sessionid='x'"),
      run(world, alice, 'create', undefined, "action='cancel' sessionid='x'"),
      run(world, alice, 'assign', { 'hats#jid': '@', 'hats#uri': TEACHER }),
      run(world, alice, 'assign', { 'hats#jid': `${ROOM}/Nobody`, 'hats#uri': TEACHER }),
    ];
    expect((await Promise.all(steps)).map(outcome)).toEqual([
      'item-not-found',
      'bad-request',
      'bad-request',
      'bad-request',
      'canceled',
      'jid-malformed',
      'item-not-found',
    ]);
  });

  it('a room has no more hats, and a person wears no more, than the settings say', async () => {
    const { world, alice } = await school();
    world.mucValues.set({ ...world.mucValues.get(), maxHats: 2, maxHatsWorn: 1 });
    const make = (n: number) => run(world, alice, 'create', { 'hats#title': `${n}`, 'hats#uri': `urn:n:${n}` });
    expect([outcome(await make(1)), outcome(await make(2)), outcome(await make(3)), outcome(await make(2))]).toEqual([
      'completed',
      'completed',
      'resource-constraint',
      'completed',
    ]);
    const wear = (n: number) => run(world, alice, 'assign', { 'hats#jid': 'bob@example.com', 'hats#uri': `urn:n:${n}` });
    expect([outcome(await wear(1)), outcome(await wear(2)), outcome(await wear(1))]).toEqual([
      'completed',
      'resource-constraint',
      'completed',
    ]);
  });
});
