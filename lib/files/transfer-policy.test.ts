import { describe, expect, it } from 'vitest';
import { createFilesWorld } from '../testing/files-world.ts';

const jingle = (description: string) =>
  `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='1'><content creator='initiator' name='c'><description xmlns='${description}'/></content></jingle>`;
const offers: readonly (readonly [string, string, string])[] = [
  ['set', 'stream initiation', "<si xmlns='http://jabber.org/protocol/si' id='1'/>"],
  ['set', 'an in-band stream', "<open xmlns='http://jabber.org/protocol/ibb' sid='1' block-size='4096'/>"],
  ['set', 'data of one', "<data xmlns='http://jabber.org/protocol/ibb' sid='1' seq='0'>aGk=</data>"],
  ['set', 'a bytestream', "<query xmlns='http://jabber.org/protocol/bytestreams' sid='1'/>"],
  ['set', 'an address to fetch', "<query xmlns='jabber:iq:oob'><url>http://example.com</url></query>"],
  ['set', 'a Jingle file', jingle('urn:xmpp:jingle:apps:file-transfer:5')],
];

async function start(transfer: boolean) {
  const w = await createFilesWorld({ transfer });
  const alice = await w.signIn('alice@example.com/a');
  const bob = await w.signIn('bob@example.com/b');
  bob.take();
  return { ...w, alice, bob };
}

describe('transfers between clients', () => {
  it.each(offers)('%s of %s reaches the other client as it was sent, and its answer comes back', async (type, _what, xml) => {
    const w = await start(true);
    w.say(w.alice, `<iq type='${type}' to='bob@example.com/b' id='1'>${xml}</iq>`);
    const [got] = w.bob.take();
    expect(got?.attrs).toMatchObject({ type, from: 'alice@example.com/a', id: '1' });
    expect(got?.elements()).toHaveLength(1);
    w.alice.take();
    w.say(w.bob, `<iq type='result' to='alice@example.com/a' id='1'/>`);
    expect(w.alice.take().map((stanza) => stanza.attrs.type)).toEqual(['result']);
  });

  it.each(offers)('%s of %s is refused when they are turned off, with a sentence', async (type, _what, xml) => {
    const w = await start(false);
    const answer = await w.ask(w.alice, 'bob@example.com/b', xml, type);
    expect(w.condition(answer)).toBe('cancel not-allowed');
    expect(answer.child('error')?.child('text')?.text()).toContain('administrator');
    expect(w.bob.take()).toEqual([]);
  });

  it('are refused in messages too, while what people write still comes', async () => {
    const w = await start(false);
    for (const xml of [
      "<data xmlns='http://jabber.org/protocol/ibb' sid='1' seq='0'>aGk=</data>",
      "<propose xmlns='urn:xmpp:jingle-message:0' id='1'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></propose>",
    ])
      w.say(w.alice, `<message to='bob@example.com/b' type='chat' id='m'>${xml}</message>`);
    await w.world.rest();
    expect(w.bob.take()).toEqual([]);
    expect(w.alice.take().map((stanza) => w.condition(stanza))).toEqual(['cancel not-allowed', 'cancel not-allowed']);
    w.say(
      w.alice,
      "<message to='bob@example.com/b' type='chat'><body>https://x/y</body><x xmlns='jabber:x:oob'><url>https://x/y</url></x></message>",
    );
    await w.world.rest();
    expect(w.bob.bodies()).toEqual(['https://x/y']);
  });

  it('leave calls alone', async () => {
    const w = await start(false);
    w.say(w.alice, `<iq type='set' to='bob@example.com/b' id='1'>${jingle('urn:xmpp:jingle:apps:rtp:1')}</iq>`);
    w.say(
      w.alice,
      "<message to='bob@example.com/b' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='1'><description xmlns='urn:xmpp:jingle:apps:rtp:1'/></propose></message>",
    );
    await w.world.rest();
    expect(w.bob.take().map((stanza) => stanza.name)).toEqual(['iq', 'message']);
  });

  it('can end and be answered after they are turned off', async () => {
    const w = await start(true);
    w.say(w.alice, `<iq type='set' to='bob@example.com/b' id='1'>${offers[0]?.[2]}</iq>`);
    w.bob.take();
    w.settings.set({ ...w.settings.get(), transfer: false });
    w.say(w.bob, `<iq type='result' to='alice@example.com/a' id='1'><si xmlns='http://jabber.org/protocol/si'/></iq>`);
    expect(w.alice.take().map((stanza) => stanza.attrs.type)).toEqual(['result']);
  });
});
