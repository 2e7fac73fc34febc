import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOrMakeSecret } from '../security/index.ts';

const FILE = 'cluster-secret';

/** What is given, or what the file in the data folder says; made by the first node, null for a later one that has none. */
export async function joinSecret(deps: {
  readonly given: string | null;
  readonly dataDir: string;
  readonly mayMake: boolean;
}): Promise<string | null> {
  if (deps.given !== null) return deps.given;
  try {
    const text = (await readFile(join(deps.dataDir, FILE), 'utf8')).trim();
    if (text !== '') return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return deps.mayMake ? readOrMakeSecret(deps.dataDir, FILE) : null;
}
