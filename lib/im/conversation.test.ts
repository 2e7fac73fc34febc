import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld } from '../testing/message-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';

const noArchive = { archive: { enabled: false } };
const state = (name: string) => `<${name} xmlns='http://jabber.org/protocol/chatstates'/>`;

const inner = (el: Element): string => {
  const wrapper = el.child('sent', 'urn:xmpp:carbons:2') ?? el.child('received', 'urn:xmpp:carbons:2');
  const forwarded = wrapper?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
  return forwarded
    ? `${wrapper?.name}:${forwarded.child('body', 'jabber:client')?.text() ?? '-'}`
    : (el.child('body', 'jabber:client')?.text() ?? '-');
};
/** What a device shows: bodies, and copies with their direction. */
const shown = (session: FakeSession): string[] => session.take().map(inner);
const errors = (session: FakeSession): string[] =>
  session.take().map((el) => `${el.attrs.id} ${el.child('error', 'jabber:client')?.elements()[0]?.name} ${el.child('error')?.attrs.type}`);

describe('forking', () => {
  it('sends to every device until the contact answers from one, then only there', async () => {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk', { priority: 5 });
    const negative = await world.signIn('bob@example.com/bot', { priority: -1 });
    const silent = await world.signIn('bob@example.com/silent', { priority: null });
    world.chat(alice, 'bob@example.com', '1');
    expect([shown(phone), shown(desk), shown(negative), shown(silent)]).toEqual([['1'], ['1'], [], []]);
    // A receipt comes from every device by itself and is no answer.
    world.say(phone, "<message to='alice@example.com/a' type='chat'><received xmlns='urn:xmpp:receipts' id='1'/></message>");
    world.chat(alice, 'bob@example.com', '2');
    expect([shown(phone), shown(desk)]).toEqual([['2'], ['2']]);
    world.chat(phone, 'alice@example.com/a', 'answer');
    world.chat(alice, 'bob@example.com', '3');
    expect([shown(phone), shown(desk)]).toEqual([['3'], []]);
    world.chat(desk, 'alice@example.com', 'answer');
    world.chat(alice, 'bob@example.com', '4');
    expect([shown(phone), shown(desk)]).toEqual([[], ['4']]);
  });

  it.each<[string, (w: ReturnType<typeof createMessageWorld>, phone: FakeSession, desk: FakeSession) => void]>([
    ['the device changes its presence', (w, phone) => w.presence(phone, 0, 'away')],
    ['the device becomes negative', (w, phone) => w.presence(phone, -1)],
    ['the device leaves', (w, phone) => w.presence(phone, null)],
    ['the session ends', (_, phone) => phone.end(null)],
    ['another device becomes more available', (w, _phone, desk) => w.presence(desk, 3)],
    ['the device says it is gone', (w, phone) => w.say(phone, `<message to='alice@example.com' type='chat'>${state('gone')}</message>`)],
    ['nothing is said for the time set', (w) => w.clock.advance(601_000)],
    ['following is turned off', (w) => w.imValues.set({ ...w.imValues.get(), replyLocks: false })],
  ])('sends to all again when %s', async (_, change) => {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk');
    world.chat(phone, 'alice@example.com', 'answer');
    change(world, phone, desk);
    world.chat(alice, 'bob@example.com', 'next');
    expect(shown(desk)).toEqual(['next']);
  });

  it('keeps following when another device goes away or the connection of the one that answered is lost for a moment', async () => {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone', { managed: true });
    const desk = await world.signIn('bob@example.com/desk');
    world.chat(phone, 'alice@example.com', 'answer');
    world.presence(desk, 0, 'away');
    phone.hibernate();
    world.chat(alice, 'bob@example.com', 'next');
    expect([shown(phone), shown(desk)]).toEqual([['next'], []]);
  });

  it('does not touch full JIDs, and treats a chat to one that is gone as to the bare JID', async () => {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk');
    world.chat(desk, 'alice@example.com', 'answer');
    world.chat(alice, 'bob@example.com/phone', 'full');
    expect([shown(phone), shown(desk)]).toEqual([['full'], []]);
    world.chat(alice, 'bob@example.com/none', 'gone');
    expect([shown(phone), shown(desk)]).toEqual([[], ['gone']]);
    alice.take();
    for (const type of ['normal', 'groupchat', 'headline'])
      world.say(alice, `<message to='bob@example.com/none' type='${type}' id='${type}'><body>x</body></message>`);
    expect(errors(alice)).toEqual(['normal service-unavailable cancel', 'groupchat service-unavailable cancel']);
    expect([...phone.sent, ...desk.sent]).toEqual([]);
  });

  it('goes to the highest priority when it is off', async () => {
    const world = createMessageWorld({ ...noArchive, im: { forking: false } });
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone', { priority: 1 });
    const desk = await world.signIn('bob@example.com/desk', { priority: 5 });
    world.chat(alice, 'bob@example.com', '1');
    world.say(alice, "<message to='bob@example.com' type='headline'><body>news</body></message>");
    expect([shown(phone), shown(desk)]).toEqual([['news'], ['1', 'news']]);
  });

  it('tells the sender of a refusal once, when every device refused', async () => {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const phone = await world.signIn('bob@example.com/phone');
    const desk = await world.signIn('bob@example.com/desk');
    world.chat(alice, 'bob@example.com', 'x', 'm1');
    const refuse = (session: FakeSession) =>
      world.say(
        session,
        "<message type='error' id='m1' to='alice@example.com/a'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
      );
    refuse(phone);
    expect(alice.sent).toEqual([]);
    refuse(desk);
    expect(errors(alice)).toEqual(['m1 not-acceptable cancel']);
    world.say(phone, "<message type='error' id='m1' to='alice@example.com'/>");
    expect(alice.sent).toEqual([]);
  });
});

describe('carbons', () => {
  async function devices() {
    const world = createMessageWorld(noArchive);
    const alice = await world.signIn('alice@example.com/a');
    const own = await world.signIn('alice@example.com/own', { carbons: true });
    const off = await world.signIn('alice@example.com/off');
    const phone = await world.signIn('bob@example.com/phone', { carbons: true });
    const desk = await world.signIn('bob@example.com/desk', { carbons: true });
    const bot = await world.signIn('bob@example.com/bot', { priority: -1, carbons: true });
    return { world, alice, own, off, phone, desk, bot };
  }

  it('show each device each message once', async () => {
    const { world, alice, own, off, phone, desk, bot } = await devices();
    world.chat(alice, 'bob@example.com', '1');
    expect([own, off, phone, desk, bot].map(shown)).toEqual([['sent:1'], [], ['1'], ['1'], ['received:1']]);
    world.chat(phone, 'alice@example.com/a', '2');
    expect([alice, own, off, phone, desk, bot].map(shown)).toEqual([['2'], ['received:2'], [], [], ['sent:2'], ['sent:2']]);
    world.chat(alice, 'bob@example.com', '3');
    expect([phone, desk, bot].map(shown)).toEqual([['3'], ['received:3'], ['received:3']]);
  });

  it('come from the own bare JID to the device, hold the complete stanza, and keep its type', async () => {
    const { world, alice, bot } = await devices();
    world.chat(alice, 'bob@example.com', '1', 'm1', "<x xmlns='urn:test' a='&lt;&apos;'>&amp;</x>");
    const copy = bot.take()[0];
    expect(copy?.attrs).toEqual({ from: 'bob@example.com', to: 'bob@example.com/bot', type: 'chat' });
    const message = copy?.child('received')?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
    expect(message?.attrs).toEqual({ from: 'alice@example.com/a', to: 'bob@example.com', type: 'chat', id: 'm1' });
    expect(message?.child('x', 'urn:test')?.attrs.a).toBe("<'");
  });

  it.each([
    ['private', "<message to='bob@example.com' type='chat'><body>x</body><private xmlns='urn:xmpp:carbons:2'/></message>", false],
    ['no-copy', "<message to='bob@example.com' type='chat'><body>x</body><no-copy xmlns='urn:xmpp:hints'/></message>", false],
    ['a headline', "<message to='bob@example.com' type='headline'><body>x</body></message>", false],
    ['a chat state', `<message to='bob@example.com' type='chat'>${state('composing')}</message>`, true],
    ['a receipt', "<message to='bob@example.com'><received xmlns='urn:xmpp:receipts' id='1'/></message>", true],
    ['a normal message without content', "<message to='bob@example.com'><x xmlns='urn:test'/></message>", false],
  ])('are made of %s or not', async (_, xml, copied) => {
    const { world, alice, own, bot } = await devices();
    world.say(alice, xml);
    expect([own.sent.length > 0, bot.sent.length > 0]).toEqual([copied, copied]);
  });

  it('are turned on and off by the client, twice without harm', async () => {
    const { world, alice, off } = await devices();
    for (const name of ['enable', 'enable', 'disable']) {
      world.say(off, `<iq type='set' id='c'><${name} xmlns='urn:xmpp:carbons:2'/></iq>`);
      expect(off.take()[0]?.attrs.type).toBe('result');
      expect(off.carbons).toBe(name === 'enable');
    }
    world.chat(alice, 'bob@example.com', '1');
    expect(off.sent).toEqual([]);
  });

  it('never reach the device that sent a note to itself, nor one that got the note', async () => {
    const { world, alice, own, off } = await devices();
    world.chat(alice, 'alice@example.com', 'note');
    expect([alice, own, off].map(shown)).toEqual([['note'], ['note'], ['note']]);
    world.chat(alice, 'alice@example.com/off', 'to one');
    expect([alice, own, off].map(shown)).toEqual([[], ['received:to one'], ['to one']]);
  });
});

describe('messaging turned off', () => {
  it('refuses every message and lets errors through', async () => {
    const world = createMessageWorld({ im: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'x', 'm');
    expect(errors(alice)).toEqual(['m service-unavailable cancel']);
    world.say(alice, "<message type='error' to='bob@example.com/b' id='e'/>");
    expect(bob.take()).toHaveLength(1);
    world.imValues.set({ ...world.imValues.get(), enabled: true });
    world.chat(alice, 'bob@example.com', 'x');
    expect(shown(bob)).toEqual(['x']);
  });
});
