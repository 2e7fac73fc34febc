import type { Fault } from '../kernel/faults.ts';
import { storeFaults } from './faults.ts';

/** Thrown where a write cannot be taken now; `fault` is what to show. */
export class StoreUnavailable extends Error {
  readonly fault: Fault = storeFaults.unavailable();
  constructor(cause?: unknown) {
    super('the database is not available', cause === undefined ? {} : { cause });
  }
}

interface Facts {
  /** Prisma's code (`P2002`) or the kind its adapter gave. */
  readonly codes: readonly string[];
  readonly message: string;
}

/** What an error says, through the layers in which Prisma wraps the driver's. */
function factsOf(error: unknown): Facts {
  const codes: string[] = [];
  const messages: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < 6 && typeof at === 'object' && at !== null; depth++) {
    const layer = at as {
      code?: unknown;
      kind?: unknown;
      originalCode?: unknown;
      message?: unknown;
      cause?: unknown;
      meta?: { driverAdapterError?: unknown };
    };
    for (const code of [layer.code, layer.kind, layer.originalCode]) if (typeof code === 'string') codes.push(code);
    if (typeof layer.message === 'string') messages.push(layer.message);
    at = layer.meta?.driverAdapterError ?? layer.cause;
  }
  return { codes, message: messages.join('; ') };
}

const LOST = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES'],
]);

/** True when the error means that the database is away, not that it refused what we asked. */
export function isConnectionLoss(error: unknown): boolean {
  const { codes, message } = factsOf(error);
  // SQLSTATE classes 08 (connection exception) and 57P (operator intervention: shutdown, crash, starting up).
  if (codes.some((code) => LOST.has(code) || /^08\w{3}$/.test(code) || /^57P0[1-5]$/.test(code))) return true;
  return /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|not queryable|Client was closed|connect ENOENT|connect ECONNREFUSED/i.test(
    message,
  );
}

/**
 * True when the database is there but can keep nothing now, whatever it is asked to keep: no space, no memory, its files cannot be written, it is
 * read-only after a switch, or it did not get to it in time (SQLSTATE classes 53 and 58, 25006, 55P03, 57014). A limit that somebody set for a session
 * (53400) is not that.
 */
export function isShortage(error: unknown): boolean {
  return factsOf(error).codes.some((code) => /^(?:53[0-3]\w\d|58\w{3}|25006|55P03|57014)$/.test(code));
}

/** True when a statement was given up because it, or the lock it waited for, took too long (SQLSTATE 57014, 55P03). */
export function isTooSlow(error: unknown): boolean {
  return factsOf(error).codes.some((code) => code === '57014' || code === '55P03');
}

/** True when what was to be stored is refused for what it says, and would be refused again (SQLSTATE classes 0A, 21, 22, 23, 42, 54). */
export function isRefusal(error: unknown): boolean {
  return factsOf(error).codes.some((code) => /^(?:0A|21|22|23|42|54)\w{3}$/.test(code));
}

/** For people: why nothing can be kept. */
export const shortageOf = (error: unknown): string => (factsOf(error).codes.includes('53100') ? 'its disk is full' : causeOf(error));

/** True for what succeeds when tried again: a deadlock, a serialisation conflict, an account that went in the middle. */
export function isPassing(error: unknown): boolean {
  return factsOf(error).codes.some((code) =>
    ['P2034', 'P2003', '40001', '40P01', '23503', 'TransactionWriteConflict', 'ForeignKeyConstraintViolation'].includes(code),
  );
}

/** True when `hold_epochs` refused: another node acts for people that this one believed to be its own. */
export const isFencedOff = (error: unknown): boolean => factsOf(error).codes.includes('RC001');

export const isUniqueViolation = (error: unknown): boolean =>
  factsOf(error).codes.some((code) => code === 'P2002' || code === '23505' || code === 'UniqueConstraintViolation');

/** One line for a log: codes and the first 300 characters; drivers do not put values into them. */
export function causeOf(error: unknown): string {
  const { codes, message } = factsOf(error);
  return `${codes.join(' ')} ${message}`.trim().replaceAll(/\s+/g, ' ').slice(0, 300);
}
