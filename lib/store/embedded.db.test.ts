import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { archived, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { foldersIn } from './embedded/folders.ts';
import { isAlive, runningPid, stopServer } from './embedded/postmaster.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { createStores, openDatabase } from './index.ts';

describe('the built-in database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-embedded-'));
  });
  afterEach(async () => {
    const pid = runningPid(foldersIn(folder));
    if (pid !== null) await stopServer(pid, 5_000);
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (more: object = {}) => startEmbedded({ dataDir: folder, log: silentLog, ...more });
  async function running(more: object = {}): Promise<Embedded> {
    const started = await start(more);
    if (!started.ok) throw new Error(started.fault.message);
    return started.value;
  }
  const refused = async (more: object = {}) => {
    const started = await start(more);
    if (started.ok) await started.value.close();
    return started.ok ? null : started.fault;
  };

  /** A Rollcall on this folder that is killed while it appends; gives the ids it had acknowledged. */
  async function appendAndDie(): Promise<string[]> {
    const program = join(import.meta.dirname, '../testing/programs/keep-appending.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await eventually(() => printed.length > 37 * 300, 60_000);
    child.kill('SIGKILL');
    await ended;
    return printed.split('\n').filter((line) => line.length === 36);
  }

  it('is made once, private, not as root, and started again on the same folder', async () => {
    const first = await running();
    expect(first.how).toBe('created');
    expect(statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'postgres-password')).mode & 0o777).toBe(0o600);
    await first.close();
    expect(isAlive(first.pid)).toBe(false);
    const second = await running();
    expect(second.how).toBe('started');
    await second.close();
  });

  it('is used by one Rollcall at a time', async () => {
    const first = await running();
    expect((await refused())?.code).toBe('store.usedByOther');
    expect(isAlive(first.pid)).toBe(true);
    await first.close();
  });

  it('talks through a short path when the data folder lies deep', async () => {
    const deep = join(folder, 'a'.repeat(60), 'b'.repeat(60));
    const started = await running({ dataDir: deep });
    expect(started.connection.host?.startsWith(tmpdir())).toBe(true);
    await started.close();
    rmSync(started.connection.host!, { recursive: true, force: true });
  });

  it('says what to do about a folder of another major version', async () => {
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres/PG_VERSION'), '9\n');
    const fault = await refused();
    expect(fault).toMatchObject({ code: 'store.otherMajor', kind: 'down' });
    expect(fault?.message).toContain('DATABASE_URL');
  });

  it('says what to do where there are no binaries, nothing can be written, or something else is there', async () => {
    expect((await refused({ binaries: null }))?.message).toContain('DATABASE_URL');
    writeFileSync(join(folder, 'file'), '');
    expect((await refused({ dataDir: join(folder, 'file/data') }))?.code).toBe('store.folderNotWritable');
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres/notes.txt'), 'mine');
    expect((await refused())?.code).toBe('store.notACluster');
    expect(readFileSync(join(folder, 'postgres/notes.txt'), 'utf8')).toBe('mine');
  });

  it('ignores what a start that was killed half-way left', async () => {
    mkdirSync(join(folder, 'postgres.new'));
    writeFileSync(join(folder, 'postgres.new/PG_VERSION'), '18\n');
    const started = await running();
    expect(started.how).toBe('created');
    await started.close();
  });

  it('stops a server that was left behind and hangs, and starts anew', async () => {
    await appendAndDie();
    const left = runningPid(foldersIn(folder))!;
    process.kill(left, 'SIGSTOP');
    const started = await running({ patienceMs: 500 });
    expect(started.how).toBe('started');
    expect(started.pid).not.toBe(left);
    await started.close();
  });

  it('is started again when it is killed; what waited is committed exactly once', async () => {
    const opened = await openDatabase({ dataDir: folder, log: silentLog });
    if (!opened.ok) throw new Error(opened.fault.message);
    const database = opened.value;
    const states: string[] = [];
    database.onState((state) => states.push(state));
    const stores = createStores(database, { node: 'n', log: silentLog });
    const [alice = 0] = await people(stores, 'alice');

    const acknowledged: number[] = [];
    const uids: string[] = [];
    let stopped = false;
    const next = (): void => {
      if (stopped || !stores.journal.accepting) return;
      const i = uids.length;
      const row = archived(alice, 'bob@example.com', `n ${i}`);
      uids.push(row.uid);
      stores.journal.append({ archive: [row], offline: [] }, () => {
        acknowledged.push(i);
        next();
      });
    };
    for (let i = 0; i < 200; i++) next();
    await eventually(() => acknowledged.length > 500);
    process.kill(runningPid(foldersIn(folder))!, 'SIGKILL');
    await eventually(() => states.includes('down'));
    expect(stores.journal.accepting).toBe(false);
    // What an administrator tries meanwhile is refused in words, before and inside a transaction.
    const attempts = await Promise.allSettled([stores.accounts.counts(), stores.unitOfWork.run((inside) => inside.accounts.counts())]);
    for (const attempt of attempts)
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ fault: { code: 'store.unavailable' } });
    await eventually(() => states.at(-1) === 'up', 30_000);
    stopped = true;
    await eventually(() => acknowledged.length === uids.length, 30_000);

    expect(acknowledged).toEqual(uids.map((_, i) => i));
    const rows = await database.client.main.$queryRaw<
      { n: bigint; d: bigint }[]
    >`SELECT count(*) AS n, count(DISTINCT uid) AS d FROM archive`;
    expect([Number(rows[0]?.n), Number(rows[0]?.d)]).toEqual([uids.length, uids.length]);
    await stores.close();
    await database.close();
  });

  it('is adopted after a kill -9 of the process that used it; nothing acknowledged is lost', async () => {
    const acknowledged = await appendAndDie();
    const again = await running();
    expect(again.how).toBe('adopted');
    await again.close();
    const opened = await openDatabase({ dataDir: folder, log: silentLog });
    if (!opened.ok) throw new Error(opened.fault.message);
    const stores = createStores(opened.value, { node: 'n', log: silentLog });
    const alice = (await stores.accounts.byUserId('alice'))!.id;
    expect(await stores.archive.existing(alice, acknowledged)).toHaveLength(acknowledged.length);
    await stores.close();
    await opened.value.close();
  });
});
