/** A tiny XMPP client over a raw socket for tests: says exactly what it is told, waits for what should come. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Element, el as makeElement } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import { Framer } from '../xmpp/stream/framer.ts';

const LIMITS = {
  maxBytes: 10_000_000,
  maxDepth: 200,
  maxAttributes: 200,
  maxAttributeLength: 100_000,
  maxElements: 100_000,
  maxNamespaces: 10_000,
  maxNameLength: 1000,
};
const WAIT_MS = 8_000;

export type Match = string | ((el: Element) => boolean);

export interface WireClient {
  send(xml: string | Buffer): void;
  /** The first element not taken yet that fits (a string is the name); rejects after a time-out with everything that came instead. */
  expect(match: Match, waitMs?: number): Promise<Element>;
  /** What came and nobody has taken yet. */
  readonly unread: readonly Element[];
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>;
  /** Waits for a stream error, and gives its condition. */
  streamError(): Promise<string>;
  /** Sends a stream header and waits for the features. */
  open(to?: string, more?: string): Promise<Element>;
  /** The attributes of the server's latest stream header. */
  readonly header: Readonly<Record<string, string>>;
  startTls(servername?: string): Promise<void>;
  /** The certificate that the server showed (DER), and the name on it. */
  certificate(): Buffer;
  certificateName(): string;
  /** RFC 9266. */
  exporter(): Buffer;
  /** Signs in and gives success or failure. */
  plain(user: string, password: string, authzid?: string): Promise<Element>;
  scram(user: string, password: string, how?: ScramChoice): Promise<Element>;
  /** Binds and gives the full JID. */
  bind(resource?: string): Promise<string>;
  /** From a fresh connection to a bound session; gives the full JID. */
  login(user: string, password: string, resource?: string): Promise<string>;
  /** From a fresh connection to a signed-in stream. */
  signIn(user: string, password: string): Promise<void>;
  /** Cuts the connection without a word. */
  cut(): void;
  /** Stops and starts reading, as a slow client would. */
  pause(): void;
  resume(): void;
}
export interface ScramChoice {
  readonly mechanism?: string;
  /** The flag or binding of the first message; by itself `n`, or the best binding for -PLUS. */
  readonly gs2?: string;
  readonly binding?: Buffer;
  readonly authzid?: string;
}

export async function wireClient(options: {
  readonly port: number;
  readonly host?: string;
  readonly domain: string;
  readonly directTls?: boolean;
  readonly servername?: string;
  readonly alpn?: readonly string[];
  /** Shown when the server asks for one, with direct TLS. */
  readonly certificate?: { readonly key: string; readonly cert: string };
}): Promise<WireClient> {
  const host = options.host ?? '127.0.0.1';
  let socket: Socket = await new Promise<Socket>((resolve, reject) => {
    const opened: Socket = options.directTls
      ? connectTls(
          {
            host,
            port: options.port,
            rejectUnauthorized: false,
            servername: options.servername ?? options.domain,
            ...options.certificate,
            ...(options.alpn ? { ALPNProtocols: [...options.alpn] } : {}),
          },
          () => resolve(opened),
        )
      : connect({ host, port: options.port }, () => resolve(opened));
    opened.once('error', reject);
  });
  socket.removeAllListeners('error');
  let framer = new Framer(LIMITS);
  const unread: Element[] = [];
  let header: Readonly<Record<string, string>> = {};
  const waiters = new Set<() => void>();
  let ended: () => void = () => undefined;
  const closed = new Promise<void>((done) => {
    ended = done;
  });
  let isClosed = false;

  function read(from: Socket): void {
    from.on('data', (chunk: Buffer) => {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== null; frame = framer.next()) {
        if (frame.is === 'element') unread.push(frame.el);
        else if (frame.is === 'open') header = frame.header.el.attrs;
        else if (frame.is === 'broken') unread.push(makeElement('broken', '', { condition: frame.condition, text: frame.text }));
        else unread.push(makeElement('end-of-stream', ''));
      }
      for (const wake of [...waiters]) wake();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      isClosed = true;
      ended();
      for (const wake of [...waiters]) wake();
    });
  }
  read(socket);

  const client: WireClient = {
    send: (xml) => void socket.write(xml),
    unread,
    closed,
    get header() {
      return header;
    },
    expect(match, waitMs = WAIT_MS) {
      const fits = typeof match === 'string' ? (el: Element) => el.name === match : match;
      return new Promise<Element>((resolve, reject) => {
        const look = (): boolean => {
          const at = unread.findIndex(fits);
          const found = at < 0 ? undefined : unread.splice(at, 1)[0];
          if (found === undefined) {
            if (isClosed) {
              stop();
              reject(new Error(`the connection closed; wanted ${String(match)}, unread: ${unread.map((u) => serialize(u, '')).join(' ')}`));
            }
            return false;
          }
          stop();
          resolve(found);
          return true;
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`waited in vain for ${String(match)}, unread: ${unread.map((u) => serialize(u, '')).join(' ')}`));
        }, waitMs);
        const stop = () => {
          clearTimeout(timer);
          waiters.delete(look);
        };
        waiters.add(look);
        look();
      });
    },
    async streamError() {
      const error = await client.expect((el) => el.ns === NS.streams && el.name === 'error');
      return error.elements()[0]?.name ?? '';
    },
    async open(to = options.domain, more = '') {
      framer.restart();
      client.send(
        `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${more}>`,
      );
      return client.expect((el) => el.ns === NS.streams && el.name === 'features');
    },
    async startTls(servername = options.servername ?? options.domain) {
      client.send(`<starttls xmlns='${NS.tls}'/>`);
      await client.expect('proceed');
      const raw = socket;
      raw.removeAllListeners('data');
      raw.removeAllListeners('close');
      framer = new Framer(LIMITS);
      socket = await new Promise<TLSSocket>((resolve, reject) => {
        const secure = connectTls({ socket: raw, servername, rejectUnauthorized: false }, () => {
          secure.removeListener('error', reject);
          resolve(secure);
        });
        secure.once('error', reject);
      });
      read(socket);
    },
    certificate: () => (socket as TLSSocket).getPeerCertificate().raw,
    certificateName: () => String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? ''),
    exporter: () => (socket as TLSSocket).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    plain(user, password, authzid = '') {
      client.send(
        `<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${Buffer.from(`${authzid}\0${user}\0${password}`).toString('base64')}</auth>`,
      );
      return client.expect((el) => el.name === 'success' || el.name === 'failure');
    },
    async scram(user, password, how = {}) {
      const mechanism = how.mechanism ?? 'SCRAM-SHA-256';
      const hash = mechanism.includes('SHA-256') ? 'sha256' : 'sha1';
      const plus = mechanism.endsWith('-PLUS');
      const gs2 = `${how.gs2 ?? (plus ? 'p=tls-exporter' : 'n')},${how.authzid ? `a=${how.authzid}` : ''},`;
      const binding =
        how.binding ??
        (plus ? (socket as TLSSocket).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)) : Buffer.alloc(0));
      const bare = `n=${user},r=${randomBytes(12).toString('base64')}`;
      client.send(`<auth xmlns='${NS.sasl}' mechanism='${mechanism}'>${Buffer.from(gs2 + bare).toString('base64')}</auth>`);
      const challenge = await client.expect((el) => el.name === 'challenge' || el.name === 'failure');
      if (challenge.name === 'failure') return challenge;
      const first = Buffer.from(challenge.text(), 'base64').toString();
      const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)(?:,h=[^,]+)?$/.exec(first) ?? [];
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), hash === 'sha1' ? 20 : 32, hash);
      const clientKey = createHmac(hash, salted).update('Client Key').digest();
      const withoutProof = `c=${Buffer.concat([Buffer.from(gs2), binding]).toString('base64')},r=${nonce}`;
      const message = `${bare},${first},${withoutProof}`;
      const signature = createHmac(hash, createHash(hash).update(clientKey).digest()).update(message).digest();
      const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
      client.send(
        `<response xmlns='${NS.sasl}'>${Buffer.from(`${withoutProof},p=${proof.toString('base64')}`).toString('base64')}</response>`,
      );
      const end = await client.expect((el) => el.name === 'success' || el.name === 'failure');
      if (end.name === 'success') {
        const serverKey = createHmac(hash, salted).update('Server Key').digest();
        const wanted = `v=${createHmac(hash, serverKey).update(message).digest('base64')}`;
        if (Buffer.from(end.text(), 'base64').toString() !== wanted) throw new Error('the server did not prove that it knows the password');
      }
      return end;
    },
    async bind(resource = '') {
      client.send(`<iq type='set' id='bind'><bind xmlns='${NS.bind}'>${resource ? `<resource>${resource}</resource>` : ''}</bind></iq>`);
      const answer = await client.expect((el) => el.name === 'iq' && el.attrs.id === 'bind');
      const jid = answer.child('bind')?.child('jid')?.text();
      if (jid === undefined) throw new Error(`binding was refused: ${serialize(answer, '')}`);
      return jid;
    },
    async signIn(user, password) {
      await client.open();
      if (!options.directTls) {
        await client.startTls();
        await client.open();
      }
      const end = await client.scram(user, password);
      if (end.name !== 'success') throw new Error(`signing in was refused: ${serialize(end, '')}`);
      await client.open();
    },
    async login(user, password, resource = '') {
      await client.signIn(user, password);
      return client.bind(resource);
    },
    cut: () => socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
  return client;
}
