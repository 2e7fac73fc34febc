import { NextRequest } from 'next/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RestAnswer, RestRequest } from '@/lib/admin/shared/door.ts';
import type { Viewer } from '@/lib/admin/shared/viewer.ts';

vi.mock('server-only', () => ({}));
const session: { viewer: Viewer | null; fails: boolean } = { viewer: null, fails: false };
vi.mock('@/app/_shared/viewer.ts', () => ({
  currentViewer: async () => {
    if (session.fails) throw new Error('the database is away');
    return session.viewer;
  },
}));

const { GET, POST } = await import('./route.ts');
const door = globalThis as { [key: symbol]: unknown };
const symbol = Symbol.for('rollcall.admin');

let asked: { request: Omit<RestRequest, 'body'> & { body: string | null }; viewer: Viewer | null }[];
let readsBody: boolean;
let answer: RestAnswer;
beforeEach(() => {
  asked = [];
  readsBody = true;
  answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
  session.viewer = null;
  session.fails = false;
  door[symbol] = {
    rest: async (request: RestRequest, viewer: Viewer | null) => {
      asked.push({ request: { ...request, body: readsBody ? await request.body() : null }, viewer });
      return answer;
    },
  };
});
afterEach(() => {
  delete door[symbol];
});

const request = (path: string, init: ConstructorParameters<typeof NextRequest>[1] = {}) =>
  new NextRequest(`http://localhost:8080/api/v1${path}`, init);

describe('the REST route', () => {
  it('hands on method, path as it came, query, headers and body', async () => {
    await POST(
      request('/users/bob%40corp.example?a=1&b=%26', {
        method: 'POST',
        body: '{"name":"ü"}',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' },
      }),
    );
    expect(asked[0]?.request).toMatchObject({
      method: 'POST',
      path: '/users/bob%40corp.example',
      query: 'a=1&b=%26',
      body: '{"name":"ü"}',
      address: '192.0.2.7',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('asks for the session only when there is no token', async () => {
    session.viewer = { kind: 'person' } as Viewer;
    await GET(request('/users'));
    await GET(request('/users', { headers: { authorization: 'Bearer rc_x' } }));
    expect(asked.map(({ viewer }) => viewer?.kind)).toEqual(['person', undefined]);
  });

  it('reads no more than the limit: 1 MiB, or 25 MiB of CSV', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    await POST(request('/users', { method: 'POST', body, headers: { 'content-type': 'application/json' } }));
    await POST(request('/users/import', { method: 'POST', body, headers: { 'content-type': 'text/csv' } }));
    await POST(
      request('/users', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'content-length': '99999999' } }),
    );
    expect(asked.map(({ request: { body: read } }) => (read === null ? null : read.length))).toEqual([null, body.length, null]);
  });

  it('reads nothing of what a stranger sends', async () => {
    readsBody = false;
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(65_536));
        },
      },
      { highWaterMark: 0 },
    );
    await POST(request('/users/import', { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'text/csv' } }));
    expect(pulled).toBe(0);
  });

  it('answers 503 while nobody can be looked up', async () => {
    session.fails = true;
    const response = await GET(request('/users'));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
  });

  it('streams an export, and stops making it when the client goes', async () => {
    let ended = false;
    async function* chunks() {
      try {
        for (let i = 0; ; i++) yield `line ${i}\n`;
      } finally {
        ended = true;
      }
    }
    answer = { status: 200, headers: { 'content-type': 'text/csv' }, body: chunks() };
    const response = await GET(request('/users/export'));
    const reader = response.body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toBe('line 0\n');
    await reader.cancel();
    expect(ended).toBe(true);
  });

  it('says that the server is starting as long as there is nobody behind the door', async () => {
    delete door[symbol];
    const response = await GET(request('/users'));
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});
