import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { storeFaults } from '../faults.ts';
import type { Binaries } from './binaries.ts';
import { type Folders, folderFault, writePrivate } from './folders.ts';
import type { RunAs } from './run-as.ts';

export const SUPERUSER = 'rollcall';

/** Runs a program to its end; gives what it wrote to stderr. */
function run(runAs: RunAs, program: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const { file, args: all } = runAs.command(program, args);
  return new Promise((resolve) => {
    const child = spawn(file, all, { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnv(), ...(runAs.owner ?? {}) });
    let text = '';
    const collect = (chunk: Buffer): void => {
      text = (text + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: -1, text: error.message }));
    child.on('close', (code) => resolve({ code, text }));
  });
}

/** Nothing of our environment (addresses, passwords, PG* variables) reaches the database's processes. */
export const serverEnv = (): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
});

async function majorOf(runAs: RunAs, binaries: Binaries): Promise<string> {
  const { text } = await run(runAs, binaries.postgres, ['--version']);
  return /\b(\d+)(?:\.\d+|devel|beta\d*|rc\d*)/.exec(text)?.[1] ?? '';
}

/**
 * Makes the database folder when there is none. It is made beside its place and moved when complete, so that a start which was
 * killed leaves nothing that looks like a database.
 */
export async function ensureCluster(
  folders: Folders,
  binaries: Binaries,
  runAs: RunAs,
  password: string,
): Promise<Result<{ created: boolean }, Fault>> {
  const versionFile = join(folders.cluster, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim();
    const expected = await majorOf(runAs, binaries);
    if (found !== expected) return refuse(storeFaults.otherMajor({ folder: folders.cluster, found, expected }));
    return ok({ created: false });
  }
  if (existsSync(folders.cluster) && readdirSync(folders.cluster).length > 0)
    return refuse(storeFaults.notACluster({ folder: folders.cluster }));

  const making = `${folders.cluster}.new`;
  const secret = join(folders.socket, 'initial');
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { mode: 0o700 });
    if (runAs.owner !== null) chownSync(making, runAs.owner.uid, runAs.owner.gid);
    writePrivate(secret, `${password}\n`, runAs.owner);
    const { code, text } = await run(runAs, binaries.initdb, [
      `--pgdata=${making}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ]);
    if (code !== 0) {
      if (/No space left on device/.test(text)) return refuse(storeFaults.diskFull({ folder: folders.data }));
      return refuse(storeFaults.startFailed({ why: text.trim().split('\n').slice(-3).join(' ') }));
    }
    rmSync(folders.cluster, { recursive: true, force: true });
    renameSync(making, folders.cluster);
    return ok({ created: true });
  } catch (error) {
    return refuse(folderFault(folders.data, error));
  } finally {
    rmSync(secret, { force: true });
  }
}
