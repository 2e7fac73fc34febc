import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { generateUsers, startServer, withoutLimits } from '../e2e/fixtures/start-server.ts';
import { ejabberdInstalled, startEjabberd } from '../e2e/peers/ejabberd.ts';
import type { Peer, PeerOptions } from '../e2e/peers/peer.ts';
import { prosodyInstalled, startProsody } from '../e2e/peers/prosody.ts';

export type ServerName = 'rollcall' | 'prosody' | 'ejabberd' | 'null';

export interface Contestant {
  readonly name: ServerName;
  readonly installed: boolean;
  start(options: PeerOptions): Promise<Peer & { readonly needsContacts: boolean }>;
}

/** Rollcall as `npm start` runs it, limits off as they are off at the others, clear text allowed since half the rows are without TLS. */
async function startRollcall(options: PeerOptions): Promise<Peer & { needsContacts: boolean }> {
  const server = await startServer({
    domain: options.domain,
    settings: {
      ...withoutLimits,
      'xmpp.c2sRequireTls': false,
      'xmpp.c2sPlainWithoutTls': true,
      'presence.maxContacts': 0,
      'presence.maxWatchers': 0,
      'im.offlineMax': 100_000,
      'im.offlineMaxPerSender': 100_000,
      'archive.enabled': options.archive === true,
      'archive.queriesPerSecond': 0,
      'muc.joinsPerSecond': 0,
      'muc.createsPerMinute': 0,
      'server.logLevel': 'error',
    },
  });
  try {
    await generateUsers(server, 'u', options.accounts, 'p');
  } catch (problem) {
    await server.stop();
    throw problem;
  }
  return {
    name: 'Rollcall',
    version: '',
    host: server.host,
    port: server.ports.xmpp,
    domain: options.domain,
    pids: () => server.pids(),
    notes: [
      'SCRAM-SHA-1 and -256 with 10,000 iterations',
      'PostgreSQL with fsync; its CPU and memory are counted',
      'console and API running',
    ],
    needsContacts: true,
    async restart() {
      await server.halt();
      await server.restart();
    },
    stop: () => server.stop(),
  };
}

async function startNull(options: PeerOptions): Promise<Peer & { needsContacts: boolean }> {
  const child = fork(fileURLToPath(new URL('./null-server.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error('the null server ended')));
  });
  return {
    name: 'null',
    version: '',
    host: '127.0.0.1',
    port,
    domain: options.domain,
    pids: () => [child.pid ?? 0],
    notes: ['passes bytes on without reading them: the ceiling of this generator, no server to compare with'],
    needsContacts: false,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await gone;
    },
  };
}

const withContacts = (start: (options: PeerOptions) => Promise<Peer>) => async (options: PeerOptions) => ({
  ...(await start(options)),
  needsContacts: false,
});

export const contestants: readonly Contestant[] = [
  { name: 'rollcall', installed: true, start: startRollcall },
  { name: 'prosody', installed: prosodyInstalled(), start: withContacts(startProsody) },
  { name: 'ejabberd', installed: ejabberdInstalled(), start: withContacts(startEjabberd) },
  { name: 'null', installed: true, start: startNull },
];
