import { describe, expect, it } from 'vitest';
import { createMucWorld, MUC_DOMAIN } from '../testing/muc-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const ROOM = `r@${MUC_DOMAIN}`;
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const items = (set = '') => `<query xmlns='http://jabber.org/protocol/disco#items'>${set}</query>`;
const rsm = (inner: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${inner}</set>`;
const features = (answer: Element): string[] =>
  (answer.child('query')?.elements() ?? []).filter((one) => one.name === 'feature').map((one) => one.attrs.var ?? '');
const jids = (answer: Element): string[] =>
  (answer.child('query')?.elements() ?? []).filter((one) => one.name === 'item').map((one) => one.attrs.jid?.split('@')[0] ?? '');

async function some() {
  const world = createMucWorld();
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  await world.make(alice, 'delta', 'Alice', { 'muc#roomconfig_persistentroom': '1', 'muc#roomconfig_roomname': 'Tea lovers' });
  await world.make(alice, 'alpha', 'Alice');
  await world.make(alice, 'charlie', 'Alice', { 'muc#roomconfig_roomdesc': 'all about tea' });
  await world.make(alice, 'bravo', 'Alice', { 'muc#roomconfig_persistentroom': '1' });
  await world.make(alice, 'secret', 'Alice', { 'muc#roomconfig_publicroom': '0', 'muc#roomconfig_persistentroom': '1' });
  await world.enter(alice, 'locked', 'Alice');
  alice.take();
  return { world, alice, bob };
}

describe('the list of rooms', () => {
  it('names public rooms, kept or not, and neither hidden nor unconfigured ones', async () => {
    const { world, bob } = await some();
    const answer = await world.ask(bob, 'get', MUC_DOMAIN, items());
    expect(jids(answer)).toEqual(['alpha', 'bravo', 'charlie', 'delta']);
  });

  it('is given by pages whose count says what there is', async () => {
    const { world, bob } = await some();
    const page = async (set: string) => {
      const answer = await world.ask(bob, 'get', MUC_DOMAIN, items(rsm(set)));
      return [...jids(answer), answer.child('query')?.child('set')?.child('count')?.text()];
    };
    expect(await page('<max>3</max>')).toEqual(['alpha', 'bravo', 'charlie', '4']);
    expect(await page(`<max>3</max><after>charlie@${MUC_DOMAIN}</after>`)).toEqual(['delta', '4']);
    expect(await page('<max>2</max><before/>')).toEqual(['charlie', 'delta', '4']);
    expect(await page(`<max>2</max><before>charlie@${MUC_DOMAIN}</before>`)).toEqual(['alpha', 'bravo', '4']);
    expect(await page('<max>0</max>')).toEqual(['4']);
  });

  it('is searched by words (XEP-0433)', async () => {
    const { world, bob } = await some();
    const form = (values: string) =>
      `<search xmlns='urn:xmpp:channel-search:0:search'><x xmlns='jabber:x:data' type='submit'>${values}</x></search>`;
    const answer = await world.ask(bob, 'get', MUC_DOMAIN, form("<field var='q'><value>tea</value></field>"));
    expect(
      answer
        .child('result')
        ?.elements()
        .filter((one) => one.name === 'item')
        .map((one) => one.attrs.address),
    ).toEqual([`charlie@${MUC_DOMAIN}`, `delta@${MUC_DOMAIN}`]);
    expect((await world.ask(bob, 'get', MUC_DOMAIN, form(''))).child('error')?.elements()[0]?.name).toBe('bad-request');
  });
});

describe('what a room says of itself', () => {
  it('follows its configuration', async () => {
    const world = createMucWorld();
    const alice = await world.signIn('alice@example.com/a');
    await world.make(alice, 'r', 'Alice');
    expect(features(await world.ask(alice, 'get', ROOM, INFO))).toEqual(
      expect.arrayContaining([
        'http://jabber.org/protocol/muc',
        'http://jabber.org/protocol/muc#stable_id',
        'muc_temporary',
        'muc_open',
        'muc_public',
        'muc_nonanonymous',
        'muc_unsecured',
        'urn:xmpp:occupant-id:0',
      ]),
    );
    expect(features(await world.ask(alice, 'get', ROOM, INFO))).not.toContain('urn:xmpp:mam:2');
    await world.ask(
      alice,
      'set',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_persistentroom'><value>1</value></field><field var='muc#roomconfig_whois'><value>moderators</value></field><field var='muc#roomconfig_membersonly'><value>1</value></field></x></query>",
    );
    expect(features(await world.ask(alice, 'get', ROOM, INFO))).toEqual(
      expect.arrayContaining(['muc_persistent', 'muc_membersonly', 'muc_semianonymous', 'urn:xmpp:mam:2', 'urn:xmpp:mam:2#extended']),
    );
  });

  it('is the same for a hidden room and for none, but to members and those inside', async () => {
    const { world, alice, bob } = await some();
    const answers = await Promise.all(['secret', 'nowhere', 'locked'].map((room) => world.ask(bob, 'get', `${room}@${MUC_DOMAIN}`, INFO)));
    const shape = (answer: Element) =>
      answer
        .child('error')
        ?.elements()
        .map((one) => `${one.name} ${one.text()}`);
    expect(shape(answers[0] as Element)).toEqual(shape(answers[1] as Element));
    expect(shape(answers[2] as Element)).toEqual(shape(answers[1] as Element));
    expect((await world.ask(alice, 'get', `secret@${MUC_DOMAIN}`, INFO)).attrs.type).toBe('result');
    await world.enter(bob, 'secret', 'Bob');
    expect((await world.ask(bob, 'get', `secret@${MUC_DOMAIN}`, INFO)).attrs.type).toBe('result');
  });

  it('names who is inside to those inside only', async () => {
    const { world, alice, bob } = await some();
    expect([
      jids(await world.ask(alice, 'get', `alpha@${MUC_DOMAIN}`, items())),
      jids(await world.ask(bob, 'get', `alpha@${MUC_DOMAIN}`, items())),
    ]).toEqual([['alpha'], []]);
  });
});

describe('the picture of a room (XEP-0486)', () => {
  it('is set by owners, told, and named by its hash', async () => {
    const { world, alice, bob } = await some();
    const room = `alpha@${MUC_DOMAIN}`;
    await world.enter(bob, 'alpha', 'Bob');
    bob.take();
    const vcard = "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>aGVsbG8=</BINVAL></PHOTO></vCard>";
    expect((await world.ask(bob, 'set', room, vcard)).child('error')?.elements()[0]?.name).toBe('forbidden');
    expect((await world.ask(alice, 'set', room, vcard)).attrs.type).toBe('result');
    expect(bob.take()[0]?.child('x')?.child('status')?.attrs.code).toBe('104');
    const info = await world.ask(bob, 'get', room, INFO);
    const form = info.child('query')?.child('x')?.elements() ?? [];
    expect(
      form
        .find((one) => one.attrs.var === 'muc#roominfo_avatarhash')
        ?.child('value')
        ?.text(),
    ).toBe('aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d');
    expect((await world.ask(bob, 'get', room, "<vCard xmlns='vcard-temp'/>")).child('vCard')?.child('PHOTO')).toBeDefined();
  });
});

describe('requests through a room', () => {
  it('reach the other occupant under an id of the room, and the answer comes back', async () => {
    const { world, alice, bob } = await some();
    await world.enter(bob, 'alpha', 'Bob');
    alice.take();
    const asked = world.ask(bob, 'get', `alpha@${MUC_DOMAIN}/Alice`, "<query xmlns='jabber:iq:version'/>");
    const request = alice.take()[0];
    expect(request?.attrs).toMatchObject({ from: `alpha@${MUC_DOMAIN}/Bob`, to: 'alice@example.com/a', type: 'get' });
    const reply = (id: string) =>
      `<iq type='result' to='alpha@${MUC_DOMAIN}/Bob' id='${id}'><query xmlns='jabber:iq:version'><name>c</name></query></iq>`;
    const carol = await world.signIn('carol@example.com/c');
    world.say(carol, reply(request?.attrs.id ?? ''));
    world.say(alice, reply(request?.attrs.id ?? ''));
    const answer = await asked;
    expect(answer.attrs).toMatchObject({ from: `alpha@${MUC_DOMAIN}/Alice`, type: 'result' });
    expect(request?.attrs.id).not.toBe(answer.attrs.id);
  });

  it('are refused from outside and to nobody; a ping to oneself is answered by the room (XEP-0410)', async () => {
    const { world, alice, bob } = await some();
    const ping = "<ping xmlns='urn:xmpp:ping'/>";
    const at = (nick: string) => `alpha@${MUC_DOMAIN}/${nick}`;
    const outcome = (answer: Element) => answer.child('error')?.elements()[0]?.name ?? answer.attrs.type;
    expect(outcome(await world.ask(bob, 'get', at('Bob'), ping))).toBe('not-acceptable');
    await world.enter(bob, 'alpha', 'Bob');
    expect(outcome(await world.ask(bob, 'get', at('Bob'), ping))).toBe('result');
    expect(outcome(await world.ask(bob, 'get', at('Nobody'), ping))).toBe('item-not-found');
    expect(alice.sent.some(({ xml }) => xml.includes('urn:xmpp:ping'))).toBe(false);
  });

  it('of a kind that only the server may send are not carried to another client', async () => {
    const { world, alice, bob } = await some();
    await world.enter(bob, 'alpha', 'Bob');
    alice.take();
    for (const ns of ['jabber:iq:roster', 'urn:xmpp:carbons:2', 'urn:xmpp:blocking']) {
      const answer = await world.ask(bob, 'set', `alpha@${MUC_DOMAIN}/Alice`, `<query xmlns='${ns}'/>`);
      expect(answer.child('error')?.elements()[0]?.name).toBe('service-unavailable');
    }
    expect(alice.sent).toEqual([]);
  });

  it('that nobody answers are answered in time', async () => {
    const { world, bob } = await some();
    await world.enter(bob, 'alpha', 'Bob');
    const asked = world.ask(bob, 'get', `alpha@${MUC_DOMAIN}/Alice`, "<query xmlns='jabber:iq:version'/>");
    world.clock.advance(200_000);
    expect((await asked).child('error')?.elements()[0]?.name).toBe('remote-server-timeout');
  });

  it('for a vCard are answered with the person’s', async () => {
    const { world, bob } = await some();
    await world.enter(bob, 'alpha', 'Bob');
    expect((await world.ask(bob, 'get', `alpha@${MUC_DOMAIN}/Alice`, "<vCard xmlns='vcard-temp'/>")).child('vCard')).toBeDefined();
  });
});

describe('the door of administration', () => {
  it('makes, changes and ends rooms as owners would', async () => {
    const { world, bob } = await some();
    const { door } = world.muc;
    const jid = { local: 'n', domain: MUC_DOMAIN, resource: '', bare: `n@${MUC_DOMAIN}`, full: `n@${MUC_DOMAIN}` } as never;
    const made = await door.create(jid, { title: 'New' }, ['bob@example.com' as never], 'admin');
    expect(made.ok && [made.value.config.persistent, made.value.storedId !== null]).toEqual([true, true]);
    expect((await door.create(jid, {}, ['bob@example.com' as never], 'admin')).ok).toBe(false);
    await world.enter(bob, 'n', 'Bob');
    bob.take();
    const n = `n@${MUC_DOMAIN}` as never;
    await door.configure(n, { moderated: true }, 'admin');
    await door.setSubject(n, 'tea', 'admin');
    expect((await door.inspect(n))?.occupants.map(({ nick, role }) => `${nick} ${role}`)).toEqual(['Bob moderator']);
    expect(door.inside('bob@example.com' as never)).toEqual([{ jid: n, nick: 'Bob', role: 'moderator' }]);
    expect((await door.setAffiliation(n, 'bob@example.com', 'none', '')).ok).toBe(false);
    expect((await door.kick(n, 'Bob', 'test')).ok).toBe(true);
    expect((await door.destroy(n, 'over', null)).ok).toBe(true);
    expect(await door.inspect(n)).toBeNull();
  });
});
