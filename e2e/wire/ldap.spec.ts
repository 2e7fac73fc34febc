/** A node with a directory: people come from it, sign in by it with slixmpp, are found in it, and stay signed in while it is away. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRaw, type RawClient } from '../clients/raw.ts';
import { type SlixClient, startSlix } from '../clients/slix.ts';
import { child, type XmlElement } from '../clients/xml.ts';
import { type RunningServer, startServer, withoutLimits } from '../fixtures/start-server.ts';
import { until } from '../peers/process.ts';
import { type Slapd, startSlapd } from '../peers/slapd.ts';
import { dnOf, PASSWORD, personEntry, staff } from '../peers/slapd-people.ts';

const crowd = Number(process.env.LDAP_CROWD ?? 1_500);
let ldap: Slapd;
let server: RunningServer;
const clients: { cut?(): void; stop?(): Promise<void> }[] = [];

beforeAll(async () => {
  ldap = await startSlapd({ crowd });
  server = await startServer({ domain: 'localhost', settings: { ...withoutLimits, 'search.perMinute': 0 } });
  const [first, second] = ldap.servers;
  await server.mustCommand(
    ...['ldap', 'add', 'Head office', '--servers', `127.0.0.1:${first.tlsPort}`, '--servers', `127.0.0.1:${second.tlsPort}`],
    ...['--ca-file', ldap.caFile, '--bind-dn', ldap.bindDn, '--bind-password', ldap.bindPassword, '--base', ldap.base],
    ...['--photo-attribute', 'jpegPhoto', '--search', '--cards', '--connect-timeout-ms', '2000'],
  );
  await server.mustCommand('ldap', 'agree', 'Head office', 'Staff', '--base', `ou=Staff,${ldap.base}`, '--every-minutes', '0');
});
afterAll(async () => {
  await server?.stop();
  await ldap?.stop();
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.cut?.();
    await client.stop?.();
  }
});

const target = () => ({ host: server.host, port: server.ports.xmpp, domain: 'localhost' });
async function slix(user: string, password = PASSWORD): Promise<SlixClient> {
  const client = await startSlix(user);
  clients.push(client);
  await client.signIn({ jid: `${user}@localhost`, password, host: server.host, port: server.ports.xmpp });
  return client;
}
/** A stream under TLS, before sign-in, with what is offered. */
async function stream(): Promise<{ client: RawClient; mechanisms: string[] }> {
  const client = await openRaw(target());
  clients.push(client);
  await client.open();
  await client.startTls();
  const features = await client.open();
  const mechanisms = child(features, 'mechanisms')?.children.map((one: XmlElement) => one.text) ?? [];
  return { client, mechanisms };
}
const conditionOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'signed in',
    (error: Error) => error.message,
  );
async function raw(user: string, password = PASSWORD): Promise<RawClient> {
  const { client } = await stream();
  await client.authenticate(user, password, 'PLAIN');
  await client.open();
  await client.bind('test');
  return client;
}
const runs = async (agreement: string) =>
  (
    JSON.parse(await server.mustCommand('ldap', 'runs', agreement, '--json')) as {
      items: { state: string; counts: Record<string, number> }[];
    }
  ).items;
const userOf = async (id: string) =>
  (JSON.parse(await server.mustCommand('users', 'show', id, '--json')) as { user: Record<string, unknown> }).user;

describe('people of a directory', () => {
  it('are told of in a trial, and have accounts after the synchronisation', async () => {
    const said = await server.mustCommand('ldap', 'test', 'Head office', '--user-id', 'alice', '--password', PASSWORD);
    expect(said).toContain('The password is right.');
    await server.mustCommand('ldap', 'sync', 'Staff', '--trial');
    expect((await server.command('users', 'show', 'alice')).code).toBe(1);
    await server.mustCommand('ldap', 'sync', 'Staff');
    expect(await userOf('alice')).toMatchObject({ userId: 'alice', name: 'Alice Test', source: 'ldap', enabled: true });
    expect((await runs('Staff')).map(({ counts }) => counts.created)).toEqual([staff.length, staff.length]);
  });

  it('sign in by PLAIN, which alone is offered where nobody has a password here', async () => {
    expect((await stream()).mechanisms).toEqual(['PLAIN']);
    const [alice, bob] = [await slix('alice'), await slix('bob')];
    await alice.do('message', { to: bob.jid, body: 'from the directory' });
    expect((await bob.message('from the directory')).from).toBe(alice.jid);
  });

  it('sign in with slixmpp, which tries SCRAM first, also where others have passwords here', async () => {
    await server.mustCommand('users', 'add', 'local', '--password', 'kept in this server');
    await server.mustCommand('ldap', 'sync', 'Staff');
    await until('SCRAM is offered again', async () => (await stream()).mechanisms.includes('SCRAM-SHA-256'));
    expect((await slix('carol')).jid).toMatch(/^carol@localhost\//);
    expect((await slix('local', 'kept in this server')).jid).toMatch(/^local@localhost\//);
  });

  it('are refused with a wrong or an empty password, and when the directory disabled them', async () => {
    expect(await conditionOf(raw('alice', 'wrong'))).toContain('not-authorized');
    expect(await conditionOf(raw('alice', ''))).not.toBe('signed in');
    const dave = dnOf({ name: 'Dave Test', ou: 'Staff' }, ldap.base);
    const signedIn = await raw('dave');
    const { Attribute, Change } = await import('ldapts');
    const set = (value: string) =>
      ldap.change((client) =>
        client.modify(dave, [
          new Change({ operation: 'replace', modification: new Attribute({ type: 'userAccountControl', values: [value] }) }),
        ]),
      );
    await set('514');
    expect(await conditionOf(raw('dave'))).toContain('not-authorized');
    await server.mustCommand('ldap', 'sync', 'Staff', '--confirm');
    // The session ends with the account.
    await until('the session is over', () => signedIn.closed);
    expect((await userOf('dave')).enabled).toBe(false);
    await set('512');
    await server.mustCommand('ldap', 'sync', 'Staff');
    expect((await raw('dave')).jid).toBe('dave@localhost/test');
  });

  it('are found by others, with those who have no account but an address, and have a card with their picture', async () => {
    await ldap.change(async (client) => {
      const entry = { name: 'Outside Person', userId: 'outside', ou: 'Odd', sip: 'sip:outside@elsewhere.test' };
      const attributes = Object.fromEntries(
        personEntry(entry, ldap)
          .trim()
          .split('\n')
          .slice(1)
          .filter((line) => !line.includes(':: '))
          .map((line) => line.split(': ') as [string, string])
          .filter(([name]) => name !== 'objectClass'),
      );
      await client.add(dnOf(entry, ldap.base), {
        ...attributes,
        objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson', 'user'],
      });
    });
    const alice = await raw('bob');
    const find = async (nick: string) => {
      const answer = await alice.query('set', `<query xmlns='jabber:iq:search'><nick>${nick}</nick></query>`, 'search.localhost');
      return child(answer, 'query')?.children.map((item: XmlElement) => item.attrs.jid) ?? [];
    };
    expect(await find('alice')).toEqual(['alice@localhost']);
    expect(await find('outside')).toEqual(['outside@elsewhere.test']);
    const card = await alice.query('get', "<vCard xmlns='vcard-temp'/>", 'alice@localhost');
    expect(card.source).toContain('<FN>Alice Test</FN>');
    expect(card.source).toContain('<TYPE>image/png</TYPE>');
  });

  it('stay signed in while the directory is away; others are told to try again later, and it is an alarm', async () => {
    const alice = await raw('alice');
    const [first, second] = ldap.servers;
    await first.kill();
    // One is enough.
    expect((await raw('bob')).jid).toBe('bob@localhost/test');
    await second.kill();
    expect(await conditionOf(raw('erin'))).toContain('temporary-auth-failure');
    const began = performance.now();
    expect(await conditionOf(raw('erin'))).toContain('temporary-auth-failure');
    // Nobody waits for what is known to be away: most of this is TLS.
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await conditionOf(raw('local', 'kept in this server'))).toBe('signed in');
    expect((await alice.query('get', "<ping xmlns='urn:xmpp:ping'/>")).attrs.type).toBe('result');
    await until('the alarm', async () =>
      (await server.mustCommand('diagnostics', 'alarms', '--json')).includes('No server of the directory Head office answers'),
    );
    const held = await server.command('ldap', 'sync', 'Staff');
    expect(`${held.stdout}${held.stderr}`).toContain('No server of the directory');
    expect((await userOf('alice')).enabled).toBe(true);
    await first.start();
    await second.start();
    await until('sign-in works again', async () => (await conditionOf(raw('erin'))) === 'signed in', 60_000, 500);
  });

  it('come in thousands within seconds, and unchanged ones cost less', async () => {
    await server.mustCommand('ldap', 'agree', 'Head office', 'Crowd', '--base', `ou=Crowd,${ldap.base}`, '--every-minutes', '0');
    const timed = async () => {
      const began = performance.now();
      await server.mustCommand('ldap', 'sync', 'Crowd');
      return performance.now() - began;
    };
    const [whole, same] = [await timed(), await timed()];
    const [unchanged, created] = await runs('Crowd');
    expect(created?.counts.created).toBe(crowd);
    expect(unchanged?.counts).toMatchObject({ created: 0, changed: 0, unchanged: crowd });
    process.stdout.write(`${crowd} people: ${(whole / 1000).toFixed(1)} s at first, ${(same / 1000).toFixed(1)} s unchanged\n`);
    expect((await raw('u7')).jid).toBe('u7@localhost/test');
  });

  it('become accounts of this server when the directory is removed, and cannot sign in until they have a password', async () => {
    await server.mustCommand('ldap', 'remove', 'Head office');
    expect(await conditionOf(raw('alice'))).toContain('not-authorized');
    await server.mustCommand('users', 'password', 'alice', '--password', 'one of this server');
    expect((await raw('alice', 'one of this server')).jid).toBe('alice@localhost/test');
  });
});
