import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createEventLog } from './driver.ts';
import { child, createStreamReader, escapeXml, type StreamPart, type XmlElement } from './xml.ts';

export interface RawTarget {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
}

/** What came over the socket, in order; `end` when the server closed it. */
export type RawEvent = StreamPart | { readonly is: 'end' };

/** A socket and what came over it. It says exactly what it is told, right or wrong. */
export interface RawClient {
  readonly jid: string;
  readonly events: readonly RawEvent[];
  readonly closed: boolean;
  /** The server's certificate after TLS, SHA-256 of the DER; empty before. */
  readonly certificate: string;
  /** Sees each element first; what it answers with true is not kept among the events. */
  tap: ((element: XmlElement) => boolean) | null;
  /** Told once when the connection is gone, whoever ended it. */
  onEnd: (() => void) | null;
  mark(): number;
  send(text: string | Buffer): void;
  /** Waits for an element that fits, from `from` (default: everything so far). */
  element(what: string, fits: (element: XmlElement) => boolean, options?: { from?: number; timeoutMs?: number }): Promise<XmlElement>;
  event(what: string, fits: (event: RawEvent) => boolean, options?: { from?: number; timeoutMs?: number }): Promise<RawEvent>;
  /** Sends an IQ and waits for its answer, whatever it is. */
  query(type: 'get' | 'set', payload: string, to?: string): Promise<XmlElement>;
  /** All elements so far with this name. */
  elements(name: string): XmlElement[];
  startTls(): Promise<void>;
  /** Opens a stream and waits for the features. */
  open(): Promise<XmlElement>;
  /** Signs in without channel binding; throws the failure's condition. */
  authenticate(user: string, password: string, mechanism?: Mechanism): Promise<void>;
  bind(resource?: string): Promise<string>;
  /** Closes the stream in order. */
  close(): Promise<void>;
  /** Loses the connection without a word. */
  cut(): void;
}

export type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'PLAIN';

export const saslNs = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const smNs = 'urn:xmpp:sm:3';

const showEvent = (event: RawEvent) => (event.is === 'element' ? event.element.source.slice(0, 300) : event.is);

/** Opens a TCP connection; nothing is said yet. */
export async function openRaw(target: RawTarget): Promise<RawClient> {
  let socket: Socket = connectTcp({ host: target.host, port: target.port, noDelay: true });
  const log = createEventLog<RawEvent>('socket', showEvent);
  let read = createStreamReader();
  let closed = false;
  let jid = '';
  let certificate = '';
  let nextId = 1;
  const listen = () => {
    // A character may be cut by the border of a chunk.
    const decoder = new TextDecoder();
    socket.on('data', (chunk) => {
      for (const part of read(decoder.decode(chunk, { stream: true }))) {
        if (part.is !== 'element' || !client.tap?.(part.element)) log.add(part);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
      log.add({ is: 'end' });
      client.onEnd?.();
    });
  };
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  listen();
  const client: RawClient = {
    get jid() {
      return jid;
    },
    events: log.all,
    get closed() {
      return closed;
    },
    get certificate() {
      return certificate;
    },
    tap: null,
    onEnd: null,
    mark: () => log.all.length,
    send: (text) => void socket.write(text),
    async element(what, fits, options) {
      const event = await log.next(what, (candidate) => candidate.is === 'element' && fits(candidate.element), options);
      return (event as Extract<RawEvent, { is: 'element' }>).element;
    },
    event: (what, fits, options) => log.next(what, fits, options),
    query(type, payload, to) {
      const id = `q${nextId++}`;
      const from = log.all.length;
      client.send(`<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${escapeXml(to)}'`}>${payload}</iq>`);
      return client.element(`the answer to ${payload}`, (element) => element.name === 'iq' && element.attrs.id === id, { from });
    },
    elements: (name) => log.all.flatMap((event) => (event.is === 'element' && event.element.name === name ? [event.element] : [])),
    async startTls() {
      const from = log.all.length;
      client.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      await client.element('<proceed/>', (element) => element.name === 'proceed', { from });
      socket.removeAllListeners();
      const secured = connectTls({ socket, servername: target.domain, rejectUnauthorized: false });
      await new Promise<void>((resolve, reject) => {
        secured.once('secureConnect', resolve);
        secured.once('error', reject);
      });
      certificate = createHash('sha256').update(secured.getPeerCertificate(true).raw).digest('hex');
      socket = secured;
      read = createStreamReader();
      listen();
    },
    open() {
      const from = log.all.length;
      read = createStreamReader();
      client.send(streamHeader(target.domain));
      return client.element('stream features', (element) => element.name === 'stream:features', { from });
    },
    async authenticate(user, password, mechanism = 'SCRAM-SHA-1') {
      const from = log.all.length;
      const outcome = () =>
        client.element('the outcome of SASL', (element) => element.name === 'success' || element.name === 'failure', { from });
      if (mechanism === 'PLAIN') {
        client.send(`<auth xmlns='${saslNs}' mechanism='PLAIN'>${Buffer.from(`\0${user}\0${password}`).toString('base64')}</auth>`);
      } else {
        const bare = `n=${user.replace(/=/g, '=3D').replace(/,/g, '=2C')},r=${randomBytes(15).toString('base64')}`;
        client.send(`<auth xmlns='${saslNs}' mechanism='${mechanism}'>${Buffer.from(`n,,${bare}`).toString('base64')}</auth>`);
        const step = await client.element('a challenge', (element) => element.name === 'challenge' || element.name === 'failure', { from });
        if (step.name === 'challenge')
          client.send(
            `<response xmlns='${saslNs}'>${scramResponse(mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256', bare, password, Buffer.from(step.text, 'base64').toString())}</response>`,
          );
      }
      const result = await outcome();
      if (result.name === 'failure') throw new Error(result.children[0]?.name ?? 'failure');
    },
    async bind(resource = '') {
      const answer = await client.query(
        'set',
        `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${resource === '' ? '' : `<resource>${escapeXml(resource)}</resource>`}</bind>`,
      );
      const bound = child(child(answer, 'bind'), 'jid');
      if (!bound) throw new Error(`bind was refused: ${answer.source}`);
      jid = bound.text;
      return jid;
    },
    async close() {
      if (closed) return;
      client.send('</stream:stream>');
      await client.event('the end of the connection', (event) => event.is === 'end' || event.is === 'close');
      socket.destroy();
    },
    cut: () => void socket.destroy(),
  };
  return client;
}

export const streamHeader = (domain: string): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`;

/** Deriving takes milliseconds of CPU; a test with hundreds of sign-ins of one person pays once. */
const derived = new Map<string, Buffer>();

function scramResponse(hash: 'sha1' | 'sha256', bare: string, password: string, challenge: string): string {
  const fields = new Map(challenge.split(',').map((field) => [field[0], field.slice(2)] as const));
  const name = `${hash} ${password} ${fields.get('s')} ${fields.get('i')}`;
  const length = hash === 'sha1' ? 20 : 32;
  const salted =
    derived.get(name) ?? pbkdf2Sync(password, Buffer.from(fields.get('s') ?? '', 'base64'), Number(fields.get('i')), length, hash);
  derived.set(name, salted);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  const withoutProof = `c=biws,r=${fields.get('r')}`;
  const signature = createHmac(hash, createHash(hash).update(clientKey).digest()).update(`${bare},${challenge},${withoutProof}`).digest();
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
  return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`).toString('base64');
}

export interface RawSignIn {
  readonly tls?: boolean;
  readonly mechanism?: Mechanism;
  readonly resource?: string;
  /** Sends initial presence and waits until it is reflected. */
  readonly presence?: boolean;
}

/** A client that is signed in, bound and, unless told otherwise, available. TLS unless told otherwise. */
export async function signInRaw(target: RawTarget, user: string, password: string, options: RawSignIn = {}): Promise<RawClient> {
  const client = await openRaw(target);
  await client.open();
  if (options.tls !== false) {
    await client.startTls();
    await client.open();
  }
  await client.authenticate(user, password, options.mechanism);
  await client.open();
  await client.bind(options.resource);
  if (options.presence !== false) await becomeAvailable(client);
  return client;
}

/** Initial presence; the server reflects it to the resource itself (RFC 6121 §4.2.2). */
export async function becomeAvailable(client: RawClient, payload = ''): Promise<void> {
  const from = client.mark();
  client.send(payload === '' ? '<presence/>' : `<presence>${payload}</presence>`);
  await client.element('its own presence', (element) => element.name === 'presence' && element.attrs.from === client.jid, { from });
}
