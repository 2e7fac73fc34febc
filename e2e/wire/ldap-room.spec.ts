/** The ldap room against two real directory servers: every way to reach them, what is asked, failover and back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/kernel/clock.ts';
import { silentLog } from '../../lib/kernel/log.ts';
import { testDirectory } from '../../lib/ldap/index.ts';
import type { Directory, DirectoryPerson } from '../../lib/ldap/ports.ts';
import { createRunningDirectory, type RunningDirectory } from '../../lib/ldap/running.ts';
import { directoryRow } from '../../lib/testing/ldap-rows.ts';
import { until } from '../peers/process.ts';
import { type Slapd, startSlapd } from '../peers/slapd.ts';
import { PASSWORD } from '../peers/slapd-people.ts';

let ldap: Slapd;
const running: RunningDirectory[] = [];
beforeAll(async () => {
  ldap = await startSlapd({ crowd: 2_500 });
});
afterAll(() => ldap?.stop());
afterEach(() => {
  for (const each of running.splice(0)) each.stop();
});

const row = (more: Partial<Directory> = {}): Directory => {
  const secure = (more.security ?? 'ldaps') === 'ldaps';
  return directoryRow({
    servers: ldap.servers.map(({ host, port, tlsPort }) => ({ host, port: secure ? tlsPort : port })),
    security: 'ldaps',
    caPem: ldap.caPem,
    bindDn: ldap.bindDn,
    base: ldap.base,
    attributes: { ...directoryRow().attributes, photo: 'jpegPhoto' },
    ...more,
  });
};
function open(more: Partial<Directory> = {}, password = ldap.bindPassword): RunningDirectory {
  const made = createRunningDirectory({ directory: row(more), password, clock: systemClock, log: silentLog, changed: () => undefined });
  running.push(made);
  return made;
}

describe('a directory', () => {
  it.each(['ldaps', 'starttls', 'none'] as const)('is read by %s', async (security) => {
    const directory = open({ security });
    const person = await directory.find('alice');
    expect(person).toMatchObject({
      userId: 'alice',
      name: 'Alice Test',
      mail: 'alice@example.test',
      uri: 'alice@example.test',
      phone: '+14085550100',
      department: 'Sales',
      enabled: true,
    });
    expect(person?.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is not read when its certificate is signed by a stranger, and nothing is sent to it', async () => {
    for (const security of ['ldaps', 'starttls'] as const)
      await expect(open({ security, caPem: ldap.rogueCaPem }).find('alice')).rejects.toThrow(/not trusted/);
  });

  it('is not read under another name than its certificate has', async () => {
    const servers = ldap.servers.map(({ tlsPort }) => ({ host: '127.0.0.2', port: tlsPort }));
    await expect(open({ servers }).find('alice')).rejects.toThrow(/another host name|Nothing listens/);
  });

  it('finds people whose names mean something in a filter or a DN, and nobody by a wildcard', async () => {
    const directory = open();
    expect((await directory.find('star(*)'))?.name).toBe('Star (Paren) *');
    expect(await directory.verify((await directory.find('comma'))?.dn ?? '', PASSWORD)).toBe('right');
    expect((await directory.find('jürgen'))?.name).toBe('Ünïcödé Jürgen');
    for (const injected of ['*', 'al*', 'alice)(sAMAccountName=*', '*)(objectClass=*']) expect(await directory.find(injected)).toBe(null);
    // Two entries of one user ID: whose password would it be?
    expect(await directory.find('twin')).toBe(null);
  });

  it('says right, wrong and nothing else of passwords, and never takes an empty one', async () => {
    const directory = open();
    const dn = (await directory.find('alice'))?.dn ?? '';
    expect(await directory.verify(dn, PASSWORD)).toBe('right');
    expect(await directory.verify(dn, 'wrong')).toBe('wrong');
    // This server binds everybody without a password, as Active Directory does.
    expect(await directory.verify(dn, '')).toBe('wrong');
    expect(await directory.verify(`cn=nobody,${ldap.base}`, PASSWORD)).toBe('wrong');
    // The searching connection is still the service account's.
    expect(await directory.find('bob')).not.toBe(null);
  });

  it('gives everybody page by page, past the limit of one search, and follows no referral', async () => {
    const people: DirectoryPerson[] = [];
    await open({ pageSize: 400 }).everyone(
      { base: '', filter: '' },
      (page) => people.push(...page),
      () => people.splice(0),
    );
    expect(people.filter(({ dn }) => dn.includes('ou=Crowd'))).toHaveLength(2_500);
    expect(new Set(people.map(({ key }) => key)).size).toBe(people.length);
    expect(people.find(({ userId }) => userId === 'disabled')?.enabled).toBe(false);
  });

  it('knows the groups of a person, in the order that was given', async () => {
    const group = (name: string) => `cn=${name},ou=Groups,${ldap.base}`;
    const directory = open({
      groups: [
        { group: group('Presence Administrators'), role: 'administrator' },
        { group: group('Presence Auditors'), role: 'read-only' },
        { group: group('No Such Group'), role: 'operator' },
      ],
    });
    const roleOf = async (userId: string) => {
      const person = await directory.find(userId);
      return person === null ? 'nobody' : ((await directory.groupOf(person))?.role ?? 'none');
    };
    expect([await roleOf('alice'), await roleOf('bob'), await roleOf('carol')]).toEqual(['administrator', 'read-only', 'none']);
    const generic = open({ kind: 'generic', groups: directory.directory.groups });
    const bob = await generic.find('bob');
    expect(bob === null ? null : (await generic.groupOf(bob))?.role).toBe('read-only');
  });

  it('finds people by the beginnings of words, and has their picture', async () => {
    const directory = open();
    expect((await directory.search(['ali', 'tes'], 10)).map(({ userId }) => userId)).toEqual(['alice']);
    // An asterisk is a letter like any other.
    expect((await directory.search(['*'], 10)).map(({ userId }) => userId)).toEqual(['star(*)']);
    expect(await directory.search(['crowd'], 7)).toHaveLength(7);
    expect((await directory.photoOf((await directory.find('alice'))?.dn ?? ''))?.subarray(1, 4).toString()).toBe('PNG');
    expect(await directory.photoOf((await directory.find('bob'))?.dn ?? '')).toBe(null);
  });

  it('is served by the second server while the first is away, and by the first again when it is back', async () => {
    const directory = open();
    const [first] = ldap.servers;
    expect(await directory.find('alice')).not.toBe(null);
    await first.kill();
    try {
      // The connection is gone in the middle of its life: nobody is told of it.
      expect(await directory.find('alice')).not.toBe(null);
      expect(await directory.verify((await directory.find('bob'))?.dn ?? '', PASSWORD)).toBe('right');
      expect(directory.servers.states().map(({ state }) => state)).toEqual(['down', 'up']);
    } finally {
      await first.start();
    }
    await until('the first serves again', () => directory.servers.states()[0]?.state === 'up');
    expect(await directory.find('alice')).not.toBe(null);
  });

  it('says at once that it is down while all its servers are, and comes back by itself', async () => {
    const directory = open();
    for (const server of ldap.servers) await server.kill();
    try {
      await expect(directory.find('alice')).rejects.toMatchObject({ fault: { kind: 'down' } });
      const began = performance.now();
      await expect(directory.verify(`cn=x,${ldap.base}`, PASSWORD)).rejects.toMatchObject({ fault: { kind: 'down' } });
      expect(performance.now() - began).toBeLessThan(100);
      expect(directory.servers.isDown).toBe(true);
    } finally {
      for (const server of ldap.servers) await server.start();
    }
    await until('it serves again', () => !directory.servers.isDown);
    expect(await directory.find('alice')).not.toBe(null);
  });

  it('whose service account cannot sign in is down, and says why', async () => {
    await expect(open({}, 'wrong').find('alice')).rejects.toThrow(/password is not right/);
  });
});

describe('the test of a directory', () => {
  const steps = async (
    more: Partial<Directory>,
    user: { userId: string; password: string } | null = null,
    password = ldap.bindPassword,
  ) => {
    const [server] = await testDirectory(row(more), password, user);
    return { server, steps: server?.steps.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`) };
  };

  it('goes the whole way, shows the certificate and signs a user in', async () => {
    const { server, steps: way } = await steps({}, { userId: 'alice', password: PASSWORD });
    expect(way).toEqual(['resolve ok', 'connect ok', 'tls ok', 'bind ok', 'search ok', 'user ok', 'sign-in ok']);
    expect(server?.certificate).toMatchObject({ subject: 'localhost', issuer: 'Test authority', trusted: true });
    expect(server?.person).toMatchObject({ userId: 'alice', phone: '+14085550100' });
    expect(server?.steps.every(({ ms, says }) => ms >= 0 && says.endsWith('.'))).toBe(true);
  });

  it('tells which step fails', async () => {
    const refused = await steps({ caPem: ldap.rogueCaPem });
    expect(refused.steps).toEqual(['resolve ok', 'connect ok', 'tls failed']);
    expect(refused.server?.certificate).toMatchObject({ issuer: 'Test authority', trusted: false });
    expect((await steps({ security: 'starttls', caPem: ldap.rogueCaPem })).steps?.at(-1)).toBe('tls failed');
    expect((await steps({}, null, 'wrong')).steps?.at(-1)).toBe('bind failed');
    expect((await steps({ base: 'dc=nowhere' })).steps?.at(-1)).toBe('search failed');
    expect((await steps({ filter: '(objectClass=device)' })).steps?.at(-1)).toBe('search failed');
    expect((await steps({}, { userId: 'nobody', password: 'x' })).steps?.at(-1)).toBe('user failed');
    expect((await steps({}, { userId: 'alice', password: 'wrong' })).steps?.at(-1)).toBe('sign-in failed');
    expect((await steps({ servers: [{ host: 'no-such-host.invalid', port: 636 }] })).steps).toEqual(['resolve failed']);
    expect((await steps({ servers: [{ host: '127.0.0.1', port: 9 }] })).steps).toEqual(['resolve ok', 'connect failed']);
    // Plain LDAP where TLS is spoken, and the other way round.
    const [first] = ldap.servers;
    expect((await steps({ servers: [{ host: '127.0.0.1', port: first.port }], connectTimeoutMs: 1_000 })).steps?.at(-1)).toBe('tls failed');
  });
});
