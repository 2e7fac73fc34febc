import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { clientAddress, followProxies } from '../xmpp/c2s/client-address.ts';
import { createHttpListeners, type HttpListeners } from './http.ts';

let port: number;
let listeners: HttpListeners;
let trusted: readonly string[];
/** What each way into the server is told of the asker. */
const told = (asked: IncomingMessage): string => `${clientAddress(asked)} ${asked.headers['x-forwarded-for']}`;

beforeEach(async () => {
  trusted = [];
  port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  listeners = createHttpListeners(
    { http: { host: '127.0.0.1', port }, https: { host: '127.0.0.1', port: 0 } },
    {
      console: (asked, response) => void response.end(told(asked)),
      endpoints: new Map([['/http-bind', (asked, response) => void response.end(told(asked))]]),
      uploads: (asked, response) => void response.end(told(asked)),
      upgrades: new Map([
        [
          '/xmpp-websocket',
          (asked, socket) =>
            void socket.end(
              `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-told: ${clientAddress(asked)}\r\n\r\n`,
            ),
        ],
      ]),
      live: { request: () => undefined, upgrade: () => undefined },
      consoleUpgrade: null,
      tls: { options: () => ({}), contextFor: () => ({}) as never, onChange: () => () => undefined },
      isTrustedProxy: followProxies(() => trusted),
      isOwnHost: () => true,
      log: silentLog,
    },
  );
  expect(await listeners.listen()).toMatchObject({ ok: true });
});
afterEach(() => listeners.close(0));

function ask(path: string, forwarded: string, more: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https', ...more };
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(String(response.headers['x-told']));
    });
    asked.on('error', reject).end();
  });
}
const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };

it('believes no forwarded address as long as no proxy is named', async () => {
  for (const path of ['/sign-in', '/http-bind', '/upload/a/b']) expect(await ask(path, '203.0.113.9')).toBe('127.0.0.1 127.0.0.1');
  expect(await ask('/xmpp-websocket', '203.0.113.9', upgrade)).toBe('127.0.0.1');
});

it('counts the people behind a named proxy one by one, on every way in, from the moment it is named', async () => {
  trusted = ['127.0.0.0/8'];
  // What the client itself wrote stands before what the proxy added.
  const forwarded = '198.51.100.1, 203.0.113.9';
  for (const path of ['/sign-in', '/http-bind', '/upload/a/b']) expect(await ask(path, forwarded)).toBe('203.0.113.9 203.0.113.9');
  expect(await ask('/xmpp-websocket', forwarded, upgrade)).toBe('203.0.113.9');
  trusted = [];
  expect(await ask('/sign-in', forwarded)).toBe('127.0.0.1 127.0.0.1');
});
