/** Messages to many, the directory search, waiting messages by hand, reports, push and announcements: real clients and the command line. */
import { describe, expect, it } from 'vitest';
import { child, childText, find } from '../clients/xml.ts';
import { until } from '../peers/process.ts';
import { bodies, chat, settled, withServer } from './harness.ts';

const on = withServer({
  people: 24,
  settings: { 'push.delay': 0, 'calls.services': ['turn:turn.example.com:3478'], 'calls.turnSecret': 'north' },
});

describe('one message to many', () => {
  it('from slixmpp reaches each, blind ones unseen, and is in the archive of all', async () => {
    const [sender, open, blind] = [on.person(), on.person(), on.person()];
    const slix = await on.slix(sender);
    const [a, b] = await Promise.all([on.raw(open), on.raw(blind)]);
    for (const client of [a, b]) client.send('<presence/>');
    await Promise.all([settled(a), settled(b)]);
    await slix.do('broadcast', { server: 'localhost', body: 'for all of you', addresses: { to: [open.jid], bcc: [blind.jid] } });
    const one = await a.element('the message', (el) => el.name === 'message' && childText(el, 'body') === 'for all of you');
    const two = await b.element('the message', (el) => el.name === 'message' && childText(el, 'body') === 'for all of you');
    expect(one.attrs.to).toBe(open.jid);
    const seen = (el: typeof one) => child(el, 'addresses')?.children.map((address) => `${address.attrs.type} ${address.attrs.jid}`);
    expect(seen(one)).toEqual([`to ${open.jid}`]);
    expect(seen(two)).toEqual([`to ${open.jid}`, `bcc ${blind.jid}`]);
    const archived = await slix.do<{ messages?: unknown[] }>('archive', {});
    expect(JSON.stringify(archived)).toContain('for all of you');
  });
});

describe('the directory', () => {
  it('is found by the items of the server and searched by slixmpp with its form', async () => {
    await on.server.mustCommand(
      'users',
      'add',
      'zora',
      '--password',
      'Zora-Password-1',
      '--name',
      'Zora Quist',
      '--mail',
      'zora@example.com',
    );
    const slix = await on.slix(on.person());
    const items = await slix.do<{ jid: string }[]>('disco_items', { jid: 'localhost' });
    expect(items.map((item) => item.jid)).toContain('search.localhost');
    const found = await slix.do<{ fields: string[]; items: Record<string, unknown>[] }>('search', {
      jid: 'search.localhost',
      values: { last: 'quist' },
    });
    expect(found.fields).toEqual(expect.arrayContaining(['first', 'last', 'nick', 'email']));
    expect(JSON.stringify(found.items)).toContain('zora@localhost');
    const nobody = await slix.try('search', { jid: 'search.localhost', values: { last: 'q' } });
    expect(nobody.ok).toBe(false);
  });
});

describe('waiting messages', () => {
  it('are counted and listed for slixmpp, and not handed over unasked', async () => {
    const [from, to] = [on.person(), on.person()];
    const sender = await on.raw(from);
    sender.send(chat(to.jid, 'w1', 'while you were away'));
    await settled(sender);
    const slix = await on.slix(to, { presence: false });
    const waiting = await slix.do<{ count: string; items: { node: string; name: string }[] }>('offline');
    expect(waiting.count).toBe('1');
    expect(waiting.items.map((item) => item.name)).toEqual([sender.jid]);
    const seen = await slix.do<string>('query', {
      type: 'get',
      payload: `<offline xmlns='http://jabber.org/protocol/offline'><item action='view' node='${waiting.items[0]?.node}'/></offline>`,
    });
    expect(seen).toBe('');
    await slix.message('while you were away');
    await slix.do('query', { type: 'set', payload: "<offline xmlns='http://jabber.org/protocol/offline'><purge/></offline>" });
    await slix.do('presence', {});
    await slix.do('ping', { jid: 'localhost' });
    expect(slix.count('while you were away')).toBe(1);
  });
});

describe('a report of spam', () => {
  it('reaches the administrator by the command line, who closes it', async () => {
    const [victim, spammer] = [on.person(), on.person()];
    const [client, other] = await Promise.all([on.raw(victim), on.raw(spammer)]);
    client.send('<presence/>');
    await settled(client);
    other.send(chat(victim.jid, 's1', 'Cheap watches'));
    const message = await client.element('the spam', (el) => childText(el, 'body') === 'Cheap watches');
    const id = child(message, 'stanza-id')?.attrs.id;
    const answer = await client.query(
      'set',
      `<block xmlns='urn:xmpp:blocking'><item jid='${spammer.jid}'><report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'><stanza-id xmlns='urn:xmpp:sid:0' by='${victim.jid}' id='${id}'/><text>Stop it.</text></report></item></block>`,
    );
    expect(answer.attrs.type).toBe('result');
    const listed = await on.server.mustCommand('reports', 'list', '--json');
    const { items } = JSON.parse(listed) as { items: { id: string; reported: string; messages: string; text: string }[] };
    expect(items[0]).toMatchObject({ reported: spammer.jid, text: 'Stop it.' });
    expect(items[0]?.messages).toContain('Cheap watches');
    await until('the alarm', async () => (await on.server.mustCommand('diagnostics', 'alarms')).includes('for an administrator'));
    await on.server.mustCommand('reports', 'close', items[0]?.id ?? '', '--note', 'Warned');
    expect(await on.server.mustCommand('reports', 'list', '--state', 'open', '--json')).not.toContain(items[0]?.id ?? '?');
  });
});

describe('announcements', () => {
  it('reach those who are here, wait for everyone else, and the message of the day is told once', async () => {
    const [here, away] = [on.person(), on.person()];
    const client = await on.raw(here);
    client.send('<presence/>');
    await settled(client);
    await on.server.mustCommand('announcements', 'send', 'Fire drill at noon', '--subject', 'Now');
    const told = await client.element('the announcement', (el) => childText(el, 'body') === 'Fire drill at noon');
    expect([told.attrs.from, told.attrs.type, childText(told, 'subject')]).toEqual(['localhost', 'headline', 'Now']);
    await on.server.mustCommand('announcements', 'send-everyone', 'New phones');
    await client.element('the same for all', (el) => childText(el, 'body') === 'New phones');
    await on.server.mustCommand('announcements', 'set-motd', 'Cake in the kitchen');
    await client.element('the message of the day', (el) => childText(el, 'body') === 'Cake in the kitchen');
    const late = await on.raw(away);
    late.send('<presence/>');
    await late.element('the message of the day', (el) => childText(el, 'body') === 'Cake in the kitchen');
    await late.element('what waited', (el) => childText(el, 'body') === 'New phones');
    await settled(late);
    expect(bodies(late).sort()).toEqual(['Cake in the kitchen', 'New phones']);
    late.send("<presence type='unavailable'/><presence/>");
    await settled(late);
    expect(bodies(late).filter((body) => body.startsWith('Cake'))).toHaveLength(1);
    await on.server.mustCommand('announcements', 'delete-motd');
  });
});

describe('calls', () => {
  it('get a TURN server with a password that expires, whose secret is shown to nobody', async () => {
    const client = await on.raw(on.person());
    const answer = await client.query('get', "<services xmlns='urn:xmpp:extdisco:2'/>", 'localhost');
    const service = find(answer, 'service');
    expect(service?.attrs).toMatchObject({ type: 'turn', host: 'turn.example.com', restricted: 'true' });
    expect(Date.parse(service?.attrs.expires ?? '')).toBeGreaterThan(Date.now());
    const shown = await on.server.mustCommand('settings', 'get', 'calls.turnSecret', '--json');
    expect(shown).not.toContain('north');
  });
});

describe('push', () => {
  it('is told to the bare address by discovery, and can be enabled and disabled', async () => {
    const person = on.person();
    const client = await on.raw(person);
    const info = await client.query('get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", person.jid);
    expect(info.source).toContain('urn:xmpp:push:0');
    const enabled = await client.query('set', "<enable xmlns='urn:xmpp:push:0' jid='push.localhost' node='n1'/>");
    expect(enabled.attrs.type).toBe('result');
    const disabled = await client.query('set', "<disable xmlns='urn:xmpp:push:0' jid='push.localhost'/>");
    expect(disabled.attrs.type).toBe('result');
  });
});
