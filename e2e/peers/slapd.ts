import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'ldapts';
import {
  answers,
  type Daemon,
  freePort,
  handOver,
  isInstalled,
  lastLines,
  removeFolder,
  startDaemon,
  temporaryFolder,
  until,
} from './process.ts';
import { SERVICE, tree } from './slapd-people.ts';

export const slapdInstalled = (): boolean => isInstalled('slapd');
const here = dirname(fileURLToPath(import.meta.url));

export interface SlapdOptions {
  readonly crowd?: number;
  readonly base?: string;
  readonly domain?: string;
  /** Refuses passwords in the clear, as a hardened directory does. */
  readonly requireTls?: boolean;
}

export interface SlapdServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly tlsPort: number;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Slapd {
  readonly base: string;
  readonly domain: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  /** Of the authority that signed both servers' certificates, and of one that signed nothing. */
  readonly caPem: string;
  readonly rogueCaPem: string;
  readonly caFile: string;
  /** Two servers with the same people; neither knows of the other. */
  readonly servers: readonly [SlapdServer, SlapdServer];
  /** Changes an entry on both servers, as their administrator. */
  change(work: (client: Client) => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** An authority and a certificate of it for 127.0.0.1 and localhost. */
function makeAuthority(folder: string, name: string): { ca: string; key: string } {
  const ca = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', `/CN=Test ${name}`].concat([
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-keyout',
      key,
      '-out',
      ca,
    ]),
    { stdio: 'ignore' },
  );
  return { ca, key };
}
function signCertificate(folder: string, authority: { ca: string; key: string }): { certificate: string; key: string } {
  const key = join(folder, 'server.key');
  const request = join(folder, 'server.csr');
  const certificate = join(folder, 'server.crt');
  const extensions = join(folder, 'server.ext');
  writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  execFileSync(
    'openssl',
    ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', key, '-out', request],
    { stdio: 'ignore' },
  );
  execFileSync(
    'openssl',
    [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      authority.ca,
      '-CAkey',
      authority.key,
      '-CAcreateserial',
      '-days',
      '30',
      '-extfile',
      extensions,
      '-out',
      certificate,
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key };
}

/** Two OpenLDAP servers of our own that answer like Active Directory: 1,000 entries a search without paging, bits, memberOf, referrals. */
export async function startSlapd({
  crowd = 0,
  base = 'dc=example,dc=test',
  domain = 'example.test',
  requireTls = false,
}: SlapdOptions = {}): Promise<Slapd> {
  const folder = temporaryFolder('slapd');
  const authority = makeAuthority(folder, 'authority');
  const rogue = makeAuthority(folder, 'rogue');
  const { certificate, key } = signCertificate(folder, authority);
  const ldif = join(folder, 'people.ldif');
  writeFileSync(ldif, tree({ base, domain, crowd }));
  copyFileSync(join(here, 'slapd', 'ad.schema'), join(folder, 'ad.schema'));

  const made = await Promise.all(
    ['a', 'b'].map(async (name) => {
      const own = join(folder, name);
      mkdirSync(join(own, 'db'), { recursive: true });
      writeFileSync(
        join(own, 'slapd.conf'),
        `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
include ${folder}/ad.schema
pidfile ${own}/slapd.pid
argsfile ${own}/slapd.args
TLSCACertificateFile ${authority.ca}
TLSCertificateFile ${certificate}
TLSCertificateKeyFile ${key}
TLSVerifyClient never
allow bind_v2 bind_anon_cred bind_anon_dn
${requireTls ? 'security simple_bind=128' : ''}
database mdb
suffix "${base}"
rootdn "cn=admin,${base}"
rootpw admin
directory ${own}/db
maxsize 1073741824
dbnosync
index objectClass,entryUUID eq
index sAMAccountName,mail,uid,cn,sn,givenName,displayName eq,sub
index memberOf,member,userAccountControl eq
limits dn.exact="cn=admin,${base}" size=unlimited time=unlimited
sizelimit size.soft=1000 size.hard=1000 size.pr=1000 size.prtotal=unlimited
access to attrs=userPassword filter="(userAccountControl:1.2.840.113556.1.4.803:=2)" by * none
access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read by anonymous none
overlay memberof
memberof-refint TRUE
memberof-group-oc group
memberof-member-ad member
memberof-memberof-ad memberOf
`,
      );
      return { name, own, port: await freePort(), tlsPort: await freePort(), daemon: null as Daemon | null };
    }),
  );
  handOver(folder);
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  for (const { own } of made) {
    const loaded = spawnSync('slapadd', ['-q', '-f', join(own, 'slapd.conf'), '-b', base, '-l', ldif], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
      ...as,
    });
    if (loaded.status !== 0) {
      removeFolder(folder);
      throw new Error(`slapadd: ${loaded.stderr.trim().split('\n').slice(-5).join('\n')}`);
    }
  }
  const start = async (one: (typeof made)[number]): Promise<void> => {
    one.daemon = startDaemon(
      'slapd',
      ['-d', '0', '-f', join(one.own, 'slapd.conf'), '-h', `ldap://127.0.0.1:${one.port} ldaps://127.0.0.1:${one.tlsPort}`],
      one.own,
    );
    const { daemon } = one;
    await until('slapd listens', async () => {
      if (daemon.exited) throw new Error(`slapd ended:\n${lastLines(join(one.own, 'output.log'))}`);
      return answers(one.port);
    });
  };
  const servers = made.map(
    (one): SlapdServer => ({
      host: '127.0.0.1',
      port: one.port,
      tlsPort: one.tlsPort,
      async kill() {
        const { daemon } = one;
        if (daemon === null || daemon.exited) return;
        process.kill(daemon.pid, 'SIGKILL');
        await until('slapd is gone', () => daemon.exited);
      },
      start: () => start(one),
    }),
  );
  const stop = async () => {
    for (const { daemon } of made) await daemon?.stop();
    removeFolder(folder);
  };
  try {
    for (const one of made) await start(one);
  } catch (problem) {
    await stop();
    throw problem;
  }
  const [first, second] = servers;
  if (first === undefined || second === undefined) throw new Error('two servers were asked for');
  return {
    base,
    domain,
    bindDn: `cn=${SERVICE.name},ou=Service Accounts,${base}`,
    bindPassword: SERVICE.password,
    caPem: readFileSync(authority.ca, 'utf8'),
    rogueCaPem: readFileSync(rogue.ca, 'utf8'),
    caFile: authority.ca,
    servers: [first, second],
    async change(work) {
      for (const { port, daemon } of made) {
        if (daemon === null || daemon.exited) continue;
        const client = new Client({ url: `ldap://127.0.0.1:${port}`, strictDN: false });
        if (requireTls) await client.startTLS({ ca: readFileSync(authority.ca), host: '127.0.0.1' });
        await client.bind(`cn=admin,${base}`, 'admin');
        try {
          await work(client);
        } finally {
          await client.unbind();
        }
      }
    },
    stop,
  };
}
