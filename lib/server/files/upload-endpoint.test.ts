import { createHash } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { eventually } from '../../testing/eventually.ts';
import type { FakeSession } from '../../testing/fake-session.ts';
import { createFilesWorld } from '../../testing/files-world.ts';
import { createHttpListeners, type HttpListeners } from '../http.ts';
import { createUploadEndpoint, type UploadEndpoint } from './upload-endpoint.ts';

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(92, 7)]);
const html = Buffer.from('<!doctype html><script>alert(1)</script>');

let w: Awaited<ReturnType<typeof createFilesWorld>>;
let endpoint: UploadEndpoint;
let listeners: HttpListeners;
let port: number;
let alice: FakeSession;
const open: Socket[] = [];

async function start(change: Parameters<typeof createFilesWorld>[0] = {}) {
  w = await createFilesWorld(change);
  alice = await w.signIn('alice@example.com/a');
  endpoint = createUploadEndpoint({
    intake: w.files.intake,
    store: w.stores.files,
    blobs: w.blobs,
    idOf: w.files.idOf,
    settings: w.settings,
    clock: w.clock,
    log: silentLog,
  });
  endpoint.set(true);
  port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  listeners = createHttpListeners(
    { http: { host: '127.0.0.1', port }, https: { host: '127.0.0.1', port: 0 } },
    {
      console: (_request, response) => void response.end('page'),
      endpoints: new Map(),
      upgrades: new Map(),
      uploads: endpoint.handle,
      live: { request: (_request, response) => void response.end('live'), upgrade: (_request, socket) => void socket.end() },
      consoleUpgrade: null,
      tls: { options: () => ({}), contextFor: () => ({}) as never, onChange: () => () => undefined },
      isTrustedProxy: () => false,
      isOwnHost: () => false,
      log: silentLog,
    },
  );
  expect(await listeners.listen()).toMatchObject({ ok: true });
}
beforeEach(() => start());
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await listeners.close(0);
});

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
interface Wire {
  readonly socket: Socket;
  /** Everything that came so far. */
  text(): string;
  /** When the other side has closed, everything it said. */
  whole(): Promise<Buffer>;
}
function dial(): Wire {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  const parts: Buffer[] = [];
  socket.on('data', (part) => void parts.push(part));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.on('close', () => resolve()));
  return {
    socket,
    text: () => Buffer.concat(parts).toString('latin1'),
    async whole() {
      await closed;
      return Buffer.concat(parts);
    },
  };
}
function parse(bytes: Buffer): HttpAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4) };
}
/** One request on a connection of its own. */
async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Buffer = Buffer.alloc(0),
): Promise<HttpAnswer> {
  const wire = dial();
  const lines = Object.entries({ host: 'anything.example', connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`);
  wire.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  wire.socket.write(body);
  return parse(await wire.whole());
}
const put = (path: string, body: Buffer, headers: Record<string, string> = {}) =>
  ask('PUT', path, { 'content-length': String(body.length), 'content-type': 'image/png', ...headers }, body);
async function uploaded(name = 'a.png', body = png, type = 'image/png') {
  const paths = await w.paths(alice, name, body.length, type);
  expect((await put(paths.put, body, { 'content-type': type })).status).toBe(201);
  return paths;
}
const nothingIsLeft = () => {
  expect(w.blobs.contents.size).toBe(0);
  expect(w.blobs.writing).toBe(0);
};

describe('an upload', () => {
  it('is kept, recorded and handed out again byte for byte', async () => {
    const { get } = await uploaded();
    const answer = await ask('GET', get);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(png)).toBe(true);
    const [row] = [...w.stores.state.files.values()];
    expect(row).toMatchObject({ state: 'stored', sniffed: 'image/png', sha256: createHash('sha256').update(png).digest('hex') });
    expect(w.stores.state.fileLog.map((record) => [record.what, record.owner, record.address])).toEqual([
      ['upload', 'alice@example.com', '127.0.0.1'],
      ['download', 'alice@example.com', '127.0.0.1'],
    ]);
  });

  it('may come once', async () => {
    const { put: path } = await uploaded();
    expect((await put(path, Buffer.alloc(100, 1))).status).toBe(409);
    expect([...w.blobs.contents.values()][0]?.equals(png)).toBe(true);
  });

  it('is refused while another fills the same slot', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const first = dial();
    first.socket.write(
      `PUT ${paths.put} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n`,
    );
    first.socket.write(png.subarray(0, 50));
    await eventually(() => w.blobs.writing === 1);
    expect((await put(paths.put, png)).status).toBe(409);
    first.socket.write(png.subarray(50));
    expect(parse(await first.whole()).status).toBe(201);
  });

  it.each([
    ['shorter than announced', '99', 400],
    ['longer than announced', '101', 413],
    ['of no number', '1e2', 400],
  ])('is refused when its Content-Length is %s', async (_what, length, status) => {
    const paths = await w.paths(alice, 'a.png', 100);
    expect((await ask('PUT', paths.put, { 'content-length': length })).status).toBe(status);
    nothingIsLeft();
  });

  it('is refused without a length, and when a transfer coding hides it', async () => {
    const paths = await w.paths(alice, 'a.png', 100);
    expect((await ask('PUT', paths.put)).status).toBe(411);
    expect((await ask('PUT', paths.put, { 'transfer-encoding': 'chunked' }, Buffer.from('64\r\n'))).status).toBe(411);
    // Both at once is how requests are smuggled (RFC 9112 §6.3).
    expect((await ask('PUT', paths.put, { 'transfer-encoding': 'chunked', 'content-length': '100' }, png)).status).toBeGreaterThanOrEqual(
      400,
    );
    nothingIsLeft();
  });

  it('takes not one byte more than announced', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const wire = dial();
    wire.socket.write(`PUT ${paths.put} HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n`);
    wire.socket.end(Buffer.concat([png, Buffer.from('and more that was never announced')]));
    await wire.whole();
    expect(wire.text()).toContain('400 Bad Request');
    await eventually(() => endpoint.running === 0 && w.blobs.writing === 0);
    for (const content of w.blobs.contents.values()) expect(content.equals(png)).toBe(true);
  });

  it('that breaks off leaves nothing, and its slot can be tried again', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const wire = dial();
    wire.socket.write(`PUT ${paths.put} HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n`);
    wire.socket.write(png.subarray(0, 60));
    await eventually(() => w.blobs.writing === 1);
    wire.socket.destroy();
    await eventually(() => w.blobs.writing === 0);
    nothingIsLeft();
    expect((await put(paths.put, png)).status).toBe(201);
  });

  it('is not possible with the address for downloads, a made-up key, or one of another slot', async () => {
    const one = await w.paths(alice, 'a.png', 100);
    const other = await w.paths(alice, 'a.png', 100);
    const key = other.put.slice(other.put.indexOf('?'));
    for (const path of [one.get, `${one.get}?key=`, `${one.get}?key=${'A'.repeat(32)}`, one.get + key])
      expect((await put(path, png)).status).toBe(403);
    nothingIsLeft();
  });

  it('is too late after the time of its slot', async () => {
    const paths = await w.paths(alice, 'a.png', 100);
    w.clock.advance(301_000);
    expect((await put(paths.put, png)).status).toBe(404);
    nothingIsLeft();
  });

  it('is refused under another type than announced', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    expect((await put(paths.put, png, { 'content-type': 'text/html' })).status).toBe(415);
    expect((await put(paths.put, png, { 'content-type': 'x\ty' })).status).toBe(415);
    nothingIsLeft();
    expect((await put(paths.put, png, { 'content-type': 'Image/PNG; charset=x' })).status).toBe(201);
  });

  it('is refused when it turns out to be a program, and the sender hears it', async () => {
    const body = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(200_000)]);
    const paths = await w.paths(alice, 'a.png', body.length, 'image/png');
    const answer = await put(paths.put, body);
    expect(answer.status).toBe(415);
    expect(answer.body.toString()).toContain('application/x-executable');
    nothingIsLeft();
  });

  it('is refused when the disk is full, also half way', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    w.blobs.free = 50;
    expect((await put(paths.put, png)).status).toBe(507);
    w.settings.set({ ...w.settings.get(), keepFree: -1_000 });
    expect((await put(paths.put, png)).status).toBe(507);
    nothingIsLeft();
  });

  it('is refused before it is sent to whoever asks first', async () => {
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const head = (length: number) =>
      `PUT ${paths.put} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-type: image/png\r\ncontent-length: ${length}\r\n\r\n`;
    const wrong = dial();
    wrong.socket.write(head(101));
    await eventually(() => wrong.text().includes('\r\n\r\n'));
    expect(wrong.text()).toMatch(/^HTTP\/1\.1 413 /);
    const right = dial();
    right.socket.write(head(100));
    await eventually(() => right.text().includes('100 Continue'));
    right.socket.write(png);
    expect((await right.whole()).toString()).toContain('201 Created');
  });

  it('gives up its place when it stalls', async () => {
    await listeners.close(0);
    await start({ transferIdle: 0.05 });
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const wire = dial();
    wire.socket.write(`PUT ${paths.put} HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n`);
    wire.socket.write(png.subarray(0, 10));
    await wire.whole();
    await eventually(() => w.blobs.writing === 0 && endpoint.running === 0);
    nothingIsLeft();
  });
});

describe('a download', () => {
  it('says what it is, and gives browsers nothing to run', async () => {
    const { get } = await uploaded();
    const { headers } = await ask('GET', get);
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '100',
      'content-disposition': 'inline; filename="a.png"; filename*=UTF-8\'\'a.png',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'accept-ranges': 'bytes',
    });
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(headers['cache-control']).toContain('private');
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it('leaves no file open when whoever asked is gone before it is', async () => {
    const { get } = await uploaded();
    const { open: openBlob } = w.blobs;
    let [opened, closed, streams] = [0, 0, 0];
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    w.blobs.open = async (id) => {
      const blob = await openBlob(id);
      opened++;
      await gate;
      return (
        blob && {
          size: blob.size,
          stream: (from, to) => {
            streams++;
            return blob.stream(from, to);
          },
          close: async () => void closed++,
        }
      );
    };
    const wire = dial();
    wire.socket.write(`GET ${get} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await eventually(() => opened === 1);
    wire.socket.destroy();
    await eventually(() => endpoint.running === 0);
    goOn();
    await eventually(() => closed + streams > 0);
    expect([closed, streams]).toEqual([1, 0]);
  });

  it('of a page or a picture that can act is bytes to save', async () => {
    const page = await uploaded('x.html', html, 'text/html');
    const { headers } = await ask('GET', page.get);
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['content-disposition']).toMatch(/^attachment; /);
    const lie = await uploaded('x.png', html, 'image/png');
    expect((await ask('GET', lie.get)).headers['content-disposition']).toMatch(/^attachment; /);
  });

  it('keeps a name that tries to be a header inside its quotes', async () => {
    const { get } = await uploaded('a&quot;; x=y&#10;Set-Cookie: a=b.png');
    const { headers } = await ask('GET', get);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers['content-disposition']).toMatch(/^inline; filename="[^"]*"; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
  });

  it('comes in pieces when asked, and is not sent again to who has it', async () => {
    const { get } = await uploaded();
    const whole = await ask('GET', get);
    const etag = whole.headers.etag ?? '';
    const piece = await ask('GET', get, { range: 'bytes=90-' });
    expect([piece.status, piece.headers['content-range'], piece.body.length]).toEqual([206, 'bytes 90-99/100', 10]);
    expect((await ask('GET', get, { range: 'bytes=-7' })).headers['content-range']).toBe('bytes 93-99/100');
    expect((await ask('GET', get, { range: 'bytes=0-0' })).body).toEqual(png.subarray(0, 1));
    const beyond = await ask('GET', get, { range: 'bytes=100-' });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */100']);
    for (const range of ['bytes=5-1', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=a-b', 'bytes=-'])
      expect((await ask('GET', get, { range })).body.length).toBe(100);
    expect((await ask('GET', get, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await ask('GET', get, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    const same = await ask('GET', get, { 'if-none-match': `W/"x", ${etag}` });
    expect([same.status, same.body.length]).toEqual([304, 0]);
  });

  it('is counted once however many pieces follow', async () => {
    const { get } = await uploaded();
    await ask('GET', get, { range: 'bytes=0-49' });
    await ask('GET', get, { range: 'bytes=50-99' });
    await ask('HEAD', get);
    expect([...w.stores.state.files.values()][0]?.downloads).toBe(1);
  });

  it('tells its size to HEAD without sending it', async () => {
    const { get } = await uploaded();
    const answer = await ask('HEAD', get);
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '100', 0]);
  });

  it('is found by its unguessable part alone, and nowhere else', async () => {
    const { get, put: putPath } = await uploaded();
    const waiting = await w.paths(alice, 'b.png', 100);
    const id = get.split('/')[2] ?? '';
    expect((await ask('GET', `/upload/${id}/another-name.png`)).status).toBe(200);
    expect((await ask('GET', putPath)).status).toBe(200);
    const known = [...w.stores.state.files.values()][0]?.id ?? '';
    for (const path of [
      `/upload/${known}/a.png`,
      waiting.get,
      '/upload/',
      `/upload/${id.slice(0, -1)}A/x`,
      `/upload/${'A'.repeat(34)}/x`,
      `/upload/x/${id}/y`,
      '/upload/aa',
    ])
      expect((await ask('GET', path)).status).toBe(404);
    for (const path of ['/upload/../secret', '/upload/%2e%2e/secret', '/upload/..%2fsecret', '/upload/a%5c..%5cb', '/upload/%00'])
      expect((await ask('GET', path)).status).toBe(400);
  });

  it('of a file whose content is gone is not found', async () => {
    const { get } = await uploaded();
    w.blobs.contents.clear();
    expect((await ask('GET', get)).status).toBe(404);
  });
});

describe('the endpoint', () => {
  it('lets web clients of any origin in, without cookies', async () => {
    const answer = await ask('OPTIONS', '/upload/x/y', { origin: 'https://client.example', 'access-control-request-method': 'PUT' });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, PUT, OPTIONS',
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('knows no other methods', async () => {
    const { get } = await uploaded();
    for (const method of ['POST', 'DELETE', 'PATCH', 'PROPFIND']) expect((await ask(method, get)).status).toBe(405);
  });

  it('bounds what one address does at once', async () => {
    w.settings.set({ ...w.settings.get(), transfersPerAddress: 1 });
    const paths = await w.paths(alice, 'a.png', 100, 'image/png');
    const first = dial();
    first.socket.write(`PUT ${paths.put} HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\n`);
    await eventually(() => endpoint.running === 1);
    const second = await ask('GET', paths.get);
    expect([second.status, second.headers['retry-after']]).toEqual([429, '5']);
    first.socket.destroy();
    await eventually(() => endpoint.running === 0);
    expect((await ask('GET', paths.get)).status).toBe(404);
  });

  it('answers that it is stopped', async () => {
    endpoint.set(false);
    expect((await ask('GET', '/upload/x/y')).status).toBe(503);
  });

  it('tells a database that is away from a failure', async () => {
    const { get } = await uploaded();
    w.stores.files.get = () => Promise.reject(Object.assign(new Error('away'), { fault: { kind: 'down' } }));
    expect((await ask('GET', get)).status).toBe(503);
    w.stores.files.get = () => Promise.reject(new Error('a bug'));
    expect((await ask('GET', get)).status).toBe(500);
  });
});
