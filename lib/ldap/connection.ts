import { isIP, type Socket, connect as tcp } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tls } from 'node:tls';
import { Client, type Entry, type SearchOptions } from 'ldapts';
import { TooSlow } from './faults.ts';
import type { Directory, DirectoryServer } from './ports.ts';

export type Reach = Pick<Directory, 'security' | 'caPem' | 'connectTimeoutMs' | 'operationTimeoutMs'>;

/** One connection to one server. It is opened once: when it is closed, another takes its place. */
export interface Connection {
  readonly isOpen: boolean;
  /** Rejects with the result of the server, or with why the connection is over. */
  bind(dn: string, password: string): Promise<void>;
  search(base: string, options: SearchOptions): Promise<readonly Entry[]>;
  /** Pages (RFC 2696). */
  pages(base: string, options: SearchOptions, pageSize: number): AsyncIterable<readonly Entry[]>;
  /** The socket under TLS; null without. */
  tlsSocket(): TLSSocket | null;
  close(): void;
}

/** Rejects when `work` takes longer, having called `late`. */
export function within<T>(ms: number, work: Promise<T>, late: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late();
      reject(new TooSlow(ms));
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** `secureContextOf` is asked for the trust store, which is costly to make of a PEM. */
export function tlsOptionsOf(reach: Reach, { host }: DirectoryServer): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    // The name in the certificate is always checked (RFC 4513 §3.1.3); an address has no SNI.
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...(reach.caPem === '' ? {} : { ca: reach.caPem }),
  };
}

/**
 * Opens a connection, under TLS unless the directory does without. With StartTLS nothing is sent before TLS stands (RFC 4513 §3.1). `opened` hears of
 * each stage, for the test of a directory.
 */
export async function openConnection(
  reach: Reach,
  server: DirectoryServer,
  stage: (name: 'connect' | 'tls') => void = () => undefined,
): Promise<Connection> {
  let raw: Socket | null = null;
  let secure: TLSSocket | null = null;
  let isOpen = true;
  const over = () => {
    isOpen = false;
  };
  const watch = <S extends Socket>(socket: S): S => {
    socket.once('close', over);
    socket.on('error', over);
    socket.setNoDelay(true);
    return socket;
  };
  const options = tlsOptionsOf(reach, server);
  const client = new Client({
    // Only the scheme counts: the address is that of `createConnection`.
    url: 'ldap://directory.invalid',
    connectTimeout: reach.connectTimeoutMs,
    // Later than `within`, which tells what happened.
    timeout: reach.operationTimeoutMs + 1_000,
    strictDN: false,
    createConnection: (() => {
      // `raw` stands already.
      return raw as Socket;
    }) as unknown as typeof tcp,
    createSecureConnection: ((more: ConnectionOptions) => {
      secure = watch(tls({ ...options, ...more }));
      return secure;
    }) as unknown as typeof tls,
  });
  const close = () => {
    over();
    client.unbind().catch(() => undefined);
    secure?.destroy();
    raw?.destroy();
  };
  try {
    const plain = watch(tcp({ host: server.host, port: server.port }));
    raw = plain;
    await within(reach.connectTimeoutMs, settled(plain, 'connect'), close);
    stage('connect');
    if (reach.security === 'ldaps') {
      const wrapped = watch(tls({ ...options, socket: plain }));
      secure = wrapped;
      await within(reach.connectTimeoutMs, settled(wrapped, 'secureConnect'), close);
      raw = wrapped;
      stage('tls');
    } else if (reach.security === 'starttls') {
      await within(reach.connectTimeoutMs, client.startTLS({}), close);
      stage('tls');
    }
  } catch (error) {
    close();
    // A failed handshake may tell more after it is given up.
    for (const socket of [raw, secure] as (Socket | null)[]) socket?.on('error', () => undefined);
    throw error;
  }
  const usable = () => {
    if (!isOpen) throw new Error('The connection is closed.');
  };
  return {
    get isOpen() {
      return isOpen;
    },
    async bind(dn, password) {
      usable();
      await within(reach.operationTimeoutMs, client.bind(dn, password), close);
    },
    async search(base, search) {
      usable();
      const { searchEntries } = await within(reach.operationTimeoutMs, client.search(base, limited(search, reach)), close);
      return searchEntries;
    },
    async *pages(base, search, pageSize) {
      usable();
      const pages = client.searchPaginated(base, { ...limited(search, reach), paged: { pageSize } });
      for (;;) {
        const page = await within(reach.operationTimeoutMs, pages.next(), close);
        if (page.done) return;
        // Continuation references are not followed (security reference P-5).
        yield page.value.searchEntries;
      }
    },
    tlsSocket: () => secure,
    close,
  };
}

/** P-5: a limit of size and of time is always set, the latter so that the server ends before we do; references to other entries never followed. */
export const limited = (search: SearchOptions, reach: Pick<Reach, 'operationTimeoutMs'>): SearchOptions => ({
  derefAliases: 'never',
  timeLimit: Math.max(1, Math.ceil(reach.operationTimeoutMs / 1000) - 1),
  ...search,
});

function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(error);
    const closed = () => reject(new Error('The server closed the connection.'));
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      socket.removeListener('close', closed);
      resolve();
    });
  });
}
