/**
 * Changes of nodes gather while the commit before them is on its way, and go in one transaction: a storm of clients that publish their keys costs few.
 * Unlike messages they are answered only after the commit, so a database that is away refuses them at once instead of keeping them.
 */
import type { Fence, HeldEpochs } from '../../cluster/ports.ts';
import type { Log } from '../../kernel/log.ts';
import type { NodeChange } from '../../pubsub/ports.ts';
import type { DbClient } from '../client.ts';
import { causeOf, isFencedOff, isPassing, StoreUnavailable } from '../errors.ts';
import { isStillHeld, proofStatement } from '../fencing.ts';
import { nodeStatements } from './node-statements.ts';

interface Entry {
  readonly held: HeldEpochs | null;
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
  fence,
}: {
  readonly client: DbClient;
  readonly log: Log;
  readonly fence?: Fence | undefined;
}): (changes: readonly NodeChange[]) => Promise<void> {
  const waiting: Entry[] = [];
  let isRunning = false;

  async function write(changes: readonly NodeChange[], held: HeldEpochs | null): Promise<void> {
    const statements = nodeStatements(changes);
    const [only] = statements;
    if (only === undefined) return;
    if (fence !== undefined && held !== null) statements.unshift(proofStatement(fence.node, held));
    if (statements.length === 1) await client.writer.$executeRaw(only);
    else await client.writer.$transaction(statements.map((sql) => client.writer.$executeRaw(sql)));
  }

  async function commit(asked: readonly Entry[]): Promise<void> {
    let batch = asked;
    for (let tries = 0; ; tries++) {
      const held = fence === undefined ? null : fence.current();
      if (held !== null) batch = keepHeld(batch, held);
      if (batch.length === 0) return;
      try {
        await write(
          batch.flatMap((entry) => entry.changes),
          held,
        );
        for (const entry of batch) entry.done();
        return;
      } catch (error) {
        if (client.report(error)) {
          for (const entry of batch) entry.failed(new StoreUnavailable(error));
          return;
        }
        if (fence !== undefined && isFencedOff(error) && tries < PASSING_TRIES) {
          await fence.refused();
          continue;
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

  /** Another node acts by now for what the others were published on: their publishers hear that it was not kept. */
  function keepHeld(batch: readonly Entry[], held: HeldEpochs): readonly Entry[] {
    const isKept = (entry: Entry): boolean => held.homes.length > 0 && isStillHeld(entry.held, held);
    for (const entry of batch) if (!isKept(entry)) entry.failed(new StoreUnavailable());
    return batch.filter(isKept);
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) await commit(waiting.splice(0, BATCH));
    isRunning = false;
  }

  return (changes) =>
    new Promise((done, failed) => {
      if (client.state !== 'up' || waiting.length >= MAX_WAITING) return failed(new StoreUnavailable());
      waiting.push({ held: fence === undefined ? null : fence.current(), changes, done, failed });
      // What is published in the same turn goes along.
      if (!isRunning) {
        isRunning = true;
        setImmediate(() => void run());
      }
    });
}
