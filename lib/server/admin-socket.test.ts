import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useCases } from '../admin/api.ts';
import type { UseCaseTable } from '../admin/shared/registry.ts';
import { silentLog } from '../kernel/log.ts';
import { adminFixture } from '../testing/admin-fixture.ts';
import { type AdminSocket, createAdminSocket } from './admin-socket.ts';

const program = fileURLToPath(new URL('../../bin/rollcall.mjs', import.meta.url));

let dataDir: string;
let fixture: ReturnType<typeof adminFixture>;
let socket: AdminSocket;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'rollcall-cli-'));
  fixture = adminFixture();
  socket = createAdminSocket({ dataDir, call: fixture.call, useCases: useCases as unknown as UseCaseTable, log: silentLog });
  const started = await socket.start();
  if (!started.ok) throw new Error(started.fault.message);
});
afterEach(async () => {
  await socket.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function rollcall(
  args: readonly string[],
  { input = '', dir = dataDir }: { input?: string; dir?: string } = {},
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: '/usr/bin:/bin', ROLLCALL_DATA_DIR: dir } as unknown as NodeJS.ProcessEnv,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

describe('the command line', () => {
  it('adds, lists, shows and removes users', async () => {
    expect(
      await rollcall([
        'users',
        'add',
        'anna',
        '--password',
        'correct horse',
        '--name',
        'Anna Lopez',
        '--mail',
        'anna@mail.example',
        '--domain',
        'example.com',
        '--admin',
      ]),
    ).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^address: +anna@example.com$/m),
      err: '',
    });
    expect(fixture.deps.settings.section('xmpp').get().administrators).toEqual(['anna@example.com']);
    const list = await rollcall(['users', 'list']);
    const [head = '', row = ''] = list.out.split('\n');
    expect(head).toMatch(/^USER ID +ADDRESS +NAME +ENABLED/);
    expect(row.indexOf('anna@example.com')).toBe(head.indexOf('ADDRESS'));
    expect((await rollcall(['users', 'show', 'anna'])).out).toMatch(/^user\.name: +Anna Lopez$/m);
    expect(await rollcall(['users', 'remove', 'anna'])).toMatchObject({ code: 0 });
    expect(await rollcall(['users', 'show', 'anna'])).toEqual({ code: 1, out: '', err: 'There is no user anna.\n' });
    const { items } = await fixture.stores.audit.find({ limit: 5 });
    expect(items[0]).toMatchObject({ actor: 'Command line', action: 'user.delete' });
  });

  it('prints JSON for programs, on refusal too', async () => {
    const made = await rollcall(['users', 'add', 'anna', '--password=correct horse', '--json']);
    expect(JSON.parse(made.out)).toMatchObject({ userId: 'anna', version: 1 });
    const refused = await rollcall(['users', 'add', 'anna', '--password', 'correct horse', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'users.userIdTaken', fields: { userId: 'Taken.' } });
  });

  it('takes a secret from standard input, without its line break', async () => {
    await rollcall(['users', 'add', 'anna', '--password', '-'], { input: 'from-a-pipe\n' });
    const bare = 'anna@localhost' as never;
    const kept = (await fixture.stores.accounts.credentials([bare])).get(bare)?.credentials?.sha1.storedKey ?? '';
    expect(Buffer.from(kept, 'base64').toString()).toBe('from-a-pipe');
  });

  it('imports a file, waits for the job, tells rows that failed, and exits 1 when there are any', async () => {
    const file = join(dataDir, 'people.csv');
    writeFileSync(file, 'userId,password\nanna,correct horse\nbob,short\n');
    const result = await rollcall(['users', 'import', file]);
    expect(result).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^summary: +1 created, 0 skipped, 1 refused\.$/m),
      err: 'line 3: bob: password: Must have at least 8 characters.\n',
    });
    expect(await rollcall(['users', 'import', '-'], { input: 'userId\ncarl\n' })).toMatchObject({ code: 0 });
    expect((await rollcall(['users', 'export'])).out.split('\r\n')).toEqual([
      'userId,name,mail,domain,enabled',
      'anna,,,localhost,true',
      'carl,,,localhost,true',
      '',
    ]);
  });

  it('generates users', async () => {
    expect(await rollcall(['users', 'generate', '--prefix', 'load', '--count', '12', '--password-prefix', 'pw'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('12 created, 0 existed already.'),
    });
    expect((await fixture.stores.accounts.counts()).total).toBe(12);
  });

  it.each([
    [['users', 'add'], 'ID is missing.'],
    [['users', 'add', 'anna'], 'The option --password is missing.'],
    [['users', 'add', 'anna', '--password'], 'needs a value'],
    [['users', 'list', 'a', 'b'], 'one argument too many'],
    [['users', 'list', '--shoe', '1'], 'Unknown option --shoe.'],
    [['nothing'], 'There is no command "nothing".'],
    [['users', 'explode'], 'There is no command "users explode".'],
    [['users'], 'rollcall users VERB'],
  ])('%j is a mistake in use: exit 2', async (args, says) => {
    const result = await rollcall(args);
    expect(result.code).toBe(2);
    expect(result.out).toBe('');
    expect(result.err).toContain(says);
  });

  it.each([[['--help']], [['users', '--help']], [['users', 'add', '--help']], [['help', 'users', 'add']]])(
    '%j helps: exit 0',
    async (args) => {
      const result = await rollcall(args);
      expect(result).toMatchObject({ code: 0, err: '' });
      expect(result.out).toContain('Usage: rollcall');
    },
  );

  it('explains every option of a command', async () => {
    const { out } = await rollcall(['users', 'add', '--help']);
    for (const option of ['--password PASSWORD', '--name NAME', '--mail MAIL', '--domain DOMAIN', '--admin', '--json'])
      expect(out).toContain(option);
    expect(out).toContain('rollcall users add bot --password -');
  });

  it('says in one sentence that no server runs: exit 1', async () => {
    await socket.stop();
    const result = await rollcall(['users', 'list']);
    expect(result).toMatchObject({ code: 1, out: '' });
    expect(result.err).toBe(
      `No server is running on ${dataDir}. Start it with "npm start", or name its data folder in ROLLCALL_DATA_DIR.\n`,
    );
  });

  it('shows control characters in names instead of sending them to the terminal', async () => {
    await rollcall(['users', 'add', 'anna', '--password', 'correct horse', '--name', 'Anna\u001b[31m']);
    expect((await rollcall(['users', 'list'])).out).not.toContain('\u001b');
  });
});

describe('the socket of the command line', () => {
  it('is open to its own account only', () => {
    expect(statSync(socket.path).mode & 0o777).toBe(0o600);
  });

  it('takes the place of one left by a killed server, but not of a living one', async () => {
    const other = createAdminSocket({ dataDir, call: fixture.call, useCases: useCases as unknown as UseCaseTable, log: silentLog });
    expect(await other.start()).toMatchObject({ ok: false, fault: { code: 'admin-socket.inUse' } });
    await socket.stop();
    // What a killed process leaves is a file nobody answers on.
    writeFileSync(socket.path, '');
    expect(await other.start()).toMatchObject({ ok: true });
    await other.stop();
  });

  it('is found where the data folder is too deep for a socket', async () => {
    const deep = join(dataDir, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const far = createAdminSocket({ dataDir: deep, call: fixture.call, useCases: useCases as unknown as UseCaseTable, log: silentLog });
    expect(await far.start()).toMatchObject({ ok: true });
    expect(Buffer.byteLength(far.path)).toBeLessThanOrEqual(100);
    expect(readFileSync(join(deep, 'admin.sock.path'), 'utf8')).toBe(far.path);
    expect(await rollcall(['users', 'list'], { dir: deep })).toMatchObject({ code: 0, out: expect.stringContaining('None.') });
    await far.stop();
    rmSync(join(far.path, '..'), { recursive: true, force: true });
  });

  it('tells why when it cannot listen', async () => {
    const nowhere = createAdminSocket({
      dataDir: join(dataDir, 'missing'),
      call: fixture.call,
      useCases: useCases as unknown as UseCaseTable,
      log: silentLog,
    });
    expect(await nowhere.start()).toMatchObject({ ok: false, fault: { code: 'admin-socket.cannotListen' } });
  });
});
