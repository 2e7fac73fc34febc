import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretId, sortableId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { PasswordHasher } from './passwords.ts';
import { passwordProblem } from './passwords.ts';
import type { OperatorStore } from './ports.ts';

/** The generated password of the first operator, in `<data>/initial-admin-password` until it is changed (design §9). */
export interface InitialPassword {
  readonly path: string;
  read(): Promise<string | null>;
  write(password: string): Promise<void>;
  forget(): Promise<void>;
}

export function createInitialPassword(dataDir: string): InitialPassword {
  const path = join(dataDir, 'initial-admin-password');
  return {
    path,
    async read() {
      try {
        return (await readFile(path, 'utf8')).trim();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async write(password) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      // A file left from before could have another mode.
      await rm(path, { force: true });
      await writeFile(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
    },
    forget: () => rm(path, { force: true }),
  };
}

/**
 * Makes the first administrator when there is no operator yet. Returns what to show once on the terminal: the generated password, or
 * null when one was given or an operator exists.
 */
export async function ensureFirstOperator(deps: {
  readonly operators: OperatorStore;
  readonly passwords: PasswordHasher;
  readonly initialPassword: InitialPassword;
  readonly username: string;
  /** Null: one is generated. */
  readonly password: string | null;
  readonly log: Log;
}): Promise<{ readonly made: boolean; readonly generatedPassword: string | null }> {
  const { operators, username, log } = deps;
  if ((await operators.list()).length > 0) return { made: false, generatedPassword: null };
  const password = deps.password ?? secretId(15);
  const weak = deps.password === null ? null : passwordProblem(deps.password, username);
  if (weak) log.warn('security.first-operator-weak-password', { username, why: weak });
  // The file first: a node killed in between would leave an operator whose password nobody knows.
  if (deps.password === null) await deps.initialPassword.write(password);
  else await deps.initialPassword.forget();
  const passwordHash = await deps.passwords.hash(password);
  const made = await operators.create({
    id: sortableId(),
    username,
    name: '',
    role: 'administrator',
    passwordHash,
    mustChangePassword: false,
  });
  if (made === 'taken') return { made: false, generatedPassword: null };
  log.info('security.first-operator-made', { username });
  return { made: true, generatedPassword: deps.password === null ? password : null };
}
