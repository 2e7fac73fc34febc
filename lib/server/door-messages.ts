/**
 * What goes between the engine's thread and the console's. Values are plain data (design: the one door); the two things that are not, a stream of an
 * export and the body of a request that is read only once its sender is known, stand in messages as numbers and are asked for piece by piece.
 */
export interface Snapshot {
  /** Areas of use cases and the verbs of each. */
  readonly areas: Readonly<Record<string, readonly string[]>>;
  readonly cookieSecret: string;
  readonly nodeName: string;
  readonly notice: unknown;
  readonly reference: unknown;
}

export type ToEngine =
  | { readonly is: 'call'; readonly id: number; readonly path: readonly string[]; readonly args: readonly unknown[] }
  | { readonly is: 'pull'; readonly id: number; readonly stream: number }
  | { readonly is: 'end'; readonly stream: number }
  | { readonly is: 'value'; readonly id: number; readonly value: unknown }
  | { readonly is: 'error'; readonly id: number; readonly error: Error };

export type ToConsole =
  | { readonly is: 'notice'; readonly notice: unknown }
  | { readonly is: 'ask'; readonly id: number; readonly call: number; readonly name: string }
  | { readonly is: 'value'; readonly id: number; readonly value: unknown }
  | { readonly is: 'error'; readonly id: number; readonly error: Error };

const STREAM = 'rollcall:stream';

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype;
const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Streams stand at the top of an answer (REST) or in the value of a result (an export): no deeper. */
const DEPTH = 2;

export function replaceStreams(value: unknown, keep: (stream: AsyncIterable<unknown>) => number, depth = DEPTH): unknown {
  if (isStream(value)) return { [STREAM]: keep(value) };
  if (depth === 0 || !isPlain(value)) return value;
  for (const inner of Object.values(value)) {
    if (typeof inner !== 'object' || inner === null) continue;
    // Copied only when there is something to replace, which is next to never.
    const replaced = replaceStreams(inner, keep, depth - 1);
    if (replaced !== inner) {
      const copy: Record<string, unknown> = {};
      for (const [name, each] of Object.entries(value)) copy[name] = each === inner ? replaced : each;
      return copy;
    }
  }
  return value;
}

export function restoreStreams(value: unknown, open: (stream: number) => AsyncIterable<unknown>, depth = DEPTH): unknown {
  if (!isPlain(value)) return value;
  if (typeof value[STREAM] === 'number') return open(value[STREAM]);
  if (depth > 0) for (const [name, inner] of Object.entries(value)) value[name] = restoreStreams(inner, open, depth - 1);
  return value;
}

export const asError = (problem: unknown): Error => (problem instanceof Error ? problem : new Error(String(problem)));
