/** Publishing and subscribing with slixmpp's own implementation of XEP-0060, 0163, 0084, 0118, 0048. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SlixClient, SlixMessage } from '../clients/slix.ts';
import { type Person, withServer } from './harness.ts';

const on = withServer({ people: 20, settings: { 'presence.autoAuthorize': true } });

const TUNE = 'http://jabber.org/protocol/tune';
const META = 'urn:xmpp:avatar:metadata';
const plugins = [4, 60, 115, 163, 84, 118, 49, 223, 48];
const service = 'pubsub.localhost';

const login = (person: Person, interests: readonly string[] = [], resource = 'x'): Promise<SlixClient> =>
  on.slix(person, { plugins, interests, resource });

async function befriend(one: SlixClient, oneself: Person, other: SlixClient, contact: Person): Promise<void> {
  const from = [one.mark(), other.mark()];
  await one.do('presence', { to: contact.jid, type: 'subscribe' });
  await other.do('presence', { to: oneself.jid, type: 'subscribe' });
  await one.next<SlixMessage>('presence', (event) => event.from.startsWith(`${contact.jid}/`), { from: from[0]! });
  await other.next<SlixMessage>('presence', (event) => event.from.startsWith(`${oneself.jid}/`), { from: from[1]! });
}
const event = (client: SlixClient, text: string, from = 0): Promise<SlixMessage> =>
  client.next<SlixMessage>('pubsub', (message) => message.xml.includes(text), { from });

describe('personal eventing', () => {
  it('a tune reaches the own other device and the contact that ask for it, and a device that comes later', async () => {
    const [anna, bert] = [on.person(), on.person()];
    const desk = await login(anna, [TUNE], 'desk');
    const phone = await login(anna, [TUNE], 'phone');
    const contact = await login(bert, [TUNE]);
    await befriend(desk, anna, contact, bert);
    await desk.do('tune', { artist: 'Yes', title: 'Heart of the Sunrise' });
    for (const client of [phone, contact]) expect((await event(client, 'Heart of the Sunrise')).from).toBe(anna.jid);
    await desk.do('disconnect');
    await phone.do('disconnect');
    const later = await login(bert, [TUNE], 'later');
    expect((await event(later, 'Heart of the Sunrise')).delayed).not.toBeNull();
  });

  it('an avatar is fetched by contacts, is in the vCard, and presence names it', async () => {
    const [anna, bert] = [on.person(), on.person()];
    const one = await login(anna);
    const two = await login(bert, [META]);
    await befriend(one, anna, two, bert);
    const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 7, 7, 7]);
    const from = two.mark();
    const name = await one.do<string>('publish-avatar', { data: picture.toString('base64') });
    expect(name).toBe(createHash('sha1').update(picture).digest('hex'));
    await event(two, name, from);
    expect(await two.do('retrieve-avatar', { jid: anna.jid, name })).toBe(picture.toString('base64'));
    await two.next<SlixMessage>('presence', (fact) => fact.from.startsWith(anna.jid) && fact.xml.includes(`photo>${name}<`), { from });
    expect(await two.do<string>('query', { to: anna.jid, payload: "<vCard xmlns='vcard-temp'/>" })).toContain(picture.toString('base64'));
  });

  it('bookmarks are the same by private XML, by the old node and by items, also after a restart of the server', async () => {
    const anna = on.person();
    const client = await login(anna, ['urn:xmpp:bookmarks:1']);
    const from = client.mark();
    await client.do('bookmarks-set', {
      method: 'xep_0049',
      rooms: [{ jid: 'team@rooms.example', nick: 'anna', name: 'Team', autojoin: true }],
    });
    await event(client, 'team@rooms.example', from);
    expect(await client.do('bookmarks', { method: 'xep_0223' })).toEqual([{ jid: 'team@rooms.example', name: 'Team', nick: 'anna' }]);
    const items = () => client.do<string>('pubsub', { method: 'get_items', positional: ['urn:xmpp:bookmarks:1'] });
    expect(await items()).toMatch(/id="team@rooms.example".*autojoin="true"/);
    await on.server.crash();
    await on.server.restart();
    const again = await login(anna, [], 'again');
    expect(await again.do('bookmarks', { method: 'xep_0049' })).toEqual([{ jid: 'team@rooms.example', name: 'Team', nick: 'anna' }]);
  });

  it('a node keeps its preconditions', async () => {
    const client = await login(on.person());
    const publish = (model: string) =>
      client.try('pubsub', {
        method: 'publish',
        positional: ['urn:test:node'],
        args: { id: 'one' },
        payload: "<x xmlns='urn:test'/>",
        options: { FORM_TYPE: 'http://jabber.org/protocol/pubsub#publish-options', 'pubsub#access_model': model },
      });
    expect(await publish('whitelist')).toMatchObject({ ok: true });
    expect(await publish('open')).toMatchObject({ ok: false, error: 'conflict' });
  });
});

describe('the service', () => {
  it('makes a node, takes a subscriber, tells and gives items, deletes', async () => {
    const [anna, bert] = [on.person(), on.person()];
    const owner = await login(anna);
    const reader = await login(bert);
    expect(await owner.do<{ jid: string }[]>('disco-items', { jid: 'localhost' })).toEqual(
      expect.arrayContaining([expect.objectContaining({ jid: service })]),
    );
    const config = { FORM_TYPE: 'http://jabber.org/protocol/pubsub#node_config', 'pubsub#title': 'News', 'pubsub#max_items': '3' };
    await owner.do('pubsub', { to: service, method: 'create_node', positional: ['news'], config });
    await reader.do('pubsub', { to: service, method: 'subscribe', positional: ['news'] });
    for (const id of ['1', '2', '3', '4'])
      await owner.do('pubsub', {
        to: service,
        method: 'publish',
        positional: ['news'],
        args: { id },
        payload: `<entry xmlns='urn:news'>item ${id}</entry>`,
      });
    expect((await event(reader, 'item 4')).from).toBe(service);
    const items = await reader.do<string>('pubsub', { to: service, method: 'get_items', positional: ['news'] });
    expect([...items.matchAll(/item (\d)/g)].map((match) => match[1])).toEqual(['2', '3', '4']);
    const from = reader.mark();
    await owner.do('pubsub', { to: service, method: 'retract', positional: ['news', '3'] });
    await event(reader, 'retract', from);
    expect(await reader.try('pubsub', { to: service, method: 'delete_node', positional: ['news'] })).toMatchObject({
      ok: false,
      error: 'forbidden',
    });
    await owner.do('pubsub', { to: service, method: 'delete_node', positional: ['news'] });
    await event(reader, '<delete', from);
    expect(await reader.try('pubsub', { to: service, method: 'get_items', positional: ['news'] })).toMatchObject({
      ok: false,
      error: 'item-not-found',
    });
  });
});
