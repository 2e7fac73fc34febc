import type { MessagePort } from 'node:worker_threads';
import type { AdminApi } from '../admin/api.ts';
import { csrfTokenOf } from '../admin/rest/csrf.ts';
import type { AuthDoor, Reference, RestAnswer, RestRequest, SignInNotice } from '../admin/shared/door.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import { asError, restoreStreams, type Snapshot, type ToConsole, type ToEngine } from './door-messages.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The console's end of the door: the same object that pages know, each call a message to the engine's thread. */
export function reachAdmin(port: MessagePort, snapshot: Snapshot): AdminApi {
  const waiting = new Map<number, Waiting>();
  const bodies = new Map<number, RestRequest['body']>();
  let last = 0;
  let notice = snapshot.notice as SignInNotice;

  const post = (message: ToEngine) => port.postMessage(message);
  const ask = (message: (id: number) => ToEngine): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      try {
        post(message(id));
      } catch (problem) {
        // What cannot be copied to another thread is no plain data: a bug of ours.
        waiting.delete(id);
        reject(asError(problem));
      }
    });

  const openStream = (stream: number): AsyncIterable<unknown> => ({
    [Symbol.asyncIterator]: () => ({
      next: () => ask((id) => ({ is: 'pull', id, stream })) as Promise<IteratorResult<unknown>>,
      async return() {
        post({ is: 'end', stream });
        return { done: true, value: undefined };
      },
    }),
  });
  const call = async (path: readonly string[], args: readonly unknown[]): Promise<unknown> =>
    restoreStreams(await ask((id) => ({ is: 'call', id, path, args })), openStream);

  port.on('message', (message: ToConsole) => {
    if (message.is === 'notice') notice = message.notice as SignInNotice;
    else if (message.is === 'ask') {
      const body = bodies.get(message.call) ?? (async () => '');
      body().then(
        (value) => post({ is: 'value', id: message.id, value }),
        (problem: unknown) => post({ is: 'error', id: message.id, error: asError(problem) }),
      );
    } else {
      const found = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.is === 'value') found?.resolve(message.value);
      else found?.reject(message.error);
    }
  });

  async function rest(request: RestRequest, viewer: Viewer | null): Promise<RestAnswer> {
    const { body, ...plain } = request;
    let mine = 0;
    try {
      const answer = ask((id) => {
        mine = id;
        bodies.set(id, body);
        return { is: 'call', id, path: ['rest'], args: [plain, viewer] };
      });
      return restoreStreams(await answer, openStream) as RestAnswer;
    } finally {
      bodies.delete(mine);
    }
  }

  const asked =
    (...path: string[]) =>
    (...args: unknown[]) =>
      call(path, args);
  const calls = Object.fromEntries(
    Object.entries(snapshot.areas).map(([area, verbs]) => [area, Object.fromEntries(verbs.map((verb) => [verb, asked(area, verb)]))]),
  );
  const auth = {
    signIn: asked('auth', 'signIn'),
    signOut: asked('auth', 'signOut'),
    viewerForSession: asked('auth', 'viewerForSession'),
    viewerForToken: asked('auth', 'viewerForToken'),
    notice: () => notice,
    cookieSecret: snapshot.cookieSecret,
  } as AuthDoor;
  return {
    ...(calls as Omit<AdminApi, 'auth' | 'rest' | 'reference' | 'csrfToken' | 'nodeName'>),
    auth,
    rest,
    reference: () => snapshot.reference as Reference,
    csrfToken: (viewer) => csrfTokenOf(snapshot.cookieSecret, viewer),
    nodeName: snapshot.nodeName,
  } as AdminApi;
}
