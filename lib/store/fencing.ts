import type { HeldEpochs } from '../cluster/ports.ts';
import type { JournalEntry } from '../im/ports.ts';
import { Prisma } from './generated/client.ts';

/** First in a transaction that writes for people: the database ends it with SQLSTATE RC001 when one of these epochs is old. */
export const proofStatement = (node: string, held: HeldEpochs): Prisma.Sql =>
  Prisma.sql`SELECT hold_epochs(${node}, ${[...held.homes]}::text[], ${held.epochs.map(BigInt)}::bigint[])`;

/** Whether all that was held when something was taken is held now, in the same epochs; what came since does not matter. */
export function isStillHeld(then: HeldEpochs | null, now: HeldEpochs): boolean {
  if (then === now) return true;
  if (then === null || then.homes.length === 0) return false;
  return then.homes.every((home, i) => {
    const at = now.homes.indexOf(home);
    return at !== -1 && now.epochs[at] === then.epochs[i];
  });
}

export function* accountsOf(entry: JournalEntry): Generator<number> {
  for (const row of entry.archive) yield row.accountId;
  for (const row of entry.offline) yield row.accountId;
}
