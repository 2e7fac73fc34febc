import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createPubSubWorld, itemsXml, outcome, type PubSubWorld, publishXml } from '../testing/pubsub-world.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';

const A = 'alice@example.com';
const DATA = 'urn:xmpp:avatar:data';
const META = 'urn:xmpp:avatar:metadata';
const NEW = 'urn:xmpp:bookmarks:1';
const OLD = 'storage:bookmarks';
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const HASH = createHash('sha1').update(PNG).digest('hex');
const BASE64 = PNG.toString('base64');

let world: PubSubWorld;
beforeEach(async () => {
  world = await createPubSubWorld();
});
const open = { access_model: 'open' };
async function publishAvatar(session: FakeSession, options: Record<string, string> = open): Promise<void> {
  await world.ask(session, 'set', publishXml(DATA, HASH, `<data xmlns='${DATA}'>${BASE64}</data>`, options));
  await world.ask(
    session,
    'set',
    publishXml(META, HASH, `<metadata xmlns='${META}'><info bytes='${PNG.length}' id='${HASH}' type='image/png'/></metadata>`, options),
  );
  await world.rest();
}
const vcard = async (session: FakeSession, to?: string) => {
  const answer = await world.ask(session, 'get', "<vCard xmlns='vcard-temp'/>", to);
  return answer.child('vCard')?.child('PHOTO')?.child('BINVAL')?.text() ?? outcome(answer);
};
/** Hashes in the presence that a session was shown, oldest first; `-` for none, `empty` for an empty one. */
const shown = (session: FakeSession, from: string): string[] =>
  session.take().flatMap((el) => {
    if (el.name !== 'presence' || !el.attrs.from?.startsWith(from)) return [];
    const photo = el.child('x', 'vcard-temp:x:update')?.child('photo');
    return [photo === undefined ? '-' : photo.text() || 'empty'];
  });

describe('avatars', () => {
  it('published for everyone is in the vCard, and presence names it at once', async () => {
    await world.friends('alice', 'bob');
    const bob = await world.signIn('bob/x');
    const alice = await world.signIn('alice/x');
    expect(shown(bob, A)).toEqual(['-']);
    await world.ask(alice, 'set', "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>");
    await publishAvatar(alice);
    expect(shown(bob, A)).toEqual([HASH]);
    expect(await vcard(bob, A)).toBe(BASE64);
    expect(world.stores.state.vcards.get(1)).toContain('<FN>Alice</FN>');
    // No avatar any more.
    await world.ask(alice, 'set', publishXml(META, 'x', `<metadata xmlns='${META}'/>`));
    await world.rest();
    expect(shown(bob, A)).toEqual(['empty']);
    expect(await vcard(bob, A)).toBe('');
  });

  it('published for contacts only stays out of the vCard', async () => {
    const alice = await world.signIn('alice/x');
    await publishAvatar(alice, { access_model: 'presence' });
    expect(await vcard(alice)).toBe('item-not-found');
  });

  it('whose bytes are not those announced is not shown', async () => {
    const alice = await world.signIn('alice/x');
    await world.ask(alice, 'set', publishXml(DATA, HASH, `<data xmlns='${DATA}'>AAAA</data>`, open));
    await world.ask(
      alice,
      'set',
      publishXml(META, HASH, `<metadata xmlns='${META}'><info bytes='3' id='${HASH}' type='image/png'/></metadata>`, open),
    );
    await world.rest();
    expect(await vcard(alice)).toBe('item-not-found');
  });

  it('and a vCard that its owner stores at the same moment do not undo each other', async () => {
    const alice = await world.signIn('alice/x');
    const { profile } = world.stores;
    const read = profile.vcard.bind(profile);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    let reads = 0;
    // The conversion has read the vCard and is slow to write it back.
    profile.vcard = async (id) => {
      const xml = await read(id);
      if (++reads === 1) await held;
      return xml;
    };
    await world.ask(alice, 'set', publishXml(DATA, HASH, `<data xmlns='${DATA}'>${BASE64}</data>`, open));
    const info = `<info bytes='${PNG.length}' id='${HASH}' type='image/png'/>`;
    world.say(alice, `<iq type='set' id='m'>${publishXml(META, HASH, `<metadata xmlns='${META}'>${info}</metadata>`, open)}</iq>`);
    await world.until(() => reads === 1);
    const stored = world.ask(
      alice,
      'set',
      `<vCard xmlns='vcard-temp'><FN>Alice the Second</FN><PHOTO><BINVAL>${BASE64}</BINVAL></PHOTO></vCard>`,
    );
    await world.rest();
    go();
    await stored;
    await world.rest();
    expect(world.stores.state.vcards.get(1)).toContain('Alice the Second');
  });

  it('in a vCard is published, and devices that ask are told; taken out of it there is none', async () => {
    await world.friends('alice', 'bob');
    const bob = await world.signIn('bob/x', [META]);
    const alice = await world.signIn('alice/x');
    shown(bob, A);
    await world.ask(alice, 'set', `<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/gif</TYPE><BINVAL>${BASE64}</BINVAL></PHOTO></vCard>`);
    await world.until(() => bob.sent.some(({ xml }) => xml.includes(META)));
    expect(bob.sent.find(({ xml }) => xml.includes(META))?.xml).toContain(`<info bytes='${PNG.length}' id='${HASH}' type='image/png'/>`);
    expect(shown(bob, A)).toEqual([HASH]);
    expect(outcome(await world.ask(bob, 'get', itemsXml(DATA, `<item id='${HASH}'/>`), A))).toBe(HASH);
    await world.ask(alice, 'set', "<vCard xmlns='vcard-temp'><FN>A</FN></vCard>");
    await world.until(() => bob.sent.some(({ xml }) => xml.includes(`<metadata xmlns='${META}'/>`)));
  });

  it.each([
    ['none', '', HASH],
    ['an empty element', "<x xmlns='vcard-temp:x:update'><photo/></x>", HASH],
    ['not ready', "<x xmlns='vcard-temp:x:update'/>", HASH],
    ['a hash of its own', "<x xmlns='vcard-temp:x:update'><photo>abc</photo></x>", 'abc'],
  ])('presence of a client that names %s', async (_name, x, expected) => {
    await world.friends('alice', 'bob');
    const bob = await world.signIn('bob/x');
    const alice = await world.signIn('alice/x');
    await publishAvatar(alice);
    const later = await world.restart();
    const watching = await later.signIn('bob/x');
    const again = await later.signIn('alice/x', null);
    await later.available(again, [], x);
    expect(shown(watching, A)).toEqual([expected]);
    // To one address as well; never with the last goodbye.
    later.say(again, `<presence to='room@elsewhere.org/nick'>${x}</presence>`);
    later.say(again, "<presence type='unavailable'/>");
    expect(later.outside.map((stanza) => /<photo>(\w+)<\/photo>/.exec(stanza.render())?.[1])).toEqual([expected, undefined]);
    expect(shown(watching, A)).toEqual(['-']);
    bob.end(null);
  });
});

describe('vCard4', () => {
  const card = (name: string) => `<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>${name}</text></fn></vcard>`;
  it('is written by a request and read by request and node alike; people without one are like none', async () => {
    const alice = await world.signIn('alice/x');
    const bob = await world.signIn('bob/x');
    expect(outcome(await world.ask(alice, 'get', card('?')))).toBe('item-not-found');
    expect(outcome(await world.ask(alice, 'set', card('Alice')))).toBe('done');
    expect(outcome(await world.ask(bob, 'get', itemsXml('urn:xmpp:vcard4'), A))).toBe('current');
    const read = async (session: FakeSession, to?: string) =>
      serialize((await world.ask(session, 'get', card('?'), to)).elements()[0]!, 'x');
    expect(await read(bob, A)).toBe(card('Alice'));
    expect(await read(alice, 'bob@example.com')).toBe(await read(alice, 'nobody@example.com'));
    expect(outcome(await world.ask(bob, 'set', card('x'), A))).toBe('forbidden');
  });
});

describe('bookmarks', () => {
  const privateSet = (...rooms: string[]) => `<query xmlns='jabber:iq:private'><storage xmlns='${OLD}'>${rooms.join('')}</storage></query>`;
  const privateGet = `<query xmlns='jabber:iq:private'><storage xmlns='${OLD}'/></query>`;
  const list = async (session: FakeSession) => serialize((await world.ask(session, 'get', privateGet)).elements()[0]!.elements()[0]!, '');
  const item = async (session: FakeSession, id: string) => {
    const answer = await world.ask(session, 'get', itemsXml(NEW, `<item id='${id}'/>`));
    const conference = answer.child('pubsub')?.child('items')?.child('item')?.elements()[0];
    return conference === undefined ? outcome(answer) : serialize(conference, '');
  };

  it('written to private XML are items, only what changed is told, in both forms', async () => {
    const alice = await world.signIn('alice/old', [OLD]);
    const phone = await world.signIn('alice/new', [NEW]);
    const one = "<conference jid='One@rooms.example' name='1' autojoin='1'><nick>al</nick></conference>";
    const two = "<conference jid='two@rooms.example'><password>secret</password></conference>";
    const page = "<url url='https://example.org' name='Page'/>";
    expect(outcome(await world.ask(alice, 'set', privateSet(one, two, page)))).toBe('done');
    await world.rest();
    expect(world.events(phone)).toEqual([`${A} ${NEW}: one@rooms.example two@rooms.example`]);
    expect(world.events(alice)).toEqual([`${A} ${OLD}: current`]);
    expect(await item(phone, 'one@rooms.example')).toBe(`<conference xmlns='${NEW}' name='1' autojoin='true'><nick>al</nick></conference>`);
    expect(await list(alice)).toBe(
      `<storage xmlns='${OLD}'><conference jid='one@rooms.example' name='1' autojoin='true'><nick>al</nick></conference><conference jid='two@rooms.example'><password>secret</password></conference><url url='https://example.org' name='Page'/></storage>`,
    );
    await world.ask(alice, 'set', privateSet(one, page));
    await world.rest();
    expect(world.events(phone)).toEqual([`${A} ${NEW}: -two@rooms.example`]);
    await world.ask(alice, 'set', privateSet(one, page));
    await world.rest();
    expect(world.events(phone)).toEqual([]);
  });

  it('published as items are in the old list, and an old client loses nothing it does not know', async () => {
    const phone = await world.signIn('alice/new', [NEW]);
    const old = await world.signIn('alice/old', [OLD]);
    const extensions = "<extensions><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/></extensions>";
    await world.ask(phone, 'set', publishXml(NEW, 'r@rooms.example', `<conference xmlns='${NEW}' name='R'>${extensions}</conference>`));
    await world.rest();
    expect(world.events(old)).toEqual([`${A} ${OLD}: current`]);
    expect(await list(old)).toContain(
      "<conference jid='r@rooms.example' name='R'><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/></conference>",
    );
    await world.ask(old, 'set', privateSet("<conference jid='r@rooms.example' name='Renamed'/>"));
    expect(await item(phone, 'r@rooms.example')).toBe(`<conference xmlns='${NEW}' name='Renamed'>${extensions}</conference>`);
    const node = [...world.stores.state.pubsub.values()].find((one) => one.row.name === NEW);
    expect(node?.row.config).toMatchObject({ accessModel: 'whitelist', maxItems: 0, persistItems: true });
  });

  it('in the old node are the same bookmarks, and whoever tidies it up deletes none', async () => {
    const alice = await world.signIn('alice/x');
    const storage = `<storage xmlns='${OLD}'><conference jid='r@rooms.example'/></storage>`;
    expect(outcome(await world.ask(alice, 'set', publishXml(OLD, 'current', storage, { access_model: 'whitelist' })))).toBe('current');
    expect(await item(alice, 'r@rooms.example')).toBe(`<conference xmlns='${NEW}'/>`);
    expect(outcome(await world.ask(alice, 'set', publishXml(OLD, 'current', storage, { access_model: 'open' })))).toBe(
      'conflict precondition-not-met',
    );
    const read = await world.ask(alice, 'get', itemsXml(OLD));
    expect(serialize(read.elements()[0]!, '')).toContain("<conference jid='r@rooms.example'/>");
    await world.ask(alice, 'set', `<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='${OLD}'/></pubsub>`);
    expect(await item(alice, 'r@rooms.example')).toBe(`<conference xmlns='${NEW}'/>`);
  });

  it('kept before there were nodes are moved when first asked for', async () => {
    await world.stores.profile.savePrivateXml(
      1,
      'storage',
      OLD,
      `<storage xmlns='${OLD}'><conference jid='r@rooms.example'/><url url='u'/></storage>`,
    );
    const alice = await world.signIn('alice/x');
    expect(await list(alice)).toBe(`<storage xmlns='${OLD}'><conference jid='r@rooms.example'/><url url='u'/></storage>`);
    expect(await item(alice, 'r@rooms.example')).toBe(`<conference xmlns='${NEW}'/>`);
  });

  it('that cannot be moved stay where they are, and whoever would write over them is told', async () => {
    const kept = `<storage xmlns='${OLD}'><conference jid='r@rooms.example'/><conference jid='s@rooms.example'/></storage>`;
    await world.stores.profile.savePrivateXml(1, 'storage', OLD, kept);
    const alice = await world.signIn('alice/x');
    world.values.set({ ...world.values.get(), itemsPerNode: 1 });
    // A second try meets whatever the first one left behind.
    for (const name of ['One', 'Two']) {
      expect(outcome(await world.ask(alice, 'set', privateSet(`<conference jid='t@rooms.example' name='${name}'/>`)))).not.toBe('done');
      expect(await world.stores.profile.privateXml(1, 'storage', OLD)).toBe(kept);
      expect(await list(alice)).toBe(kept);
    }
    world.values.set({ ...world.values.get(), itemsPerNode: 10 });
    expect(outcome(await world.ask(alice, 'set', privateSet("<conference jid='r@rooms.example'/>")))).toBe('done');
    expect(await list(alice)).toBe(`<storage xmlns='${OLD}'><conference jid='r@rooms.example'/></storage>`);
  });

  it('are announced as one', async () => {
    const alice = await world.signIn('alice/x');
    const info = await world.ask(alice, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", A);
    const features = info
      .elements()[0]
      ?.elements()
      .map((one) => one.attrs.var);
    expect(features).toEqual(
      expect.arrayContaining([`${NEW}#compat`, `${NEW}#compat-pep`, 'urn:xmpp:bookmarks-conversion:0', 'urn:xmpp:pep-vcard-conversion:0']),
    );
  });
});
