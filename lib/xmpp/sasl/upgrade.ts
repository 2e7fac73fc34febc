import type { ScramCredentials } from '../../directory/ports.ts';
import { HASH_OCTETS, keysAsText, keysOfSalted, makeSalt, type ScramHash } from './credentials.ts';

/** XEP-0480: the client, which has the password, gives us what we do not store yet. */
const TASKS: Readonly<Record<string, ScramHash>> = { 'UPGR-SCRAM-SHA-1': 'sha1', 'UPGR-SCRAM-SHA-256': 'sha256' };
export const upgradeTasks: readonly string[] = Object.keys(TASKS);

type Keys = NonNullable<ScramCredentials['sha256']>;

/** The tasks of one sign-in, one after the other. */
export class ScramUpgrade {
  private readonly made = new Map<ScramHash, Keys>();

  private constructor(
    private readonly stored: ScramCredentials,
    private readonly waiting: string[],
    readonly salt: string,
    readonly iterations: number,
  ) {}

  /**
   * Null when nothing is to be gained. One salt and number of iterations serve both hashes, so more iterations need a client that makes both; a
   * missing hash alone is made with those that are stored.
   */
  static of(stored: ScramCredentials, offered: readonly string[], iterations: number): ScramUpgrade | null {
    const asked = upgradeTasks.filter((task) => offered.includes(task));
    if (stored.iterations < iterations && asked.length === upgradeTasks.length)
      return new ScramUpgrade(stored, asked, makeSalt().toString('base64'), iterations);
    if (stored.sha256 === null && asked.includes('UPGR-SCRAM-SHA-256'))
      return new ScramUpgrade(stored, ['UPGR-SCRAM-SHA-256'], stored.salt, stored.iterations);
    return null;
  }

  /** What is to be done now; null when all is. */
  get task(): string | null {
    return this.waiting[0] ?? null;
  }

  /** SaltedPassword of the current task. False when it cannot be one. */
  take(salted: Buffer): boolean {
    const hash = TASKS[this.task ?? ''];
    if (hash === undefined || salted.length !== HASH_OCTETS[hash]) return false;
    this.made.set(hash, keysAsText(keysOfSalted(salted, hash)));
    this.waiting.shift();
    return true;
  }

  /** When all tasks are done. */
  result(): ScramCredentials {
    const { stored, salt, iterations, made } = this;
    return { salt, iterations, sha1: made.get('sha1') ?? stored.sha1, sha256: made.get('sha256') ?? stored.sha256 };
  }
}
