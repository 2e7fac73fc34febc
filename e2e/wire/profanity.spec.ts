/**
 * Profanity 0.13.1 on libstrophe 0.12.2, as Debian 12 has them, through what its users do. Facts of this version: it asks for copies (XEP-0280) and
 * for stream management with resumption at every sign-in; it looks into the archive only after `/mam on`, for one contact at a time when the
 * window is opened, asks twice then and shows each answer; it reconnects, and so resumes, only after `/reconnect`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { wholeArchive } from '../clients/archive.ts';
import { type ProfanityClient, startProfanity } from '../clients/profanity.ts';
import { becomeAvailable, type RawClient } from '../clients/raw.ts';
import { child, childText, find, type XmlElement } from '../clients/xml.ts';
import { openTunnel, type Tunnel } from '../fixtures/tunnel.ts';
import { until } from '../peers/process.ts';
import { bodies, chat, type Person, settled, withServer } from './harness.ts';

const on = withServer({ people: 40, settings: { 'presence.autoAuthorize': false, 'xmpp.resumeTimeout': 60 } });

const terminals: ProfanityClient[] = [];
const tunnels: Tunnel[] = [];
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.stop();
  for (const tunnel of tunnels.splice(0)) await tunnel.stop();
});
async function profanity(person: Person, at: { host: string; port: number } = on.target): Promise<ProfanityClient> {
  const terminal = await startProfanity({ jid: person.jid, password: person.password, host: at.host, port: at.port });
  terminals.push(terminal);
  return terminal;
}

const isMessage = (body: string) => (element: XmlElement) => element.name === 'message' && childText(element, 'body') === body;
const withBody = (client: RawClient, body: string): Promise<XmlElement> => client.element(`the message "${body}"`, isMessage(body));
/** Bodies that came to the terminal itself, neither copies nor history. */
const direct = (terminal: ProfanityClient): string[] =>
  terminal.received().flatMap((element) => (element.name === 'message' && child(element, 'body') ? [childText(element, 'body')] : []));
/** The body within a carbon (XEP-0280). */
const copied = (element: XmlElement, which: 'sent' | 'received'): string => {
  const carbon = child(element, which, 'urn:xmpp:carbons:2');
  const message = carbon && find(carbon, 'message');
  return childText(message, 'body');
};
const copies = (elements: readonly XmlElement[], which: 'sent' | 'received'): string[] =>
  elements.map((element) => copied(element, which)).filter((body) => body !== '');
const times = (screen: string, text: string): number => screen.split(text).length - 1;
const carbonsOn = (client: RawClient) => client.query('set', "<enable xmlns='urn:xmpp:carbons:2'/>");

describe('profanity', () => {
  it('keeps its contact list with the server: names, groups and removals reach the other device, and what that does is shown', async () => {
    const person = on.person();
    const phone = await on.raw(person, { resource: 'phone' });
    await phone.query('get', "<query xmlns='jabber:iq:roster'/>");
    const terminal = await profanity(person);
    const push = (what: string, fits: (item: XmlElement) => boolean) =>
      phone.element(what, (element) => {
        const query = element.attrs.type === 'set' ? child(element, 'query', 'jabber:iq:roster') : undefined;
        const item = query && child(query, 'item');
        return item !== undefined && item.attrs.jid === 'friend@localhost' && fits(item);
      });
    terminal.type('/roster add friend@localhost Freundin');
    await push('the new contact', (item) => item.attrs.name === 'Freundin');
    terminal.type('/roster group add Work friend@localhost');
    await push('the group', (item) => childText(item, 'group') === 'Work');
    await phone.query(
      'set',
      "<query xmlns='jabber:iq:roster'><item jid='friend@localhost' name='Dr. Freundin'><group>Climbing</group></item></query>",
    );
    await terminal.shows('Dr. Freundin');
    terminal.type('/roster remove friend@localhost');
    await push('the removal', (item) => item.attrs.subscription === 'remove');
    const left = child(await phone.query('get', "<query xmlns='jabber:iq:roster'/>"), 'query');
    expect(left && child(left, 'item')).toBeUndefined();
  });

  it('asks to see a contact and is asked, and each sees the other come and go', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const peer = await on.raw(anna, { resource: 'desk' });
    const terminal = await profanity(bela);
    terminal.type(`/sub request ${anna.jid}`);
    await peer.element('the request', (element) => element.attrs.type === 'subscribe' && element.attrs.from === bela.jid);
    peer.send(`<presence to='${bela.jid}' type='subscribed'/><presence to='${bela.jid}' type='subscribe'/>`);
    await terminal.stanza('the presence of the contact', (element) => element.name === 'presence' && element.attrs.from === peer.jid);
    await terminal.stanza('the request', (element) => element.attrs.type === 'subscribe' && element.attrs.from === anna.jid);
    terminal.type(`/sub allow ${anna.jid}`);
    await peer.element(
      'the presence of the terminal',
      (element) => element.name === 'presence' && element.attrs.from === terminal.jid && element.attrs.type === undefined,
    );
    const roster = child(await peer.query('get', "<query xmlns='jabber:iq:roster'/>"), 'query');
    expect(roster && child(roster, 'item')?.attrs).toMatchObject({ jid: bela.jid, subscription: 'both' });
    terminal.type('/status set xa "on the mountain"');
    await peer.element(
      'the status',
      (element) =>
        element.attrs.from === terminal.jid && childText(element, 'show') === 'xa' && childText(element, 'status') === 'on the mountain',
    );
    await peer.close();
    await terminal.stanza('the end of the contact', (element) => element.attrs.type === 'unavailable' && element.attrs.from === peer.jid);
  });

  it('gets what is sent to the person, as the other device does, until one of them answers; what that one gets alone comes as a copy', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const peer = await on.raw(anna);
    const phone = await on.raw(bela, { resource: 'phone' });
    const terminal = await profanity(bela);
    terminal.type(`/msg ${anna.jid}`);
    peer.send(chat(bela.jid, 'f-1', 'to all of you'));
    await withBody(phone, 'to all of you');
    await terminal.shows('to all of you');
    terminal.type(`/msg ${anna.jid} I am in the terminal`);
    await withBody(peer, 'I am in the terminal');
    peer.send(chat(bela.jid, 'f-2', 'to the one that answered'));
    await terminal.shows('to the one that answered');
    await settled(phone);
    expect(bodies(phone)).toEqual(['to all of you']);
    phone.send(chat(anna.jid, 'f-3', 'now I am out'));
    await withBody(peer, 'now I am out');
    peer.send(chat(bela.jid, 'f-4', 'to the phone now'));
    await withBody(phone, 'to the phone now');
    await terminal.stanza('the copy', (element) => copied(element, 'received') === 'to the phone now');
    expect(bodies(phone)).toEqual(['to all of you', 'to the phone now']);
    expect(direct(terminal)).toEqual(['to all of you', 'to the one that answered']);
    expect(copies(terminal.received(), 'received')).toEqual(['to the phone now']);
    expect(copies(terminal.received(), 'sent')).toEqual(['now I am out']);
    await terminal.shows('to the phone now');
  });

  it('writes to both devices of a person until one answers, and then to that one', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const [desk, phone] = [await on.raw(anna, { resource: 'desk' }), await on.raw(anna, { resource: 'phone' })];
    const terminal = await profanity(bela);
    terminal.type(`/msg ${anna.jid} where are you`);
    await withBody(desk, 'where are you');
    await withBody(phone, 'where are you');
    phone.send(chat(terminal.jid, 'l-1', 'in the tram', "<active xmlns='http://jabber.org/protocol/chatstates'/>"));
    await terminal.shows('in the tram');
    terminal.type(`/msg ${anna.jid} see you soon`);
    expect((await withBody(phone, 'see you soon')).attrs.to).toBe(phone.jid);
    await settled(desk);
    expect(bodies(desk)).toEqual(['where are you']);
  });

  it('finds at sign-in what was sent while nobody was there, in order and once', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const peer = await on.raw(anna);
    peer.send(chat(bela.jid, 'o-1', 'first of the night') + chat(bela.jid, 'o-2', 'second of the night'));
    await settled(peer);
    const terminal = await profanity(bela);
    await terminal.stanza('the second', isMessage('second of the night'));
    expect(direct(terminal)).toEqual(['first of the night', 'second of the night']);
    for (const message of terminal.received().filter(({ name }) => name === 'message')) expect(find(message, 'delay')).toBeDefined();
    terminal.type(`/msg ${anna.jid}`);
    await terminal.shows('second of the night');
    expect(['first of the night', 'second of the night'].map((text) => times(terminal.screen(), text))).toEqual([1, 1]);
  });

  it('shows what the other device says and hears (carbons), and that device sees what it says', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const peer = await on.raw(anna);
    const phone = await on.raw(bela, { resource: 'phone' });
    await carbonsOn(phone);
    const terminal = await profanity(bela);
    phone.send(chat(peer.jid, 'c-1', 'said on the phone'));
    await terminal.stanza('the copy of what was sent', (element) => copied(element, 'sent') === 'said on the phone');
    peer.send(chat(phone.jid, 'c-2', 'heard on the phone'));
    await terminal.stanza('the copy of what came', (element) => copied(element, 'received') === 'heard on the phone');
    terminal.type(`/msg ${anna.jid} said in the terminal`);
    await phone.element('the copy', (element) => copied(element, 'sent') === 'said in the terminal');
    await terminal.shows('said in the terminal');
    expect(['said on the phone', 'heard on the phone'].map((text) => times(terminal.screen(), text))).toEqual([1, 1]);
    expect(copies(terminal.received(), 'received')).toEqual(['heard on the phone']);
    expect(copies(terminal.received(), 'sent')).toEqual(['said on the phone']);
    expect(direct(terminal)).toEqual([]);
    expect(copies(phone.elements('message'), 'sent')).toEqual(['said in the terminal']);
  });

  it('goes on with its stream after the network is lost: what was on the way comes once, and nobody sees it leave', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const tunnel = await openTunnel({ host: on.target.host, port: on.target.port });
    tunnels.push(tunnel);
    const peer = await on.raw(anna);
    // Another device of the person, to which no messages go: it sees whether the terminal leaves.
    const watcher = await on.raw(bela, { resource: 'watcher', presence: false });
    await becomeAvailable(watcher, '<priority>-1</priority>');
    const terminal = await profanity(bela, tunnel);
    const left = () =>
      watcher
        .elements('presence')
        .filter((element) => element.attrs.type === 'unavailable')
        .map((element) => element.attrs.from);
    await terminal.stanza('stream management', (element) => element.name === 'enabled' && element.attrs.resume === 'true');
    terminal.type('/reconnect 1');
    terminal.type(`/msg ${anna.jid} before the tunnel`);
    await withBody(peer, 'before the tunnel');
    peer.send(chat(terminal.jid, 'r-1', 'heard before'));
    await terminal.shows('heard before');
    tunnel.swallow();
    peer.send(chat(terminal.jid, 'r-2', 'sent into the tunnel') + chat(bela.jid, 'r-3', 'and another'));
    await settled(peer);
    tunnel.cut();
    await terminal.stanza('the resumption', (element) => element.name === 'resumed', 30_000);
    await terminal.shows('sent into the tunnel');
    await terminal.shows('and another');
    terminal.type(`/msg ${anna.jid} out again`);
    await withBody(peer, 'out again');
    peer.send(chat(bela.jid, 'r-4', 'good'));
    await terminal.shows('good');
    expect(direct(terminal)).toEqual(['heard before', 'sent into the tunnel', 'and another', 'good']);
    expect(bodies(peer)).toEqual(['before the tunnel', 'out again']);
    await settled(watcher);
    expect(left()).toEqual([]);
    terminal.type('/disconnect');
    await watcher.element('its end', (element) => element.attrs.type === 'unavailable' && element.attrs.from === terminal.jid);
  });

  it('shows the history of a conversation that other devices had (archive)', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const peer = await on.raw(anna);
    const phone = await on.raw(bela, { resource: 'phone' });
    for (let index = 1; index <= 3; index++) {
      peer.send(chat(phone.jid, `h-${index}`, `question ${index}`));
      await withBody(phone, `question ${index}`);
      phone.send(chat(peer.jid, `h-a${index}`, `answer ${index}`));
      await withBody(peer, `answer ${index}`);
    }
    await phone.close();
    expect((await wholeArchive(peer)).length).toBe(6);
    const terminal = await profanity(bela);
    terminal.type('/mam on');
    await terminal.shows('Message Archive Management enabled');
    terminal.type(`/msg ${anna.jid}`);
    await terminal.shows('answer 3');
    const answers = () => terminal.received().filter((element) => child(element, 'fin', 'urn:xmpp:mam:2'));
    const talk = [1, 2, 3].flatMap((index) => [`question ${index}`, `answer ${index}`]);
    const shown = () => terminal.screen().match(/(question|answer) \d/g) ?? [];
    await until('each answer is shown', () => answers().length > 0 && shown().length === answers().length * talk.length);
    expect(shown()).toEqual(answers().flatMap(() => talk));
    expect(answers().map((element) => child(element, 'fin')?.attrs.complete)).toEqual(answers().map(() => 'true'));
    expect(direct(terminal)).toEqual([]);
  });
});
