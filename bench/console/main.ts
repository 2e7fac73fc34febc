/**
 * `npm run bench -- --console`: how fast the console and REST answer on a server with many users. Each search, filter and order; each page in
 * Chromium.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type APIRequestContext, chromium, request } from '@playwright/test';
import { pages } from '../../e2e/console/every-page/pages.ts';
import { projectRoot, startServer, withoutLimits } from '../../e2e/fixtures/start-server.ts';
import { measureOffice } from './office.ts';
import { measurePages, measureTyping } from './pages.ts';
import { insertPeople } from './people.ts';
import { measureSearches } from './searches.ts';

const usage = `npm run bench -- --console [options]
  --users N       users in the database (default 100,000)
  --repeat N      times each search and page is asked for (default 5)
  --data-dir DIR  a data folder to use and keep; what users are missing are added
  --only NAMES    pages, searches, office (default: all)`;

const { values } = parseArgs({
  options: {
    console: { type: 'boolean' },
    users: { type: 'string', default: '100000' },
    repeat: { type: 'string', default: '5' },
    'data-dir': { type: 'string' },
    only: { type: 'string', default: 'pages,searches,office' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const only = values.only.split(',');
const users = Number(values.users);
const repeat = Number(values.repeat);
const domain = 'bench.test';

async function signIn(on: APIRequestContext, url: string, who: { username: string; password: string }): Promise<void> {
  const { csrfToken } = (await (await on.get(`${url}/api/auth/csrf`)).json()) as { csrfToken: string };
  await on.post(`${url}/api/auth/callback/credentials`, {
    headers: { origin: url },
    form: { csrfToken, ...who, json: 'true', callbackUrl: '/overview' },
  });
}

const probe = join('/tmp', `rollcall-bench-${process.pid}.sock`);
const server = await startServer({
  domain,
  settings: { ...withoutLimits, 'console.maxSessionsPerOperator': 100, 'xmpp.c2sRequireTls': false, 'xmpp.c2sPlainWithoutTls': true },
  ...(values['data-dir'] ? { dataDir: values['data-dir'] } : {}),
  env: { NODE_OPTIONS: `--import ${join(projectRoot, 'bench/console/loop-probe.mjs')}`, BENCH_LOOP_PROBE: probe },
});
try {
  const url = `http://${server.host}:${server.ports.http}`;
  const began = performance.now();
  await insertPeople(server.dataDir, users, [domain, 'second.test']);
  process.stdout.write(`${users.toLocaleString('en')} users, inserted in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  // The list of users is what most pages are about; a start afterwards has all of it in the database and nothing in memory.
  await server.halt();
  await server.restart();
  const rest = await request.newContext();
  await signIn(rest, url, server.admin);
  const get = async (path: string) => {
    const answer = await rest.get(`${url}/api/v1${path}`);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  if (only.includes('pages')) {
    const { items: found } = await get('/users?limit=1');
    const { items: operators } = await get('/operators');
    const seen = {
      user: String(found[0].id),
      job: '',
      operator: operators[0].id,
      room: '',
      node: 'owner=none&node=none',
      directory: '',
      agreement: '',
      run: '',
    };
    const paths = pages.filter((page) => !page.path(seen).endsWith('/') && !page.path(seen).includes('//')).map((page) => page.path(seen));
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
    });
    try {
      const asked = { url, probe, paths: ['/overview', ...paths.filter((path) => path !== '/overview')], repeat };
      process.stdout.write(
        `${await measurePages(browser, { ...asked, signIn: (context) => signIn(context.request, url, server.admin) })}\n`,
      );
      const context = await browser.newContext();
      await signIn(context.request, url, server.admin);
      process.stdout.write(`${await measureTyping(await context.newPage(), url, ['anna', 'smith', 'zimmer', 'berg'])}\n`);
    } finally {
      await browser.close();
    }
  }
  if (only.includes('searches')) process.stdout.write(`${await measureSearches({ get }, repeat)}\n`);
  if (only.includes('office')) {
    const exportAll = async () => (await (await rest.get(`${url}/api/v1/users/export`, { timeout: 300_000 })).body()).length;
    process.stdout.write(`${await measureOffice(server, exportAll)}\n`);
  }
} finally {
  await server.stop();
}
process.exit(0);
