import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, wherever the command was called from. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Runs a program of node_modules by Node itself, so that nothing is ever fetched in its place. */
export const nodeBin = (pkgPath) => [process.execPath, join(root, 'node_modules', pkgPath)];

/**
 * Runs a command and resolves with its exit code. `quiet` keeps the output and shows it only when the command fails.
 */
export function run(command, args, { quiet = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    let kept = '';
    child.stdout?.on('data', (chunk) => (kept += chunk));
    child.stderr?.on('data', (chunk) => (kept += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (quiet && code !== 0) process.stderr.write(kept);
      resolve(code ?? 1);
    });
  });
}

/** Like `run`, but a failure ends the program with that command's exit code and a line that says which step failed. */
export async function must(what, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) {
    console.error(`rollcall: ${what} failed (exit code ${code}).`);
    process.exit(code);
  }
}
