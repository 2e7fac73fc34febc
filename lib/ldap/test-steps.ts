import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type PeerCertificate, type TLSSocket, connect as tls } from 'node:tls';
import { type Connection, openConnection, tlsOptionsOf } from './connection.ts';
import { bracketed, equals } from './escape.ts';
import { resultCodeOf, sentenceOf, verdictOf } from './faults.ts';
import { attributesOf, personOf } from './people.ts';
import type { Directory, DirectoryPerson, DirectoryServer } from './ports.ts';

export type StepName = 'resolve' | 'connect' | 'tls' | 'bind' | 'search' | 'user' | 'sign-in';
export interface TestStep {
  readonly step: StepName;
  readonly ok: boolean;
  readonly ms: number;
  /** What happened, in a sentence. */
  readonly says: string;
}
export interface ServerTest {
  readonly host: string;
  readonly port: number;
  readonly steps: readonly TestStep[];
  readonly certificate: ShownCertificate | null;
  /** Who the user ID belongs to, where one was given. */
  readonly person: DirectoryPerson | null;
}
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validTo: string;
  readonly fingerprint: string;
  readonly trusted: boolean;
}

/**
 * Goes the whole way to each server of a directory and tells of every step how long it took and what came of it. The first step that fails ends the
 * way to that server.
 */
export function testDirectory(
  directory: Directory,
  password: string,
  user: { readonly userId: string; readonly password: string } | null,
): Promise<readonly ServerTest[]> {
  return Promise.all(directory.servers.map((server) => testServer(directory, server, password, user)));
}

async function testServer(
  directory: Directory,
  server: DirectoryServer,
  password: string,
  user: { readonly userId: string; readonly password: string } | null,
): Promise<ServerTest> {
  const steps: TestStep[] = [];
  let began = performance.now();
  const lap = (): number => {
    const now = performance.now();
    const ms = Math.round((now - began) * 10) / 10;
    began = now;
    return ms;
  };
  const done = (step: StepName, says: string) => steps.push({ step, ok: true, ms: lap(), says });
  const failed = (step: StepName, says: string) => steps.push({ step, ok: false, ms: lap(), says });
  let connection: Connection | null = null;
  let certificate: ShownCertificate | null = null;
  let person: DirectoryPerson | null = null;
  const result = (): ServerTest => ({ host: server.host, port: server.port, steps, certificate, person });
  try {
    if (isIP(server.host) === 0) {
      try {
        const addresses = await lookup(server.host, { all: true });
        done('resolve', `${server.host} is ${addresses.map(({ address }) => address).join(', ')}.`);
      } catch (error) {
        failed('resolve', sentenceOf(error));
        return result();
      }
    } else done('resolve', 'An address needs no DNS.');

    let reached: 'connect' | 'tls' | null = null;
    try {
      connection = await openConnection(directory, server, (stage) => {
        reached = stage;
        if (stage === 'connect') done('connect', `Connected to port ${server.port}.`);
      });
    } catch (error) {
      failed(reached === null ? 'connect' : 'tls', sentenceOf(error));
      if (reached !== null) certificate = await untrusted(directory, server);
      return result();
    }
    const secure = connection.tlsSocket();
    if (secure === null) done('tls', 'Without TLS: passwords cross the network in clear text.');
    else {
      certificate = shown(secure, true);
      done('tls', `${secure.getProtocol() ?? 'TLS'}, ${secure.getCipher().name}; the certificate is trusted and names the host.`);
    }

    if (directory.bindDn === '') done('bind', 'Anonymous: no bind DN is set.');
    else {
      try {
        await connection.bind(directory.bindDn, password);
        done('bind', `Signed in as ${directory.bindDn}.`);
      } catch (error) {
        failed('bind', sentenceOf(error));
        return result();
      }
    }

    const attributes = attributesOf(directory.attributes);
    const asked = { attributes, explicitBufferAttributes: [directory.attributes.key], scope: 'sub' as const };
    try {
      const found = await connection.search(directory.base, { ...asked, filter: bracketed(directory.filter), sizeLimit: 5 });
      const people = found.map((entry) => personOf(entry, directory.attributes));
      const [first] = people;
      if (first === undefined) {
        failed('search', 'Nobody is found. Look at the base and the filter.');
        return result();
      }
      const lacks = first.key === '' ? directory.attributes.key : first.userId === '' ? directory.attributes.userId : null;
      if (lacks !== null) {
        failed('search', `${first.dn} has no ${lacks}. Look at the attributes.`);
        return result();
      }
      done('search', `People are found, for example ${first.name} (${first.userId}).`);
    } catch (error) {
      failed('search', sentenceOf(error));
      return result();
    }
    if (user === null) return result();

    try {
      const filter = `(&${bracketed(directory.filter)}${equals(directory.attributes.userId, user.userId)})`;
      const found = await connection.search(directory.base, { ...asked, filter, sizeLimit: 2 });
      const [entry] = found;
      if (entry === undefined || found.length > 1) {
        failed(
          'user',
          entry === undefined ? `There is no ${user.userId}.` : `More than one entry is ${user.userId}: none of them can sign in.`,
        );
        return result();
      }
      person = personOf(entry, directory.attributes);
      done('user', `${user.userId} is ${person.dn}${person.enabled ? '.' : ', which is disabled there.'}`);
    } catch (error) {
      failed('user', sentenceOf(error));
      return result();
    }
    if (user.password === '') return result();
    const own = await openConnection(directory, server);
    try {
      await own.bind(person.dn, user.password);
      if (person.enabled) done('sign-in', 'The password is right.');
      else failed('sign-in', 'The password is right, but the account is disabled.');
    } catch (error) {
      failed('sign-in', verdictOf(error) === 'wrong' && resultCodeOf(error) !== 49 ? 'The entry cannot sign in.' : sentenceOf(error));
    } finally {
      own.close();
    }
    return result();
  } catch (error) {
    failed('connect', sentenceOf(error));
    return result();
  } finally {
    connection?.close();
  }
}

/** The certificate that was refused, so that the administrator sees what it was. Nothing is sent to that server. */
async function untrusted(directory: Directory, server: DirectoryServer): Promise<ShownCertificate | null> {
  if (directory.security !== 'ldaps') return null;
  return new Promise((resolve) => {
    const socket = tls({ ...tlsOptionsOf(directory, server), host: server.host, port: server.port, rejectUnauthorized: false });
    const end = (value: ShownCertificate | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(value);
    };
    const timer = setTimeout(() => end(null), directory.connectTimeoutMs);
    socket.once('secureConnect', () => end(shown(socket, false)));
    socket.once('error', () => end(null));
  });
}

const nameOf = (name: PeerCertificate['subject'] | undefined): string => {
  const common = name?.CN ?? name?.O ?? '';
  return Array.isArray(common) ? common.join(', ') : common;
};

function shown(socket: TLSSocket, trusted: boolean): ShownCertificate | null {
  const certificate = socket.getPeerCertificate();
  if (!certificate.raw) return null;
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: (certificate.subjectaltname ?? '').slice(0, 500),
    validTo: certificate.valid_to,
    fingerprint: certificate.fingerprint256,
    trusted,
  };
}
