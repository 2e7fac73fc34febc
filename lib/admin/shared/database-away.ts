/**
 * Does this exception mean that the database is away? Told by codes, through the layers in which the store's client wraps the driver's
 * error, because the store is any adapter and its classes do not reach here.
 */
export function isDatabaseAway(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && typeof at === 'object' && at !== null; depth++) {
    const layer = at as Partial<Record<'code' | 'kind' | 'originalCode' | 'message' | 'cause', unknown>> & {
      meta?: { driverAdapterError?: unknown };
    };
    for (const code of [layer.code, layer.kind, layer.originalCode]) if (typeof code === 'string' && isConnectionCode(code)) return true;
    if (typeof layer.message === 'string' && away.test(layer.message)) return true;
    at = layer.meta?.driverAdapterError ?? layer.cause;
  }
  return false;
}

/** `ENOENT` alone may be any file; with `connect` it is the socket of a database that has stopped. */
const away =
  /Connection terminated|connection timeout|trying to connect|Query read timeout|not queryable|Client was closed|connect (?:ENOENT|ECONNREFUSED)/i;

const lost = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
]);
/** SQLSTATE classes 08 (connection exception), 53 (no space, no memory, no connection left) and 57P (shutdown, crash, starting up). */
const isConnectionCode = (code: string) => lost.has(code) || /^(?:08\w|53[0-3])\w{2}$/.test(code) || /^57P0[1-5]$/.test(code);
