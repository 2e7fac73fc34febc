import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { signInRaw } from '../../clients/raw.ts';
import { addUsers, type Console, expect, type Role, seriousViolations, test, unique, visit } from '../../fixtures/console.ts';
import { pages, routesInSource, type Seen } from './pages.ts';

/** SCREENSHOTS=folder keeps a picture of every page in both themes. */
const pictures = process.env.SCREENSHOTS ?? '';
const roles: readonly Role[] = ['administrator', 'operator', 'read-only'];

async function makeSeen({ server }: Console): Promise<Seen> {
  const name = unique('seen');
  await addUsers(server, [{ id: name, password: 'a pass phrase of ours' }]);
  await server.mustCommand('users', 'generate', '--prefix', unique('gen'), '--count', '3', '--password-prefix', 'long-enough-');
  const room = `${unique('room')}@conference.${server.domain}`;
  await server.mustCommand('rooms', 'create', room, '--title', 'A room to look at', '--owners', `${name}@${server.domain}`);
  const client = await signInRaw({ host: server.host, port: server.ports.xmpp, domain: server.domain }, name, 'a pass phrase of ours');
  const nick = "<nick xmlns='http://jabber.org/protocol/nick'>Seen</nick>";
  await client.query(
    'set',
    `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='http://jabber.org/protocol/nick'><item id='current'>${nick}</item></publish></pubsub>`,
  );
  await client.close();
  const directory = unique('directory');
  const agreement = unique('agreement');
  // Nothing listens there: the pages show a directory that is away and a run that failed.
  await server.mustCommand('ldap', 'add', directory, '--servers', '127.0.0.1:9', '--base', 'dc=example,dc=test');
  await server.mustCommand('ldap', 'agree', directory, agreement, '--every-minutes', '0');
  await server.command('ldap', 'sync', agreement, '--trial');
  const read = async (...args: string[]) => JSON.parse(await server.mustCommand(...args, '--json'));
  const user = (await read('users', 'show', name)) as { user: { id: number } };
  const jobs = (await read('jobs', 'list')) as { items: { id: string }[] };
  const operators = (await read('operators', 'list')) as { items: { id: string }[] };
  const directories = (await read('ldap', 'show', directory)) as { id: string };
  const agreements = (await read('ldap', 'agreement', agreement)) as { id: string };
  const runs = (await read('ldap', 'runs', agreement)) as { items: { id: string }[] };
  return {
    directory: directories.id,
    agreement: agreements.id,
    run: runs.items[0]?.id ?? '',
    user: String(user.user.id),
    job: jobs.items[0]?.id ?? '',
    operator: operators.items[0]?.id ?? '',
    room: encodeURIComponent(room),
    node: new URLSearchParams({ owner: `${name}@${server.domain}`, node: 'http://jabber.org/protocol/nick' }).toString(),
  };
}

/** Goes to the page and tells what a person of this role finds there. */
async function outcome(page: Page, path: string): Promise<'page' | 'refused' | 'sign-in' | 'failed' | 'missing'> {
  // What a role may see is decided where the page is drawn: its scripts are not waited for.
  await page.goto(path, { waitUntil: 'domcontentloaded' });
  await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
  if (new URL(page.url()).pathname === '/sign-in') return 'sign-in';
  const main = page.getByRole('main');
  if ((await main.getByText(/^Your role cannot /).count()) > 0) return 'refused';
  if ((await main.getByText(/could not be (read|shown|loaded)/).count()) > 0) return 'failed';
  return (await main.getByText(/There is no such|does not exist/).count()) > 0 ? 'missing' : 'page';
}

test('the table of pages names every page of the source', () => {
  expect(pages.map((page) => page.route).sort()).toEqual(routesInSource());
});

test('every page shows itself to those whose role covers it, and to nobody else', async ({ as, console: shared }) => {
  test.setTimeout(600_000);
  const seen = await makeSeen(shared);
  const found: string[] = [];
  const wanted: string[] = [];
  for (const role of [null, ...roles]) {
    const page = await as(role);
    for (const { route, path, roles: covered } of pages) {
      const expected = role === null ? 'sign-in' : covered.includes(role) ? 'page' : 'refused';
      wanted.push(`${role ?? 'nobody'} ${route}: ${expected}`);
      found.push(`${role ?? 'nobody'} ${route}: ${await outcome(page, path(seen))}`);
    }
  }
  expect(found).toEqual(wanted);
});

for (const theme of ['light', 'dark'] as const) {
  test(`every page is without serious faults for assistive technology in the ${theme} theme, and fits 320 px`, async ({
    as,
    client,
    console: shared,
  }) => {
    test.setTimeout(900_000);
    const seen = await makeSeen(shared);
    const someone = unique('here');
    await addUsers(shared.server, [{ id: someone, password: 'a pass phrase of ours' }]);
    await client(someone, 'a pass phrase of ours');
    const page = await as('administrator');
    await useTheme(page.context(), shared.url, theme);
    const stranger = await as(null);
    const problems: string[] = [];
    const times: string[] = [];
    const all = [
      ...pages.map(({ route, path }) => ({ route, path: path(seen), on: page })),
      { route: '/sign-in', path: '/sign-in', on: stranger },
    ];
    await useTheme(stranger.context(), shared.url, theme);
    for (const { route, path, on } of all) {
      await on.setViewportSize({ width: 1280, height: 800 });
      times.push(`${Math.round(await visit(on, path))} ms ${route}`);
      expect(await on.evaluate(() => document.documentElement.dataset.theme), `the theme of ${route}`).toBe(theme);
      await picture(on, theme, route, 'wide');
      problems.push(...(await seriousViolations(on)).map((each) => `${route}: ${each}`));
      await on.setViewportSize({ width: 320, height: 800 });
      const over = await on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) problems.push(`${route}: ${over} px too wide at 320 px`);
      await picture(on, theme, route, 'narrow');
    }
    console.log(`interactive after, ${theme}:\n${times.join('\n')}`);
    expect(problems).toEqual([]);
  });
}

async function useTheme(context: BrowserContext, url: string, theme: string): Promise<void> {
  await context.addCookies([{ name: 'rollcall.theme', value: theme, url }]);
}

async function picture(page: Page, theme: string, route: string, width: string): Promise<void> {
  if (pictures === '') return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${route.slice(1).replaceAll('/', '.')}-${theme}-${width}.png`), fullPage: true });
}
