import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** A fact that a client told, such as `{ event: 'message', from, body, ... }`. */
export interface ClientEvent {
  readonly event: string;
  readonly [name: string]: unknown;
}

export type CommandResult = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

/** What went by so far, and waiting for what comes. */
export interface EventLog<E> {
  readonly all: readonly E[];
  /** The first event from `from` on that fits. Waits for it; the error lists what came instead. */
  next(what: string, fits: (event: E) => boolean, options?: { from?: number; timeoutMs?: number }): Promise<E>;
  add(event: E): void;
  /** Ends all waiting. */
  fail(why: string): void;
}

export function createEventLog<E>(name: string, show: (event: E) => string = (event) => JSON.stringify(event)): EventLog<E> {
  const all: E[] = [];
  const waiting = new Set<{ look(): boolean; fail(why: string): void }>();
  return {
    all,
    next(what, fits, options = {}) {
      const { from = 0, timeoutMs = 10_000 } = options;
      return new Promise((resolve, reject) => {
        let at = from;
        const look = () => {
          for (; at < all.length; at++) {
            if (!fits(all[at]!)) continue;
            resolve(all[at]!);
            return true;
          }
          return false;
        };
        if (look()) return;
        const fail = (why: string) => {
          waiting.delete(entry);
          clearTimeout(timer);
          reject(new Error(`${name}: ${why} while waiting for ${what}; since then:\n${all.slice(from).slice(-12).map(show).join('\n')}`));
        };
        const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
        const entry = {
          look() {
            if (!look()) return false;
            clearTimeout(timer);
            return true;
          },
          fail,
        };
        waiting.add(entry);
      });
    },
    add(event) {
      all.push(event);
      for (const entry of waiting) if (entry.look()) waiting.delete(entry);
    },
    fail(why) {
      for (const entry of [...waiting]) entry.fail(why);
    },
  };
}

/** Splits a child's output into lines. */
export function onLines(child: ChildProcessWithoutNullStreams, take: (line: string) => void): void {
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      take(text.slice(0, end));
      text = text.slice(end + 1);
    }
  });
}
