import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { eventually } from '../testing/eventually.ts';
import { createHttpListeners, type HttpListeners } from './http.ts';

let port: number;
let listeners: HttpListeners;
let upgraded = 0;

beforeEach(async () => {
  port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  upgraded = 0;
  listeners = createHttpListeners(
    { http: { host: '127.0.0.1', port }, https: { host: '127.0.0.1', port: 0 } },
    {
      console: (_request, response) => void response.end('page'),
      upgrades: new Map([['/xmpp-websocket', (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')]]),
      endpoints: new Map([['/health/ready', (_request, response) => void response.end('ready')]]),
      live: {
        request: (_request, response) => void response.end('live'),
        upgrade: (_request, socket) => {
          upgraded++;
          socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
        },
      },
      consoleUpgrade: null,
      tls: { options: () => ({}), contextFor: () => ({}) as never, onChange: () => () => undefined },
      isTrustedProxy: () => false,
      isOwnHost: (host) => host === 'ours.example',
      log: silentLog,
    },
  );
  expect(await listeners.listen()).toMatchObject({ ok: true });
});
afterEach(() => listeners.close(0));

function ask(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, text: '' });
    });
    asked.on('error', reject).end();
  });
}
const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };

it('a refused upgrade is over, even for a client that does not close its side', async () => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  let got = '';
  let isClosed = false;
  socket.setEncoding('utf8').on('data', (text: string) => {
    got += text;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  socket.write('GET /elsewhere HTTP/1.1\r\nhost: ours.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  await eventually(() => got.startsWith('HTTP/1.1 400'));
  // Only a connection the other side has given up is reset by what is sent on it.
  await eventually(() => {
    socket.write('x');
    return isClosed;
  });
});

describe('W-19: a request for a name that is not ours', () => {
  it('is answered 421 with a sentence, by page and live channel alike', async () => {
    expect(await ask('/users', { host: 'ours.example' })).toEqual({ status: 200, text: 'page' });
    for (const path of ['/users', '/socket.io/?EIO=4']) {
      const answer = await ask(path, { host: 'evil.example' });
      expect(answer.status).toBe(421);
      expect(answer.text).toContain('console.hostNames');
    }
  });

  it('opens no live channel', async () => {
    expect((await ask('/socket.io/', { host: 'evil.example', ...upgrade })).status).toBe(400);
    expect(upgraded).toBe(0);
    expect((await ask('/socket.io/', { host: 'ours.example', ...upgrade })).status).toBe(101);
    expect(upgraded).toBe(1);
  });

  it('reaches no client either, while a page of another origin is for the client endpoint itself to judge', async () => {
    const page = { ...upgrade, origin: 'https://chat.example' };
    expect((await ask('/xmpp-websocket', { host: 'evil.example', ...upgrade })).status).toBe(400);
    expect((await ask('/xmpp-websocket', { host: 'ours.example', ...page })).status).toBe(101);
    expect((await ask('/xmpp-websocket/x', { host: 'ours.example', ...page })).status).toBe(400);
    expect((await ask('/socket.io/', { host: 'ours.example', ...page })).status).toBe(400);
  });

  it('still finds the health checks, which tell nothing', async () => {
    expect(await ask('/health/ready', { host: 'pod-7' })).toEqual({ status: 200, text: 'ready' });
  });
});
