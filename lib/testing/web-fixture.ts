/** The doors for web clients on HTTP listeners of their own, in the clear and with TLS, and clients that say exactly what they are told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request as requestHttp, type Server } from 'node:http';
import { createServer as createTlsServer, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { makeSelfSigned } from '../security/make-certificate.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import { parseElement } from '../xmpp/stream/framer.ts';
import { type ClientFixture, DOMAIN } from './client-fixture.ts';
import { eventually } from './eventually.ts';

const LIMITS = {
  maxBytes: 10_000_000,
  maxDepth: 200,
  maxAttributes: 200,
  maxAttributeLength: 100_000,
  maxElements: 100_000,
  maxNamespaces: 10_000,
  maxNameLength: 1000,
};

export const readElement = (text: string): Element => {
  const frame = parseElement(Buffer.from(text), LIMITS);
  if (frame.is !== 'element') throw new Error(`not one element that stands on its own: ${text}`);
  return frame.el;
};
export const plainAuth = (user: string, password: string): string =>
  `<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${Buffer.from(`\0${user}\0${password}`).toString('base64')}</auth>`;
export const bindRequest = (resource: string): string =>
  `<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='${NS.bind}'><resource>${resource}</resource></bind></iq>`;

export interface WsClient {
  readonly ws: WebSocket;
  /** Messages as they came and nobody has taken. */
  readonly unread: string[];
  readonly closeCode: number | null;
  send(text: string): void;
  expect(match: string | ((el: Element) => boolean)): Promise<Element>;
  ask(text: string): Promise<Element>;
  streamError(): Promise<string>;
  open(to?: string): Promise<Element>;
  signIn(user: string, password: string): Promise<void>;
  login(user: string, password: string, resource: string): Promise<string>;
  gone(): Promise<void>;
}

export interface BoshAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Element;
}
export interface BoshPost {
  readonly answer: Promise<BoshAnswer>;
  /** Breaks the connection. */
  cut(): void;
}

export interface WebFixture {
  readonly port: number;
  readonly tlsPort: number;
  connect(options?: { tls?: boolean; origin?: string; protocols?: string[]; host?: string }): Promise<WsClient>;
  post(xml: string, headers?: Record<string, string>, options?: { tls?: boolean; method?: string }): BoshPost;
  /** Connections of the listener in the clear, as the server sees them. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export async function webFixture(node: ClientFixture): Promise<WebFixture> {
  const { certificatePem, keyPem } = await makeSelfSigned({
    commonName: DOMAIN,
    organization: '',
    names: { dns: [DOMAIN], ip: [], srv: [], xmpp: [] },
    from: Date.now(),
    days: 2,
  });
  const open: WebSocket[] = [];
  const serve = async (server: Server): Promise<number> => {
    server.on('request', (request, response) => node.clients.web.bosh.request(request, response));
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      node.clients.web.websocket.upgrade(request, socket, head);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const plain = createServer();
  const secure = createTlsServer({ cert: certificatePem, key: keyPem });
  const port = await serve(plain);
  const tlsPort = await serve(secure);
  node.clients.web.open();

  return {
    port,
    tlsPort,
    async connect({ tls = false, origin, protocols = ['xmpp'], host } = {}) {
      const ws = new WebSocket(`${tls ? 'wss' : 'ws'}://127.0.0.1:${tls ? tlsPort : port}/xmpp-websocket`, protocols, {
        perMessageDeflate: true,
        rejectUnauthorized: false,
        ...(origin === undefined ? {} : { origin }),
        ...(host === undefined ? {} : { headers: { host } }),
      });
      open.push(ws);
      const unread: string[] = [];
      let closeCode: number | null = null;
      ws.on('message', (data) => unread.push(String(data)));
      ws.on('close', (code) => {
        closeCode = code;
      });
      await new Promise<void>((resolve, reject) => {
        ws.once('open', resolve);
        ws.once('error', reject);
      });
      ws.on('error', () => undefined);
      const client: WsClient = {
        ws,
        unread,
        get closeCode() {
          return closeCode;
        },
        send: (text) => ws.send(text),
        async expect(match) {
          const fits = typeof match === 'string' ? (el: Element) => el.name === match : match;
          try {
            return await eventually(() => {
              const at = unread.findIndex((text) => fits(readElement(text)));
              const found = at < 0 ? undefined : unread.splice(at, 1)[0];
              return found === undefined ? null : readElement(found);
            }, 8_000);
          } catch {
            throw new Error(`waited in vain for ${String(match)}, unread: ${unread.join(' ')}, closed: ${closeCode}`);
          }
        },
        ask(text) {
          client.send(text);
          return client.expect(() => true);
        },
        async streamError() {
          const error = await client.expect((el) => el.ns === NS.streams && el.name === 'error');
          return error.elements()[0]?.name ?? '';
        },
        async open(to = DOMAIN) {
          client.send(`<open xmlns='${NS.framing}' to='${to}' version='1.0'/>`);
          await client.expect('open');
          return client.expect('features');
        },
        async signIn(user, password) {
          await client.open();
          const end = await client.ask(plainAuth(user, password));
          if (end.name !== 'success') throw new Error(`signing in was refused: ${serialize(end, '')}`);
          await client.open();
        },
        async login(user, password, resource) {
          await client.signIn(user, password);
          const answer = await client.ask(bindRequest(resource));
          return answer.child('bind')?.child('jid')?.text() ?? '';
        },
        async gone() {
          await eventually(() => closeCode !== null, 8_000);
        },
      };
      return client;
    },
    post(xml, headers = {}, { tls = false, method = 'POST' } = {}) {
      const send = tls ? requestTls : requestHttp;
      let cut: () => void = () => undefined;
      const answer = new Promise<BoshAnswer>((resolve, reject) => {
        const request = send(
          {
            host: '127.0.0.1',
            port: tls ? tlsPort : port,
            path: '/http-bind',
            method,
            agent: false,
            ...(tls ? { rejectUnauthorized: false } : {}),
            headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (chunk: string) => {
              text += chunk;
            });
            response.on('end', () => {
              const isXml = response.headers['content-type']?.startsWith('text/xml') ?? false;
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                text,
                body: isXml ? readElement(text) : readElement('<none/>'),
              });
            });
            response.on('error', reject);
          },
        );
        request.on('error', reject);
        request.end(xml);
        cut = () => request.destroy();
      });
      answer.catch(() => undefined);
      return { answer, cut: () => cut() };
    },
    connections: () => new Promise((resolve, reject) => plain.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    async stop() {
      for (const ws of open) ws.terminate();
      plain.closeAllConnections();
      secure.closeAllConnections();
      await Promise.all([plain, secure].map((server) => new Promise<void>((done) => server.close(() => done()))));
    },
  };
}

/** The exporter of a client's TLS connection, for channel binding. */
export const exporterOf = (client: WsClient): Buffer => {
  const { _socket: socket } = client.ws as unknown as { _socket: TLSSocket };
  return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
};
