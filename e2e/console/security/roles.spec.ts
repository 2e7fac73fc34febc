import type { Page, Request } from '@playwright/test';
import { addUsers, expect, expectAccessible, interactive, tableRow, test, toast, unique } from '../../fixtures/console.ts';

const password = 'a pass phrase of ours';

test('a read-only operator sees no button that changes anything', async ({ as, client, console: { server } }) => {
  const user = unique('anna');
  await addUsers(server, [{ id: user, password }]);
  await client(user, password, { resource: 'desk' });
  const page = await as('read-only');

  await page.goto(`/users?q=${user}`);
  await interactive(page);
  await expect(tableRow(page, user)).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('link', { name: 'Add a user' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Import users' })).toHaveCount(0);
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await page.getByRole('button', { name: `Actions for ${user}` }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Open']);
  await page.getByRole('menuitem', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(user);
  await interactive(page);
  for (const name of [/^Edit/, /^Disable/, /^Delete/, /password/i])
    await expect(page.getByRole('main').getByRole('button', { name })).toHaveCount(0);

  await page.goto('/sessions');
  await interactive(page);
  await page.getByRole('button', { name: `Actions for ${user}@localhost/desk` }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Show details', 'Open the user']);
  await page.keyboard.press('Escape');

  await page.goto('/messaging/settings');
  await interactive(page);
  await expect(page.getByText('Your role can see settings but not change them.')).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Keep messages for people who are offline' })).toBeDisabled();

  await page.goto('/security/certificates');
  await interactive(page);
  await expect(page.getByRole('link', { name: /^Upload/ })).toHaveCount(0);
  await page
    .getByRole('button', { name: /^More for/ })
    .first()
    .click();
  await expect(page.getByRole('menuitem')).toHaveText(['Download the certificate chain']);
});

test('an action that was sent by an administrator is refused from a read-only operator and from nobody', async ({
  as,
  console: { server, url },
}) => {
  const [admin, reader, nobody] = [await as('administrator'), await as('read-only'), await as(null)];
  const user = unique('ben');
  await addUsers(server, [{ id: user, password }]);
  await admin.goto(`/users?q=${user}`);
  await interactive(admin);
  const sent = admin.waitForRequest((request) => request.method() === 'POST' && request.headers()['next-action'] !== undefined);
  await admin.getByRole('button', { name: `Actions for ${user}` }).click();
  await admin.getByRole('menuitem', { name: 'Disable' }).click();
  await admin
    .getByRole('dialog')
    .getByRole('button', { name: /^Disable/ })
    .click();
  const request = await sent;
  await expect(tableRow(admin, user)).toContainText('Disabled');
  await server.mustCommand('users', 'enable', user);

  expect(await replay(reader, request, url)).toContain('This needs the permission');
  expect(await replay(nobody, request, url)).toContain('console.signed-out');
  // The framework refuses another site's origin with an error, before our own check would.
  expect(await replay(admin, request, 'https://elsewhere.example')).toMatch(/^1:E\{|console\.origin/m);
  expect(await server.mustCommand('users', 'show', user, '--json')).toMatch(/"enabled":\s*true/);
  // And the same bytes do work for whom they were meant.
  expect(await replay(admin, request, url)).toContain('"is":"done"');
});

/** Sends the same action again in the name of whoever this page belongs to; what the server says. */
async function replay(page: Page, request: Request, origin: string): Promise<string> {
  const { 'next-action': action, 'content-type': type, accept } = request.headers();
  const answer = await page.context().request.post(request.url(), {
    headers: { 'next-action': action ?? '', 'content-type': type ?? '', accept: accept ?? '*/*', origin },
    data: request.postDataBuffer() ?? Buffer.alloc(0),
    maxRedirects: 0,
  });
  return answer.text();
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const readScopes = [
  'overview.read',
  'users.read',
  'sessions.read',
  'domains.read',
  'settings.read',
  'services.read',
  'audit.read',
  'jobs.read',
];
/** They take a body and change nothing, so a reader may ask. */
const questions = ['post /settings-preview', 'post /users/bulk/preview'];

test('REST answers nobody, and lets a reader read and not change', async ({ as, console: { server, url } }) => {
  test.setTimeout(300_000);
  const made = JSON.parse(await server.mustCommand('tokens', 'create', unique('reader'), '--scopes', readScopes.join(','), '--json')) as {
    secret: string;
  };
  const { request } = (await as(null)).context();
  const bearer = { authorization: `Bearer ${made.secret}` };
  const { paths } = (await (await request.get(`${url}/api/v1/openapi.json`, { headers: bearer })).json()) as Described;
  /** The status, asked again while it is only that we ask too fast. */
  const ask = async (method: string, path: string, headers: Record<string, string>, data: string): Promise<number> => {
    let status = 429;
    await expect(async () => {
      const withBody = method === 'get' ? {} : { data };
      status = (await request.fetch(`${url}/api/v1${path.replace(/\{[^}]+\}/g, 'x')}`, { method, headers, ...withBody })).status();
      expect(status).not.toBe(429);
    }).toPass();
    return status;
  };
  const wrong: string[] = [];
  let asked = 0;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!/^(get|post|put|patch|delete)$/.test(method)) continue;
      const type = Object.keys(operation.requestBody?.content ?? {})[0] ?? 'application/json';
      const data = type === 'application/json' ? '{}' : 'userId';
      const asNobody = await ask(method, path, { 'content-type': type }, data);
      if (asNobody !== 401) wrong.push(`${method} ${path} as nobody: ${asNobody}`);
      asked++;
      if (method === 'get' || questions.includes(`${method} ${path}`)) continue;
      const asReader = await ask(method, path, { ...bearer, 'content-type': type }, data);
      if (asReader !== 403) wrong.push(`${method} ${path} as a reader: ${asReader}`);
    }
  }
  expect(asked).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});

test('an operator ends sessions and sets passwords, but adds and deletes nobody', async ({ as, client, console: { server } }) => {
  const user = unique('carla');
  await addUsers(server, [{ id: user, password }]);
  const online = await client(user, password, { resource: 'desk' });
  const page = await as('operator');
  await page.goto(`/users?q=${user}`);
  await interactive(page);
  await expect(page.getByRole('link', { name: 'Add a user' })).toHaveCount(0);
  await page.getByRole('button', { name: `Actions for ${user}` }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Open', 'Set a password']);
  await page.goto('/sessions');
  await interactive(page);
  await page.getByRole('button', { name: `Actions for ${user}@localhost/desk` }).click();
  await page.getByRole('menuitem', { name: 'End session' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End 1 session' }).click();
  await expect(toast(page, '1 session ended')).toBeVisible();
  await online.event('the end of the connection', (event) => event.is === 'end');
});
