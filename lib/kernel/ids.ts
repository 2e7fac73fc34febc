import { randomBytes } from 'node:crypto';

const HEX = '0123456789abcdef';
let pool = Buffer.alloc(0);
let used = 0;

/** Random bytes from a pool: one call of the generator serves 400 ids. */
function take(count: number): Buffer {
  if (used + count > pool.length) {
    pool = randomBytes(4000);
    used = 0;
  }
  const slice = pool.subarray(used, used + count);
  used += count;
  return slice;
}

/** An unguessable identifier: `bytes` random bytes (default 16, 128 bits) as base64url. */
export const secretId = (bytes = 16): string => take(bytes).toString('base64url');

let lastMs = 0;

/**
 * An identifier that sorts by the order of making and tells nothing but its time: UUID version 7 (RFC 9562 §5.7) whose
 * 74 other bits are random, except that within one millisecond a 12-bit counter keeps the order.
 * `startAfter` moves the clock part past what was made before a restart, so that a clock set back cannot reorder.
 */
let counter = 0;
export function sortableId(now = Date.now()): string {
  if (now > lastMs) {
    lastMs = now;
    counter = (take(2)[0] ?? 0) & 0xff;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const rand = take(8);
  let tail = '';
  for (let i = 0; i < 8; i++) {
    const byte = i === 0 ? ((rand[0] ?? 0) & 0x3f) | 0x80 : (rand[i] ?? 0);
    tail += HEX[byte >> 4]! + HEX[byte & 15]!;
  }
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Makes every later `sortableId` sort after `id`. */
export function startAfter(id: string): void {
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  if (Number.isFinite(ms) && ms >= lastMs) {
    lastMs = ms + 1;
    counter = 0;
  }
}
