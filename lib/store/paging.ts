import type { Fault } from '../kernel/faults.ts';
import { storeFaults } from './faults.ts';

/** The largest number a list counts to; beyond it a total is a floor. */
export const COUNT_CAP = 10_000;

/** Thrown for a cursor that no page of ours ended with; `fault` is what to show. */
export class CursorError extends Error {
  readonly fault: Fault = storeFaults.badCursor();
  constructor() {
    super('malformed cursor');
  }
}

/** A cursor is the sort position of the last row of a page, opaque to whoever carries it. */
export type CursorPart = string | number;

export const encodeCursor = (parts: readonly CursorPart[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/**
 * Reads a cursor back; `shape` lists the expected types. The first part should name the order, so that a cursor of another order is
 * refused rather than giving a page from nowhere.
 */
export function decodeCursor(cursor: string, shape: readonly ('string' | 'number')[]): CursorPart[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new CursorError();
  }
  if (!Array.isArray(parts) || parts.length !== shape.length) throw new CursorError();
  for (const [i, type] of shape.entries()) {
    const part: unknown = parts[i];
    if (typeof part !== type) throw new CursorError();
    if (type === 'number' && !Number.isSafeInteger(part)) throw new CursorError();
    if (typeof part === 'string' && (part.length > 4096 || part.includes('\0'))) throw new CursorError();
  }
  return parts as CursorPart[];
}
