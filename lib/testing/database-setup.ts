import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { silentLog } from '../kernel/log.ts';
import { foldersIn } from '../store/embedded/folders.ts';
import { runningPid, stopServer } from '../store/embedded/postmaster.ts';
import { startEmbedded } from '../store/embedded.ts';
import { migrate } from '../store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that tests of one run share; each test makes a database of its own from the migrated template. */
    testServer: { host: string; port: number; user: string; password: string; template: string };
  }
}

const PREFIX = 'rollcall-test-';
const TEMPLATE = 'migrated';

/** One PostgreSQL for the whole run, in a folder that goes with it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await clearLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const started = await startEmbedded({ dataDir: folder, log: silentLog });
  if (!started.ok) throw new Error(started.fault.message);
  const { host = '', port = 5432, user = '', password } = started.value.connection;
  const shared = { host, port, user, password: String(password) };

  const admin = new pg.Client({ ...shared, database: 'postgres' });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  const migrated = await migrate({ ...shared, database: TEMPLATE }, silentLog);
  if (!migrated.ok) throw new Error(migrated.fault.message);
  project.provide('testServer', { ...shared, template: TEMPLATE });

  return async () => {
    await started.value.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A run that was killed left its server behind. */
async function clearLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number.parseInt(name.slice(PREFIX.length), 10);
    try {
      process.kill(owner, 0);
      continue;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue;
    }
    const folder = join(tmpdir(), name);
    const pid = runningPid(foldersIn(folder));
    if (pid !== null) await stopServer(pid, 2_000);
    rmSync(folder, { recursive: true, force: true });
  }
}
