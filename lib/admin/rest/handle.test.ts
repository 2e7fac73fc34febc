import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import type { RestAnswer, RestRequest } from '../shared/door.ts';
import type { Viewer } from '../shared/viewer.ts';

const token = 'rc_0123456789abcdefghij';
type Fixture = ReturnType<typeof adminFixture>;

function withToken(more: Partial<Viewer> = {}) {
  const fixture = adminFixture();
  fixture.tokens.set(token, viewerOf('administrator', { kind: 'token', id: 'token-1', name: 'backup', ...more }));
  return fixture;
}
const bearer = { authorization: `Bearer ${token}` };
const json = { ...bearer, 'content-type': 'application/json' };

type Asked = Partial<Omit<RestRequest, 'body'>> & { body?: string | null };
function ask(fixture: Fixture, method: string, target: string, { body = '', ...more }: Asked = {}, viewer: Viewer | null = null) {
  const [path = '', query = ''] = target.split('?');
  return fixture.api.rest({ method, path, query, headers: bearer, body: async () => body, address: '192.0.2.9', ...more }, viewer);
}
const bodyOf = (answer: RestAnswer) => JSON.parse(answer.body as string) as Record<string, unknown>;
const create = (userId: string) => ({ headers: json, body: JSON.stringify({ userId, password: 'correct horse' }) });

describe('REST', () => {
  it('asks a stranger for no body', async () => {
    let asked = 0;
    const body = async () => {
      asked++;
      return '{}';
    };
    const request = {
      method: 'POST',
      path: '/users',
      query: '',
      headers: { ...json, authorization: 'Bearer rc_of-nobody-at-all' },
      address: '',
    };
    expect((await withToken().api.rest({ ...request, body }, null)).status).toBe(401);
    expect((await withToken().api.rest({ ...request, headers: json, path: '/nothing/here', body }, null)).status).toBe(404);
    expect(asked).toBe(0);
  });

  it('answers 503 and not 401 or 500 while tokens cannot be looked up', async () => {
    const fixture = withToken();
    const away = Object.assign(new Error('the database is not available'), {
      fault: { code: 'store.unavailable', kind: 'down', message: 'The database is not available just now.' },
    });
    fixture.tokens.get = () => {
      throw away;
    };
    expect(await ask(fixture, 'GET', '/users')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('creates, lists, changes and removes over the paths of the faces', async () => {
    const fixture = withToken();
    const made = await ask(fixture, 'POST', '/users', create('anna'));
    expect(made).toMatchObject({ status: 201, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
    await ask(fixture, 'POST', '/users', create('bob@corp.example'));
    const first = bodyOf(await ask(fixture, 'GET', '/users?limit=1&enabled=true'));
    expect(first).toMatchObject({ items: [{ userId: 'anna' }], total: 2, next: expect.any(String) });
    expect(bodyOf(await ask(fixture, 'GET', `/users?limit=1&cursor=${String(first.next)}`))).toMatchObject({
      items: [{ userId: 'bob@corp.example' }],
      next: null,
    });
    expect(bodyOf(await ask(fixture, 'GET', '/users/bob%40corp.example'))).toMatchObject({
      user: { address: 'bob\\40corp.example@localhost' },
    });
    expect(bodyOf(await ask(fixture, 'PATCH', '/users/anna', { headers: json, body: '{"name":"Anna"}' }))).toMatchObject({
      name: 'Anna',
      version: 2,
    });
    expect(bodyOf(await ask(fixture, 'POST', '/users/delete', { headers: json, body: '{"users":["anna"]}' }))).toMatchObject({
      changed: [{ userId: 'anna' }],
    });
  });

  it('takes a CSV file as body and starts a job', async () => {
    const fixture = withToken();
    const answer = await ask(fixture, 'POST', '/users/import', {
      headers: { ...bearer, 'content-type': 'text/csv; charset=utf-8' },
      body: 'userId\nanna\n',
    });
    expect(answer.status).toBe(202);
    await fixture.jobs.idle();
    const { id } = bodyOf(answer);
    expect(bodyOf(await ask(fixture, 'GET', `/jobs/${String(id)}`))).toMatchObject({ state: 'done', done: 1 });
    expect((await ask(fixture, 'POST', `/jobs/${String(id)}/cancel`)).status).toBe(409);
  });

  it('streams an export as a file', async () => {
    const fixture = withToken();
    await ask(fixture, 'POST', '/users', create('anna'));
    const answer = await ask(fixture, 'GET', '/users/export');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="users.csv"',
      'x-content-type-options': 'nosniff',
    });
    let text = '';
    for await (const chunk of answer.body as AsyncIterable<string>) text += chunk;
    expect(text).toBe('userId,name,mail,domain,enabled\r\nanna,,,localhost,true\r\n');
  });

  it.each([
    [
      'POST',
      '/users',
      { body: '{"userId":"anna","password":"x","shoe":1}', headers: json },
      422,
      { code: 'admin.invalid', fields: { shoe: 'There is no such field.' } },
    ],
    ['GET', '/users?limit=9999', {}, 422, { fields: { limit: 'Must be at most 500.' } }],
    ['GET', '/users?limit=many', {}, 422, { fields: { limit: 'Must be a number.' } }],
    ['GET', '/users?shoe=1', {}, 422, { fields: { shoe: 'There is no such field.' } }],
    ['GET', '/users/nobody', {}, 404, { code: 'users.missing' }],
    ['GET', '/nothing/here', {}, 404, { code: 'admin.noSuchPath' }],
    ['GET', '/', {}, 404, { code: 'admin.noSuchPath' }],
    ['DELETE', '/users', {}, 405, { code: 'admin.wrongMethod' }],
    [
      'POST',
      '/users',
      { body: 'userId=anna', headers: { ...bearer, 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      { code: 'admin.wrongType' },
    ],
    ['POST', '/users/import', { body: '{}', headers: json }, 415, { detail: 'Send the body as text/csv.' }],
    ['POST', '/users', { body: '{"userId":', headers: json }, 400, { code: 'admin.badJson' }],
    ['POST', '/users', { body: '[1]', headers: json }, 400, { code: 'admin.badJson' }],
    ['POST', '/users', { body: null, headers: json }, 413, { detail: 'The body is larger than 1 MiB.' }],
    [
      'POST',
      '/users/import',
      { body: null, headers: { ...bearer, 'content-type': 'text/csv' } },
      413,
      { detail: 'The body is larger than 25 MiB.' },
    ],
  ] as const)('%s %s answers a problem (RFC 9457)', async (method, target, more, status, problem) => {
    const answer = await ask(withToken(), method, target, more);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } });
    expect(bodyOf(answer)).toMatchObject({
      ...problem,
      status,
      type: expect.stringContaining('urn:rollcall:problem:'),
      title: expect.any(String),
      detail: expect.any(String),
      trace: expect.stringMatching(/^[\w-]{10,}$/),
    });
  });

  it('names the methods that are possible', async () => {
    expect((await ask(withToken(), 'DELETE', '/users')).headers.allow).toBe('GET, POST');
  });

  it.each([
    '/users/%2e%2e/tokens',
    '/users/..',
    '/users/a%2Fb',
    '/users/a%5cb',
    '/users/a\\b',
    '/users/%00',
    '/users/%u0041',
    '/users/%ff',
  ])('does not look at the path %s (W-3)', async (path) => {
    expect((await ask(withToken(), 'GET', path)).status).toBe(400);
  });

  it('a body field called __proto__ is an unknown field and nothing else', async () => {
    const answer = await ask(withToken(), 'POST', '/users', {
      headers: json,
      body: '{"__proto__":{"admin":true},"userId":"a","password":"correct horse"}',
    });
    expect(answer.status).toBe(422);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('who may ask', () => {
  it('nobody gets 401 for every path, known or not', async () => {
    const fixture = adminFixture();
    for (const path of ['/users', '/nothing', '/tokens']) {
      const answer = await ask(fixture, 'GET', path, { headers: {} });
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringContaining('Bearer') } });
    }
  });

  it('a wrong token is not made good by a session', async () => {
    expect((await ask(adminFixture(), 'GET', '/users', {}, viewerOf('administrator'))).status).toBe(401);
  });

  it('a token does no more than its scopes', async () => {
    const fixture = withToken({ permissions: ['users.read'] });
    expect((await ask(fixture, 'GET', '/users')).status).toBe(200);
    const refused = await ask(fixture, 'POST', '/users', create('anna'));
    expect(refused.status).toBe(403);
    expect(bodyOf(refused)).toMatchObject({
      code: 'admin.notPermitted',
      detail: expect.stringContaining('token'),
      details: { permission: 'users.write' },
    });
  });

  it('a session reads without more, and changes only from our own page with its CSRF token (W-14)', async () => {
    const fixture = adminFixture();
    const viewer = viewerOf('administrator');
    const csrf = fixture.api.csrfToken(viewer);
    const post = (headers: Record<string, string>) =>
      ask(fixture, 'POST', '/users', { body: create('anna').body, headers: { 'content-type': 'application/json', ...headers } }, viewer);
    expect((await ask(fixture, 'GET', '/users', { headers: {} }, viewer)).status).toBe(200);
    const own = { host: 'im.example:8443', origin: 'https://im.example:8443', 'sec-fetch-site': 'same-origin' };
    for (const headers of [
      {},
      { host: own.host, origin: own.origin },
      { ...own, 'x-csrf-token': fixture.api.csrfToken(viewerOf('administrator', { sessionId: 'another' })) },
      { ...own, origin: 'https://evil.example', 'x-csrf-token': csrf },
      { ...own, 'sec-fetch-site': 'same-site', 'x-csrf-token': csrf },
      { host: own.host, 'x-csrf-token': csrf },
    ]) {
      const answer = await post(headers as Record<string, string>);
      expect(answer.status).toBe(403);
      expect(bodyOf(answer)).toMatchObject({ code: 'admin.foreignOrigin' });
    }
    expect((await post({ ...own, 'x-csrf-token': csrf })).status).toBe(201);
  });

  it('is held to 50 requests a second per token and 10 per address without one', async () => {
    let at = 1000;
    const clock = { now: () => at, monotonic: () => at, setTimeout: () => ({ cancel: () => undefined }) };
    const fixture = adminFixture({ clock });
    fixture.tokens.set(token, viewerOf('administrator', { kind: 'token', id: 't' }));
    const statuses = async (count: number, headers: Record<string, string>) => {
      const all: number[] = [];
      for (let i = 0; i < count; i++) all.push((await ask(fixture, 'GET', '/tokens', { headers })).status);
      return all;
    };
    expect(new Set((await statuses(50, bearer)).slice(0, 50))).toEqual(new Set([200]));
    const over = await ask(fixture, 'GET', '/tokens');
    expect(over).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    at += 1000;
    expect((await ask(fixture, 'GET', '/tokens')).status).toBe(200);
    expect((await statuses(11, {})).at(-1)).toBe(429);
  });
});

describe('the OpenAPI document', () => {
  it('is served to everybody and describes input, output and problems from the same schemas', async () => {
    const answer = await ask(adminFixture(), 'GET', '/openapi.json', { headers: {} });
    expect(answer.status).toBe(200);
    const document = bodyOf(answer) as unknown as { openapi: string; paths: Record<string, Record<string, Record<string, unknown>>> };
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/users']?.post).toMatchObject({
      operationId: 'users.create',
      requestBody: { content: { 'application/json': { schema: { required: ['userId', 'password'], additionalProperties: false } } } },
    });
    expect(document.paths['/users/{user}']?.get).toMatchObject({ parameters: [{ name: 'user', in: 'path', required: true }] });
    expect(document.paths['/users/import']?.post).toMatchObject({ requestBody: { content: { 'text/csv': {} } } });
    expect(document.paths['/users/{user}']?.patch?.requestBody).not.toMatchObject({
      content: { 'application/json': { schema: { properties: { user: expect.anything() } } } },
    });
  });

  it('and the reference name every use case with its command line', () => {
    const { entries, permissions } = adminFixture().api.reference();
    expect(entries.find((entry) => entry.id === 'users.create')).toMatchObject({
      permission: 'users.write',
      rest: { method: 'POST', path: '/api/v1/users' },
      cli: { usage: expect.stringContaining('rollcall users add ID --password PASSWORD') },
    });
    expect(permissions.find((permission) => permission.name === 'users.write')?.roles).toEqual(['administrator']);
  });
});
