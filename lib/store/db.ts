import type { DbClient } from './client.ts';
import type { Prisma } from './generated/client.ts';
import type { Read, ReadMany } from './reads.ts';

export type Tx = Prisma.TransactionClient;

/** What an adapter works on: outside a transaction it makes its own for several statements, inside one it joins it. */
export interface Db {
  readonly tx: Tx;
  /** For what is read at each sign-in and the like. */
  readonly read: Read;
  /** For slices of many rows. */
  readonly readMany: ReadMany;
  atomically<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export const plainDb = (client: DbClient): Db => ({
  tx: client.main,
  read: client.read,
  readMany: client.readMany,
  atomically: (work) => transaction(client, work),
});

/** One transaction; what a lost connection throws, also at its begin and commit, says so in words. */
export async function transaction<T>(client: DbClient, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await client.main.$transaction(work);
  } catch (error) {
    throw client.explained(error);
  }
}
export const boundDb = (tx: Tx): Db => ({
  tx,
  // Inside a transaction it has to be the transaction's connection.
  read: (statement, values) => tx.$queryRawUnsafe(statement.text, ...values),
  readMany: (text, values) => tx.$queryRawUnsafe(text, ...values),
  atomically: (work) => work(tx),
});

export const ms = (value: bigint): number => Number(value);
export const msOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));
export const big = (value: number): bigint => BigInt(Math.trunc(value));
export const bigOrNull = (value: number | null): bigint | null => (value === null ? null : big(value));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Ids that come from outside are looked at before PostgreSQL sees them: it ends the transaction over a malformed one. */
export const isUuid = (text: string): boolean => UUID.test(text);
