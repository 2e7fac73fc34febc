/** Chat rooms as slixmpp's plugin for XEP-0045 uses them, on the built server. */
import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../clients/driver.ts';
import type { SlixClient, SlixMessage } from '../clients/slix.ts';
import { settled, withServer } from './harness.ts';

const on = withServer({ people: 40, settings: { 'muc.joinsPerSecond': 0, 'muc.createsPerMinute': 0 } });
const CHAT = 'conference.localhost';

interface PresenceEvent extends ClientEvent {
  readonly from: string;
  readonly type: string;
  readonly xml: string;
}
interface Joined {
  readonly codes: readonly number[];
  readonly role: string;
  readonly affiliation: string;
  readonly occupants: readonly string[];
  readonly addresses: readonly string[];
  readonly history: readonly string[];
  readonly subject: string;
}

let made = 0;
const newRoom = (): string => `room${++made}@${CHAT}`;
const join = (client: SlixClient, room: string, nick: string, more: Record<string, unknown> = {}) =>
  client.do<Joined>('room_join', { room, nick, ...more });
const leftWith = (client: SlixClient, from: number, code: number) =>
  client.next<PresenceEvent>('presence', (event) => event.type === 'unavailable' && event.xml.includes(`code="${code}"`), { from });

async function roomOf(config: Record<string, string> = {}) {
  const [anna, bela] = [on.person(), on.person()];
  const [a, b] = [await on.slix(anna), await on.slix(bela)];
  const room = newRoom();
  const created = await join(a, room, 'Anna');
  await a.do('room_config', { room, values: config });
  return { anna, bela, a, b, room, created };
}

describe('a room', () => {
  it('is made, configured, entered and talked in', async () => {
    const { a, b, room, created } = await roomOf({ 'muc#roomconfig_roomname': 'Tea' });
    expect([created.codes.includes(201), created.affiliation, created.role]).toEqual([true, 'owner', 'moderator']);
    await a.do('message', { to: room, type: 'groupchat', body: 'before' });
    await a.message('before');
    await a.do('room_subject', { room, subject: 'green' });
    await expect.poll(() => b.try('disco_info', { jid: room }).then((answer) => answer.ok)).toBe(true);
    const joined = await join(b, room, 'Bela');
    expect(joined).toMatchObject({ role: 'participant', affiliation: 'none', occupants: ['Anna'], history: ['before'], subject: 'green' });
    const from = b.mark();
    await a.do('message', { to: room, type: 'groupchat', body: 'hello', stanzaId: 'm-1' });
    const heard = await b.message('hello', { from });
    expect([heard.from, heard.type, heard.id, heard.stanzaIds.map(({ by }) => by)]).toEqual([`${room}/Anna`, 'groupchat', 'm-1', [room]]);
  });

  it('is named by the server and by its service, with what it can do', async () => {
    const { a, room } = await roomOf({ 'muc#roomconfig_roomname': 'Findable' });
    const services = await a.do<{ jid: string }[]>('disco_items', { jid: 'localhost' });
    expect(services.map(({ jid }) => jid)).toContain(CHAT);
    const rooms = await a.do<{ jid: string; name: string }[]>('disco_items', { jid: CHAT });
    expect(rooms.find(({ jid }) => jid === room)?.name).toBe('Findable');
    const info = await a.do<{ identities: string[][]; features: string[] }>('disco_info', { jid: room });
    expect(info.identities).toContainEqual(['conference', 'text']);
    expect(info.features).toEqual(expect.arrayContaining(['http://jabber.org/protocol/muc', 'muc_public', 'muc_temporary']));
  });

  it('asks for its password and lets only members in where it is set so', async () => {
    const { a, b, bela, room } = await roomOf({ 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 's3' });
    expect(await b.try('room_join', { room, nick: 'Bela' })).toMatchObject({ ok: false, error: 'not-authorized' });
    await a.do('room_config', { room, values: { 'muc#roomconfig_membersonly': '1' } });
    expect(await b.try('room_join', { room, nick: 'Bela', password: 's3' })).toMatchObject({ ok: false, error: 'registration-required' });
    await a.do('room_affiliation', { room, jid: bela.jid, affiliation: 'member' });
    expect(await join(b, room, 'Bela', { password: 's3' })).toMatchObject({ affiliation: 'member' });
    expect(await a.do('room_list', { room, affiliation: 'member' })).toEqual([bela.jid]);
  });

  it('invites, and hears of a refusal', async () => {
    const { a, anna, b, bela, room } = await roomOf();
    const [heard, told] = [b.mark(), a.mark()];
    await a.do('room_invite', { room, jid: bela.jid, reason: 'tea time' });
    const invitation = await b.next<SlixMessage>('room-message', (event) => event.xml.includes('tea time'), { from: heard });
    expect(invitation.from).toBe(room);
    await b.do('room_decline', { room, jid: anna.jid, reason: 'no time' });
    expect((await a.next<SlixMessage>('room-message', (event) => event.xml.includes('no time'), { from: told })).from).toBe(room);
  });

  it('puts out whom a moderator kicks and keeps out whom an owner bans', async () => {
    const { a, b, bela, room } = await roomOf();
    await join(b, room, 'Bela');
    let from = b.mark();
    await a.do('room_role', { room, nick: 'Bela', role: 'none', reason: 'rude' });
    await leftWith(b, from, 307);
    await join(b, room, 'Bela');
    from = b.mark();
    await a.do('room_affiliation', { room, jid: bela.jid, affiliation: 'outcast' });
    await leftWith(b, from, 301);
    expect(await b.try('room_join', { room, nick: 'Bela' })).toMatchObject({ ok: false, error: 'forbidden' });
  });

  it('lets nobody speak without voice where it is moderated', async () => {
    const { a, b, room } = await roomOf({ 'muc#roomconfig_moderatedroom': '1' });
    expect(await join(b, room, 'Bela')).toMatchObject({ role: 'visitor' });
    const refused = b.mark();
    await b.do('message', { to: room, type: 'groupchat', body: 'may I?' });
    await b.next<SlixMessage>('message', (event) => event.type === 'error' && event.condition === 'forbidden', { from: refused });
    await a.do('room_role', { room, nick: 'Bela', role: 'participant' });
    const from = a.mark();
    await b.do('message', { to: room, type: 'groupchat', body: 'thank you' });
    await a.message('thank you', { from });
  });

  it('hides addresses from participants where it is semi-anonymous', async () => {
    const { b, anna, room } = await roomOf({ 'muc#roomconfig_whois': 'moderators' });
    const joined = await join(b, room, 'Bela');
    expect(joined.addresses.join(' ')).not.toContain(anna.jid);
    expect(joined.codes).not.toContain(100);
  });

  it('shows a client that is cut and comes back all it missed, and others that it left when it does not', async () => {
    const { a, b, room } = await roomOf();
    await join(b, room, 'Bela');
    const from = b.mark();
    await b.do('cut');
    await a.do('message', { to: room, type: 'groupchat', body: 'while away' });
    await b.do('connect', { host: on.target.host, port: on.target.port, tls: 'starttls' });
    await b.message('while away', { from });
    const seen = a.mark();
    await b.do('disconnect');
    await a.next<PresenceEvent>('presence', (event) => event.type === 'unavailable' && event.from === `${room}/Bela`, { from: seen });
  });
});

describe('a persistent room', () => {
  it('is there after a crash with its members, subject and every message that was acknowledged', async () => {
    const { a, anna, b, bela, room } = await roomOf({
      'muc#roomconfig_persistentroom': '1',
      'muc#roomconfig_membersonly': '1',
      'muc#roomconfig_roomname': 'Kept',
    });
    await a.do('room_affiliation', { room, jid: bela.jid, affiliation: 'member' });
    await join(b, room, 'Bela');
    await a.do('room_subject', { room, subject: 'lasting' });
    const sent = new Map<string, string>();
    for (let i = 0; i < 40; i++) sent.set(await a.do<string>('message', { to: room, type: 'groupchat', body: `kept ${i}` }), `kept ${i}`);
    const acknowledged = () =>
      a.events.flatMap((event) => (event.event === 'acknowledged' ? (sent.get(String((event as { id?: unknown }).id)) ?? []) : []));
    await expect.poll(() => acknowledged().length, { timeout: 20_000 }).toBeGreaterThan(20);
    await on.server.crash();
    await on.server.restart();
    const again = await on.slix(bela);
    const joined = await join(again, room, 'Bela');
    expect([joined.affiliation, joined.subject, joined.history.length]).toEqual(['member', 'lasting', 15]);
    const page = await on.raw(anna);
    await page.query('set', "<query xmlns='urn:xmpp:mam:2'/>", room);
    const kept = page.events.flatMap((event) =>
      event.is === 'element' && event.element.name === 'message' ? [/<body>(kept \d+)<\/body>/.exec(event.element.source)?.[1] ?? ''] : [],
    );
    for (const body of acknowledged()) expect(kept.filter((one) => one === body)).toEqual([body]);
    await settled(page);
    const stranger = await on.slix(on.person());
    expect(await stranger.try('room_join', { room, nick: 'X' })).toMatchObject({ ok: false, error: 'registration-required' });
  });
});
