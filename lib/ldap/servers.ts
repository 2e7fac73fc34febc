import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { type Connection, openConnection } from './connection.ts';
import { type BindVerdict, DirectoryDown, isAnswer, isSlow, sentenceOf, verdictOf } from './faults.ts';
import type { Directory, DirectoryServer } from './ports.ts';

export interface ServerState {
  readonly host: string;
  readonly port: number;
  readonly state: 'unused' | 'up' | 'down';
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly why: string;
}

/** The servers of one directory, as one that answers while any of them does. */
export interface Servers {
  /** On the first server that answers; again on the next when the connection fails under way, so `work` begins anew. */
  first<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** The same for a search of many: that it takes too long does not tell that the server is away. */
  many<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** The same on a connection of its own, for long readings. */
  alone<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Is this the password of this entry? Never on a connection that searches. */
  verify(dn: string, password: string): Promise<BindVerdict>;
  states(): readonly ServerState[];
  readonly isDown: boolean;
  stop(): void;
}

const FIRST_PROBE_MS = 2_000;
const LAST_PROBE_MS = 30_000;
const MAX_WAITING_BINDS = 2_000;
const IDLE_BIND_MS = 60_000;

class Server {
  state: ServerState['state'] = 'unused';
  since: number;
  why = '';
  probeMs = FIRST_PROBE_MS;
  probe: { cancel(): void } | null = null;
  search: Promise<Connection> | null = null;
  /** Connections for binds that nobody uses just now, newest last. */
  idle: { readonly connection: Connection; readonly at: number }[] = [];
  constructor(
    readonly address: DirectoryServer,
    now: number,
  ) {
    this.since = now;
  }
}

export function createServers(deps: {
  readonly directory: Directory;
  /** The bind password, opened. */
  readonly password: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: () => void;
  readonly open?: typeof openConnection;
}): Servers {
  const { directory, clock, log } = deps;
  const open = deps.open ?? openConnection;
  const servers = directory.servers.map((address) => new Server(address, clock.now()));
  let isStopped = false;

  const tell = (server: Server, state: 'up' | 'down', why: string) => {
    if (server.state === state && server.why === why) return;
    const isNews = server.state !== state;
    if (isNews) server.since = clock.now();
    server.state = state;
    server.why = why;
    if (!isNews) return;
    const facts = { directory: directory.name, server: `${server.address.host}:${server.address.port}`, ...(why === '' ? {} : { why }) };
    if (state === 'down') log.warn('ldap.server-down', facts);
    else log.info('ldap.server-up', facts);
    deps.changed();
  };

  /** Nobody who signs in waits for a server that was away a moment ago: it is tried in the background and comes back by itself. */
  function markDown(server: Server, error: unknown): void {
    for (const { connection } of server.idle.splice(0)) connection.close();
    server.search = null;
    tell(server, 'down', sentenceOf(error));
    if (server.probe !== null || isStopped) return;
    server.probe = clock.setTimeout(() => {
      server.probe = null;
      connect(server, true).then(
        (connection) => {
          server.probeMs = FIRST_PROBE_MS;
          server.search = Promise.resolve(connection);
          tell(server, 'up', '');
        },
        (failed: unknown) => {
          server.probeMs = Math.min(LAST_PROBE_MS, server.probeMs * 2);
          markDown(server, failed);
        },
      );
    }, server.probeMs);
  }

  async function connect(server: Server, bound: boolean): Promise<Connection> {
    const connection = await open(directory, server.address);
    try {
      if (bound && directory.bindDn !== '') await connection.bind(directory.bindDn, deps.password);
      if (isStopped) throw new Error('The directory is not used any more.');
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async function searching(server: Server): Promise<{ connection: Connection; isFresh: boolean }> {
    const kept = server.search;
    if (kept !== null) {
      const connection = await kept;
      if (connection.isOpen) return { connection, isFresh: false };
      if (server.search === kept) server.search = null;
    }
    server.search ??= connect(server, true);
    const made = server.search;
    try {
      return { connection: await made, isFresh: true };
    } catch (error) {
      if (server.search === made) server.search = null;
      throw error;
    }
  }

  /** First to last of those that are not known to be down. */
  async function tryAll<T>(one: (server: Server) => Promise<T>, mayBeSlow = false): Promise<T> {
    if (isStopped) throw new DirectoryDown(directory.name, 'It is not used any more.');
    for (const server of servers) {
      if (server.state === 'down') continue;
      try {
        const value = await one(server);
        tell(server, 'up', '');
        return value;
      } catch (error) {
        // A search or bind that was refused is an answer; a service account that may not bind is none.
        if (isAnswer(error) && !(error instanceof NoService)) throw error;
        if (mayBeSlow && isSlow(error)) {
          const { host, port } = server.address;
          throw new DirectoryDown(directory.name, `${host}:${port}: ${sentenceOf(error)}`);
        }
        markDown(server, error instanceof NoService ? error.cause : error);
      }
    }
    const why = servers.map(({ address, why }) => `${address.host}:${address.port}: ${why || 'not tried'}`).join(' ');
    throw new DirectoryDown(directory.name, why);
  }

  async function search<T>(server: Server, work: (connection: Connection) => Promise<T>, mayBeSlow = false): Promise<T> {
    const got = await searching(server).catch((error: unknown) => Promise.reject(new NoService(error)));
    try {
      return await work(got.connection);
    } catch (error) {
      // The same search again would take as long.
      if (isAnswer(error) || (mayBeSlow && isSlow(error))) throw error;
      got.connection.close();
      if (got.isFresh) throw error;
      // Servers end idle connections: only a fresh one tells whether this one is away.
      const again = await searching(server).catch((failed: unknown) => Promise.reject(new NoService(failed)));
      return work(again.connection);
    }
  }

  let binds = 0;
  const waiting: (() => void)[] = [];
  async function slot(): Promise<void> {
    if (binds < directory.maxBinds) {
      binds++;
      return;
    }
    if (waiting.length >= MAX_WAITING_BINDS) throw new DirectoryDown(directory.name, 'Too many people sign in at once.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  const free = () => {
    const next = waiting.shift();
    if (next === undefined) binds--;
    else next();
  };

  async function verifyOn(server: Server, dn: string, password: string): Promise<BindVerdict> {
    for (;;) {
      const idle = server.idle.pop();
      if (idle !== undefined && (!idle.connection.isOpen || clock.monotonic() - idle.at > IDLE_BIND_MS)) {
        idle.connection.close();
        continue;
      }
      const connection = idle?.connection ?? (await connect(server, false));
      let verdict: BindVerdict;
      try {
        await connection.bind(dn, password);
        verdict = 'right';
      } catch (error) {
        const said = verdictOf(error);
        if (said === null) {
          connection.close();
          if (idle !== undefined && !isAnswer(error)) continue;
          throw error;
        }
        verdict = said;
      }
      if (server.idle.length < directory.maxBinds && connection.isOpen && !isStopped)
        server.idle.push({ connection, at: clock.monotonic() });
      else connection.close();
      return verdict;
    }
  }

  return {
    first: (work) => tryAll((server) => search(server, work)),
    many: (work) => tryAll((server) => search(server, work, true), true),
    alone: (work) =>
      tryAll(async (server) => {
        const connection = await connect(server, true).catch((error: unknown) => Promise.reject(new NoService(error)));
        try {
          return await work(connection);
        } finally {
          connection.close();
        }
      }, true),
    async verify(dn, password) {
      // RFC 4513 §5.1.2: a bind without a password is anonymous, and succeeds for every name.
      if (dn === '' || password === '') return 'wrong';
      await slot();
      try {
        return await tryAll((server) => verifyOn(server, dn, password));
      } finally {
        free();
      }
    },
    states: () => servers.map(({ address, state, since, why }) => ({ ...address, state, since, why })),
    get isDown() {
      return servers.length > 0 && servers.every(({ state }) => state === 'down');
    },
    stop() {
      isStopped = true;
      for (const server of servers) {
        server.probe?.cancel();
        for (const { connection } of server.idle.splice(0)) connection.close();
        server.search?.then(
          (connection) => connection.close(),
          () => undefined,
        );
        server.search = null;
      }
      for (const next of waiting.splice(0)) next();
    },
  };
}

/** The service account could not bind: no answer to whoever asked, whatever the result. */
class NoService extends Error {
  constructor(cause: unknown) {
    super('The service account cannot sign in.', { cause });
  }
}
