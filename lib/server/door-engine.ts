import type { MessagePort } from 'node:worker_threads';
import type { AdminApi } from '../admin/api.ts';
import type { RestRequest } from '../admin/shared/door.ts';
import { asError, replaceStreams, type Snapshot, type ToConsole, type ToEngine } from './door-messages.ts';

type Callable = (...args: unknown[]) => unknown;

/** What the console's thread knows without asking. */
export function snapshotOf(api: AdminApi): Snapshot {
  const areas: Record<string, string[]> = {};
  for (const [area, verbs] of Object.entries(api)) {
    if (typeof verbs !== 'object' || area === 'auth') continue;
    areas[area] = Object.keys(verbs);
  }
  const { cookieSecret } = api.auth;
  return { areas, cookieSecret, nodeName: api.nodeName, notice: api.auth.notice(), reference: api.reference() };
}

/** Which calls come over the thread: use cases, REST, and who is there. Nothing else can be named. */
function find(api: AdminApi, path: readonly string[]): Callable | null {
  let at: unknown = api;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null;
    at = (at as Record<string, unknown>)[name];
  }
  return typeof at === 'function' ? (at as Callable) : null;
}

/** The engine's end of the door: answers calls of the console's thread. `close` lets go of what that thread had open. */
export function offerAdmin(port: MessagePort, api: AdminApi): { tellNotice(): void; close(): void } {
  const streams = new Map<number, AsyncIterator<unknown>>();
  const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastStream = 0;
  let lastAsked = 0;
  let closed = false;

  const post = (message: ToConsole) => {
    if (!closed) port.postMessage(message);
  };
  const keep = (stream: AsyncIterable<unknown>): number => {
    streams.set(++lastStream, stream[Symbol.asyncIterator]());
    return lastStream;
  };
  async function answer(id: number, work: () => unknown): Promise<void> {
    try {
      post({ is: 'value', id, value: replaceStreams(await work(), keep) });
    } catch (problem) {
      post({ is: 'error', id, error: asError(problem) });
    }
  }
  /** The body of a request stays in the other thread until it is asked for. */
  const withBody = (call: number, request: RestRequest): RestRequest => ({
    ...request,
    body: () =>
      new Promise((resolve, reject) => {
        const id = ++lastAsked;
        asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
        post({ is: 'ask', id, call, name: 'body' });
      }),
  });

  port.on('message', (message: ToEngine) => {
    if (message.is === 'call') {
      const callee = find(api, message.path);
      if (callee === null) return void post({ is: 'error', id: message.id, error: new Error(`There is no ${message.path.join('.')}.`) });
      const [first, ...rest] = message.args;
      const isRest = message.path[0] === 'rest';
      void answer(message.id, () => callee(isRest ? withBody(message.id, first as RestRequest) : first, ...rest));
    } else if (message.is === 'pull') {
      const stream = streams.get(message.stream);
      void answer(message.id, async () => {
        const next = await (stream?.next() ?? { done: true, value: undefined });
        if (next.done) streams.delete(message.stream);
        return next;
      });
    } else if (message.is === 'end') {
      const stream = streams.get(message.stream);
      streams.delete(message.stream);
      // It was being read for somebody who has left; that its end fails, too, helps nobody.
      stream?.return?.()?.catch(() => undefined);
    } else {
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.is === 'value') waiting?.resolve(message.value);
      else waiting?.reject(message.error);
    }
  });

  return {
    tellNotice: () => post({ is: 'notice', notice: api.auth.notice() }),
    close() {
      closed = true;
      for (const stream of streams.values()) stream.return?.()?.catch(() => undefined);
      streams.clear();
      for (const { reject } of asked.values()) reject(new Error('The console went away.'));
      asked.clear();
    },
  };
}
