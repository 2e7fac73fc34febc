/** Two clients that people use or build on, slixmpp and profanity (libstrophe), doing what their users do. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClientEvent } from '../clients/driver.ts';
import { type ProfanityClient, startProfanity } from '../clients/profanity.ts';
import { openRaw } from '../clients/raw.ts';
import { type RosterItem, type SlixClient, startSlix } from '../clients/slix.ts';
import { type Person, withServer } from './harness.ts';

// People are asked; the test of automatic approval turns it on.
const on = withServer({ people: 40, settings: { 'presence.autoAuthorize': false } });

interface PresenceEvent extends ClientEvent {
  readonly from: string;
  readonly type: string;
  readonly show: string;
  readonly status: string;
}
interface RosterEvent extends ClientEvent {
  readonly push: boolean;
  readonly items: readonly RosterItem[];
}

const terminals: ProfanityClient[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.stop();
});
async function profanity(person: { jid: string; password: string }): Promise<ProfanityClient> {
  const terminal = await startProfanity({ ...person, host: on.target.host, port: on.target.port });
  terminals.push(terminal);
  return terminal;
}

/** `one` asks to see `other`, who agrees; ends when `one` does. */
async function befriend(one: SlixClient, oneself: Person, other: SlixClient, contact: Person): Promise<void> {
  const from = other.mark();
  const seen = one.mark();
  await one.do('presence', { to: contact.jid, type: 'subscribe' });
  await other.next<PresenceEvent>('presence', (event) => event.type === 'subscribe' && event.from === oneself.jid, { from });
  await other.do('presence', { to: oneself.jid, type: 'subscribed' });
  await one.next<PresenceEvent>('presence', (event) => event.from === other.jid && event.type === 'available', { from: seen });
}

describe('signing in', () => {
  it('takes slixmpp by STARTTLS with the mechanism it prefers', async () => {
    const person = on.person();
    const client = await on.slix(person);
    expect(client.jid.startsWith(`${person.jid}/`)).toBe(true);
  });

  it('takes PLAIN under TLS', async () => {
    const client = await on.slix(on.person(), { mechanism: 'PLAIN' });
    expect(client.jid).not.toBe('');
  });

  // Not by slixmpp: it says that it could bind the channel, which is rightly taken for an attack where -PLUS is offered (RFC 5802 §6).
  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'] as const)('takes %s under TLS', async (mechanism) => {
    const person = on.person();
    const client = await on.raw(person, { mechanism, resource: 'x' });
    expect(client.jid).toBe(`${person.jid}/x`);
  });

  it('takes direct TLS on its own port', async () => {
    const client = await on.slix(on.person(), { tls: 'direct', port: on.directTlsPort });
    expect(client.jid).not.toBe('');
  });

  it('gives the resource that was asked for', async () => {
    const person = on.person();
    const client = await on.slix(person, { resource: 'büro' });
    expect(client.jid).toBe(`${person.jid}/büro`);
  });

  it('shows a certificate that a client which trusts it can verify for the domain', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-ca-'));
    try {
      const shown = execFileSync(
        'openssl',
        ['s_client', '-connect', `${on.target.host}:${on.directTlsPort}`, '-servername', on.target.domain, '-showcerts'],
        {
          input: '',
          encoding: 'utf8',
          stdio: ['pipe', 'pipe', 'ignore'],
        },
      );
      const ca = join(folder, 'ca.pem');
      writeFileSync(ca, shown.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.at(-1) ?? '');
      const client = await on.slix(on.person(), { ca });
      expect(client.jid).not.toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a wrong password and an unknown user in the same words', async () => {
    const client = await startSlix('wrong');
    const unknown = await startSlix('unknown');
    const at = { host: on.target.host, port: on.target.port };
    try {
      const refusals = [
        await client.try('connect', { jid: on.person().jid, password: 'no', ...at }),
        await unknown.try('connect', { jid: 'nobody-here@localhost', password: 'no', ...at }),
      ];
      expect(refusals.map((refusal) => refusal.ok === false && refusal.error)).toEqual(['not-authorized', 'not-authorized']);
    } finally {
      await client.stop();
      await unknown.stop();
    }
  });

  it('offers nothing but TLS to a client without it', async () => {
    const client = await startSlix('clear');
    const person = on.person();
    try {
      const outcome = await client.try('connect', {
        jid: person.jid,
        password: person.password,
        host: on.target.host,
        port: on.target.port,
        tls: 'none',
        timeout: 5,
      });
      expect(outcome.ok).toBe(false);
    } finally {
      await client.stop();
    }
  });

  it('takes profanity, which then sees its own presence', async () => {
    const person = on.person();
    const terminal = await profanity(person);
    await terminal.shows(person.jid);
  });
});

describe('contact lists', () => {
  it('keeps name and groups, and pushes a change to the other device', async () => {
    const person = on.person();
    const [desk, phone] = [await on.slix(person, { resource: 'desk' }), await on.slix(person, { resource: 'phone' })];
    const from = phone.mark();
    await desk.do('roster_set', { jid: 'friend@localhost', name: 'A Friend', groups: ['Work', 'Climbing'] });
    const push = await phone.next<RosterEvent>('roster', (event) => event.push, { from });
    expect(push.items).toEqual([
      { jid: 'friend@localhost', name: 'A Friend', subscription: 'none', ask: '', groups: ['Climbing', 'Work'] },
    ]);
    expect(await phone.do<RosterItem[]>('roster')).toEqual(push.items);
  });

  it('forgets a contact that is removed, on both devices', async () => {
    const person = on.person();
    const [desk, phone] = [await on.slix(person), await on.slix(person)];
    await desk.do('roster_set', { jid: 'friend@localhost' });
    await desk.do('roster_remove', { jid: 'friend@localhost' });
    await phone.next<RosterEvent>('roster', (event) => event.push && event.items[0]?.subscription === 'remove');
    expect(await desk.do('roster')).toEqual([]);
  });

  it('lets two people see each other after each asked the other and was approved', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const b = await on.slix(bela);
    await befriend(a, anna, b, bela);
    await befriend(b, bela, a, anna);
    expect(await a.do<RosterItem[]>('roster')).toMatchObject([{ jid: bela.jid, subscription: 'both', ask: '' }]);
    expect(await b.do<RosterItem[]>('roster')).toMatchObject([{ jid: anna.jid, subscription: 'both', ask: '' }]);
    await b.do('presence', { show: 'away', status: 'lunch' });
    await a.next<PresenceEvent>('presence', (event) => event.show === 'away' && event.status === 'lunch');
    const from = a.mark();
    await b.do('disconnect');
    await a.next<PresenceEvent>('presence', (event) => event.type === 'unavailable' && event.from === b.jid, { from });
  });

  it('ends a subscription and hides presence again', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const b = await on.slix(bela);
    await befriend(a, anna, b, bela);
    const from = a.mark();
    await b.do('presence', { to: anna.jid, type: 'unsubscribed' });
    await a.next<PresenceEvent>('presence', (event) => event.type === 'unavailable' && event.from === b.jid, { from });
    expect(await a.do<RosterItem[]>('roster')).toMatchObject([{ jid: bela.jid, subscription: 'none' }]);
  });

  it('keeps a request, with what was written to it, until the person it is for comes online', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    await a.do('raw', { xml: `<presence to='${bela.jid}' type='subscribe'><status>we met in Graz</status></presence>` });
    await a.next<RosterEvent>('roster', (event) => event.push && event.items[0]?.ask === 'subscribe');
    const b = await on.slix(bela);
    const request = await b.next<PresenceEvent>('presence', (event) => event.type === 'subscribe' && event.from === anna.jid);
    expect(request.status).toBe('we met in Graz');
  });

  it('needs no approval once an administrator has turned that off, at once and without a restart', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const b = await on.slix(bela);
    await on.server.mustCommand('settings', 'set', 'presence.autoAuthorize', 'true');
    try {
      await a.do('presence', { to: bela.jid, type: 'subscribe' });
      await a.next<PresenceEvent>('presence', (event) => event.from === b.jid && event.type === 'available');
      expect(await a.do<RosterItem[]>('roster')).toMatchObject([{ jid: bela.jid, subscription: 'to', ask: '' }]);
      expect(b.events.some((event) => event.event === 'presence' && event.type === 'subscribe')).toBe(false);
    } finally {
      await on.server.mustCommand('settings', 'set', 'presence.autoAuthorize', 'false');
    }
  });
});

describe('between profanity and slixmpp', () => {
  it('carries chat and presence both ways, special characters whole', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const terminal = await profanity(bela);
    terminal.type(`/msg ${anna.jid} grüße & <Küsse> aus dem Terminal`);
    const message = await a.message('grüße & <Küsse> aus dem Terminal');
    expect(message.from).toBe(terminal.jid);
    await a.do('message', { to: terminal.jid, body: 'zurück: 5 < 6 && 7 > 6 ☎' });
    await terminal.shows('zurück: 5 < 6 && 7 > 6 ☎');
    terminal.type(`/sub request ${anna.jid}`);
    await a.next<PresenceEvent>('presence', (event) => event.type === 'subscribe' && event.from === bela.jid);
    await a.do('presence', { to: bela.jid, type: 'subscribed' });
    await terminal.stanza('the presence of the contact', (element) => element.name === 'presence' && element.attrs.from === a.jid);
    await a.do('presence', { show: 'dnd', status: 'in a meeting' });
    await terminal.shows('[dnd]');
    await a.do('presence', { to: bela.jid, type: 'subscribe' });
    await terminal.stanza(
      'the request',
      (element) => element.name === 'presence' && element.attrs.type === 'subscribe' && element.attrs.from === anna.jid,
    );
    terminal.type(`/sub allow ${anna.jid}`);
    await a.next<PresenceEvent>('presence', (event) => event.from === terminal.jid && event.type === 'available');
    terminal.type('/status set away "lunch break"');
    await a.next<PresenceEvent>(
      'presence',
      (event) => event.from === terminal.jid && event.show === 'away' && event.status === 'lunch break',
    );
  });
});

describe('what an account can do', () => {
  it('blocks a contact: its messages bounce, ours to it are refused, until it is unblocked', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const b = await on.slix(bela);
    await a.do('block', { jid: bela.jid });
    expect(await a.do('blocked')).toEqual([bela.jid]);
    await b.do('message', { to: anna.jid, body: 'can you hear me', stanzaId: 'blocked-1' });
    const bounce = await b.next('message', (event) => event.type === 'error' && event.id === 'blocked-1');
    expect(bounce.condition).toBe('service-unavailable');
    await a.do('message', { to: bela.jid, body: 'no', stanzaId: 'blocked-2' });
    const refused = await a.next('message', (event) => event.type === 'error' && event.id === 'blocked-2');
    expect(refused.condition).toBe('not-acceptable');
    expect(String(refused.xml)).toContain('urn:xmpp:blocking:errors');
    await a.do('unblock', { jid: bela.jid });
    await b.do('message', { to: anna.jid, body: 'and now' });
    await a.message('and now');
    expect(a.count('can you hear me')).toBe(0);
  });

  it('keeps a vCard and shows it to others, and answers alike for a person without one and for nobody', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.slix(anna);
    const b = await on.slix(bela);
    await a.do('vcard_set', { fullName: 'Anna Ärger', nickname: 'aä' });
    expect(await b.do('vcard', { jid: anna.jid })).toEqual({ fullName: 'Anna Ärger', nickname: 'aä' });
    const without = await a.try('vcard', { jid: bela.jid });
    const nobody = await a.try('vcard', { jid: 'nobody-here@localhost' });
    expect(without.ok ? without.result : without.error).toEqual(nobody.ok ? nobody.result : nobody.error);
  });

  it('has in-band registration off: not offered to strangers, and refused when they ask for it', async () => {
    const stranger = await openRaw(on.target);
    await stranger.open();
    await stranger.startTls();
    const features = await stranger.open();
    expect(features.source).not.toContain('http://jabber.org/features/iq-register');
    stranger.send(
      "<iq type='set' id='reg'><query xmlns='jabber:iq:register'><username>mallory</username><password>x</password></query></iq>",
    );
    const answer = await stranger.event(
      'a refusal',
      (event) => event.is !== 'open' && !(event.is === 'element' && event.element.name === 'stream:features'),
      {
        from: stranger.mark(),
      },
    );
    expect(answer.is === 'element' ? answer.element.source : answer.is).toMatch(/not-authorized|not-allowed|service-unavailable/);
    stranger.cut();
  });

  it('tells what the server is and can do', async () => {
    const a = await on.slix(on.person());
    const info = await a.do<{ identities: string[][]; features: string[] }>('disco_info', { jid: 'localhost' });
    expect(info.identities).toContainEqual(['server', 'im']);
    expect(info.features).toEqual(
      expect.arrayContaining([
        'http://jabber.org/protocol/disco#info',
        'urn:xmpp:ping',
        'urn:xmpp:blocking',
        'urn:xmpp:carbons:2',
        'msgoffline',
      ]),
    );
    const own = await a.do<{ features: string[] }>('disco_info', { jid: a.jid.split('/')[0] });
    expect(own.features).toContain('urn:xmpp:mam:2');
    expect(await a.do('software', { jid: 'localhost' })).toMatchObject({ name: 'Rollcall' });
    await a.do('ping', { jid: 'localhost' });
  });
});
