import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../fixtures/start-server.ts';
import { removeFolder, temporaryFolder } from './process.ts';

/** A PostgreSQL that several nodes of a test share. */
export async function startSharedDatabase(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = temporaryFolder('shared');
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(projectRoot, 'bin/lib/shared-database.mjs'), join(folder, 'data')],
    {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('\n')) resolve(said.trim());
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('exit', () => reject(new Error(`the shared database did not start: ${said}`)));
  });
  return {
    url,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await gone;
      }
      removeFolder(folder);
    },
  };
}
