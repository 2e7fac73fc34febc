import { type ClientRequest, createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AdminApi } from '../admin/api.ts';
import { silentLog } from '../kernel/log.ts';
import { eventually } from '../testing/eventually.ts';
import type { ConsolePages } from './console-pages.ts';
import { createConsoleThread } from './console-thread.ts';

const api = {
  auth: { cookieSecret: 's', notice: () => ({ clusterName: '', bannerText: '', bannerAcknowledge: false }) },
  reference: () => ({ entries: [], permissions: [] }),
  nodeName: 'n',
} as unknown as AdminApi;

/** A console that says what it was asked, and ends at `/die`. */
const script = `
import { createServer } from 'node:http';
import { workerData } from 'node:worker_threads';
const server = createServer((request, response) => {
  if (request.url === '/die') process.exit(3);
  if (request.url === '/refuse') { response.writeHead(413); return void response.end('too much'); }
  if (request.url === '/open') return void server.getConnections((_, count) => response.end(String(count)));
  if (request.url === '/half') { response.writeHead(200, { 'content-length': '10' }); response.write('half'); return void setTimeout(() => response.destroy(), 20); }
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    response.writeHead(201, [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-one', 'two']].flat());
    response.end(JSON.stringify({ method: request.method, url: request.url, body, from: request.headers['x-forwarded-for'], upgrade: request.headers.upgrade ?? null }));
  });
});
server.listen(workerData.socketPath, () => workerData.control.postMessage({ is: 'ready' }));
workerData.control.on('message', () => process.exit(0));
`;

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
}

describe('the thread of the console', () => {
  let pages: ConsolePages | null = null;
  let front: Server | null = null;
  async function start(text = script): Promise<number> {
    pages = await createConsoleThread({
      api,
      onNotice: () => () => undefined,
      folder: '.',
      script: new URL(`data:text/javascript,${encodeURIComponent(text)}`),
      log: silentLog,
    });
    const { handle } = pages;
    front = createServer((incoming, response) => {
      incoming.headers['x-forwarded-for'] = '192.0.2.7';
      handle(incoming, response);
    });
    await new Promise<void>((resolve) => front?.listen(0, '127.0.0.1', resolve));
    return (front.address() as AddressInfo).port;
  }
  afterEach(async () => {
    front?.closeAllConnections();
    front?.close();
    await pages?.close();
    pages = null;
    front = null;
  });

  const ask = (port: number, path: string, method = 'GET', body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = request({ port, path, method, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, cookies: answer.headers['set-cookie'] ?? [], body: text }));
      });
      asked.on('error', reject);
      asked.end(body);
    });

  it('gets a request as it came, with what the listener found out, and its answer goes back whole', async () => {
    const port = await start();
    const answer = await ask(port, '/users?q=%C3%A4', 'POST', 'x'.repeat(200_000));
    expect(answer).toMatchObject({ status: 201, cookies: ['a=1', 'b=2'] });
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      url: '/users?q=%C3%A4',
      body: 'x'.repeat(200_000),
      from: '192.0.2.7',
      upgrade: null,
    });
  });

  it('may refuse a body before it has all of it', async () => {
    const port = await start();
    const answer = await ask(port, '/refuse', 'POST', 'y'.repeat(100_000));
    expect(answer).toMatchObject({ status: 413, body: 'too much' });
  });

  it('keeps nothing of a request that was refused while its sender goes on', async () => {
    const port = await start();
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      got += text;
    });
    socket.on('error', () => undefined);
    socket.write('POST /refuse HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\ny');
    await eventually(() => got.includes('too much'));
    await eventually(async () => {
      socket.write('y');
      return (await ask(port, '/open')).body === '1';
    });
    socket.destroy();
  });

  it('lets everybody in however many requests others begin and do not finish', async () => {
    const port = await start();
    const begun: ClientRequest[] = [];
    const from = (localAddress: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request({ port, localAddress, path: '/', agent: false }, (answer) => resolve(answer.resume().statusCode ?? 0));
        asked.on('error', reject);
        asked.end();
      });
    for (const localAddress of ['127.0.0.2', '127.0.0.3', '127.0.0.4'])
      for (let i = 0; i < 128; i++) {
        const asked = request({ port, localAddress, path: '/', method: 'POST', agent: false });
        asked.on('error', () => undefined);
        asked.write('x');
        begun.push(asked);
      }
    await eventually(async () => (await from('127.0.0.2')) === 503);
    expect(await from('127.0.0.5')).toBe(201);
    for (const asked of begun) asked.destroy();
    await eventually(async () => (await from('127.0.0.2')) === 201);
  });

  it('never makes half an answer look like a whole one', async () => {
    const port = await start();
    await expect(ask(port, '/half')).rejects.toThrow();
  });

  it('is started again when it dies, and meanwhile people are told', async () => {
    const port = await start();
    await ask(port, '/die').catch(() => undefined);
    await eventually(async () => expect(await ask(port, '/a')).toMatchObject({ status: 503 }));
    await eventually(async () => expect(await ask(port, '/b')).toMatchObject({ status: 201 }));
  });

  it('fails the start of the node when it cannot start', async () => {
    await expect(start('process.exit(1)')).rejects.toThrow('did not start');
  });
});
