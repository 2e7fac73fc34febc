import { spawnSync } from 'node:child_process';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { storeFaults } from '../faults.ts';

/**
 * PostgreSQL refuses to run as root, and rightly. Started by root we run it in a user namespace where root's id is called 1000: no
 * account is made, no ownership changes. Where namespaces are refused we use the ids of `nobody`, on a folder given to it.
 */
export interface RunAs {
  readonly kind: 'self' | 'namespace' | 'nobody';
  /** The command line that runs `program` so. */
  command(program: string, args: readonly string[]): { file: string; args: string[] };
  /** Whose the folders must be; null leaves them as they are. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const self: RunAs = { kind: 'self', owner: null, command: (program, args) => ({ file: program, args: [...args] }) };
const namespace: RunAs = {
  kind: 'namespace',
  owner: null,
  command: (program, args) => ({ file: 'unshare', args: ['--user', '--map-user=1000', '--map-group=1000', '--', program, ...args] }),
};
const NOBODY = { uid: 65_534, gid: 65_534 };
const nobody: RunAs = { kind: 'nobody', owner: NOBODY, command: (program, args) => ({ file: program, args: [...args] }) };

/** Picks the first way in which `postgres --version` runs. */
export function chooseRunAs(
  postgres: string,
  uid: number = process.getuid?.() ?? -1,
  ways: readonly RunAs['kind'][] = ['namespace', 'nobody'],
): Result<RunAs, Fault> {
  if (uid !== 0) return ok(self);
  let why = 'no way was tried';
  for (const way of [namespace, nobody].filter((candidate) => ways.includes(candidate.kind))) {
    const { file, args } = way.command(postgres, ['--version']);
    const run = spawnSync(file, args, { encoding: 'utf8', ...(way.owner ?? {}) });
    if (run.status === 0) return ok(way);
    why = (run.error?.message ?? run.stderr).trim().split('\n').at(-1) ?? '';
  }
  return refuse(storeFaults.noUnprivileged({ why }));
}
