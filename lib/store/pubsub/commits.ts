/**
 * Changes of nodes gather while the commit before them is on its way, and go in one transaction: a storm of clients that publish their keys costs few.
 * Unlike messages they are answered only after the commit, so a database that is away refuses them at once instead of keeping them.
 */
import type { Log } from '../../kernel/log.ts';
import type { NodeChange } from '../../pubsub/ports.ts';
import type { DbClient } from '../client.ts';
import { causeOf, isPassing, StoreUnavailable } from '../errors.ts';
import { nodeStatements } from './node-statements.ts';

interface Entry {
  readonly changes: readonly NodeChange[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const BATCH = 200;
/** More do not wait. */
const MAX_WAITING = 20_000;
const PASSING_TRIES = 3;

export function createNodeCommits({
  client,
  log,
}: {
  readonly client: DbClient;
  readonly log: Log;
}): (changes: readonly NodeChange[]) => Promise<void> {
  const waiting: Entry[] = [];
  let isRunning = false;

  async function write(changes: readonly NodeChange[]): Promise<void> {
    const statements = nodeStatements(changes);
    const [only] = statements;
    if (only === undefined) return;
    if (statements.length === 1) await client.writer.$executeRaw(only);
    else await client.writer.$transaction(statements.map((sql) => client.writer.$executeRaw(sql)));
  }

  async function commit(batch: readonly Entry[]): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await write(batch.flatMap((entry) => entry.changes));
        for (const entry of batch) entry.done();
        return;
      } catch (error) {
        if (client.report(error)) {
          for (const entry of batch) entry.failed(new StoreUnavailable(error));
          return;
        }
        if (isPassing(error) && tries < PASSING_TRIES) continue;
        // One that the database refuses must not spoil the others.
        if (batch.length > 1) {
          const middle = batch.length >> 1;
          await commit(batch.slice(0, middle));
          return commit(batch.slice(middle));
        }
        log.error('store.entry-refused', { kind: 'pubsub', why: causeOf(error) });
        batch[0]?.failed(error);
        return;
      }
    }
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) await commit(waiting.splice(0, BATCH));
    isRunning = false;
  }

  return (changes) =>
    new Promise((done, failed) => {
      if (client.state !== 'up' || waiting.length >= MAX_WAITING) return failed(new StoreUnavailable());
      waiting.push({ changes, done, failed });
      // What is published in the same turn goes along.
      if (!isRunning) {
        isRunning = true;
        setImmediate(() => void run());
      }
    });
}
