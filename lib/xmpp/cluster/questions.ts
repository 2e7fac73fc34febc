/** Questions to other nodes that are answered in time or not at all: for administration, never for the way of a stanza. */
import type { Membership, NodeName } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Elsewhere } from '../router/elsewhere.ts';

export interface Questions {
  /** Rejects when the node is not there, does not answer in time, or failed. */
  ask(node: NodeName, what: string, payload: object): Promise<unknown>;
  /** Asks every other node that is there. Those that did not answer are named. */
  askAll(what: string, payload: object): Promise<{ readonly answers: readonly unknown[]; readonly silent: readonly NodeName[] }>;
  answer(what: string, fn: (payload: unknown, from: NodeName) => Promise<unknown>): void;
}

const ANSWER_MS = 5_000;

interface Asked {
  readonly id: number;
  readonly what: string;
  readonly payload: unknown;
}
type Answered = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failed: string };

export function createQuestions(deps: {
  readonly elsewhere: Elsewhere;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly log: Log;
}): Questions {
  const { elsewhere, membership, clock, log } = deps;
  const open = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  const answers = new Map<string, (payload: unknown, from: NodeName) => Promise<unknown>>();
  let next = 0;

  elsewhere.hear('ask', (payload, from) => {
    const { id, what, payload: question } = payload as Asked;
    const fn = answers.get(what);
    const done = (answered: Answered) => elsewhere.tell(from, 'answer', answered);
    if (fn === undefined) return void done({ id, failed: `Nobody answers ${what}.` });
    fn(question, from).then(
      (value) => done({ id, value: value ?? null }),
      (error: unknown) => {
        log.warn('cluster.question-failed', { what, from, error });
        done({ id, failed: String(error) });
      },
    );
  });
  elsewhere.hear('answer', (payload) => {
    const answered = payload as Answered;
    const asked = open.get(answered.id);
    if ('failed' in answered) asked?.reject(new Error(answered.failed));
    else asked?.resolve(answered.value);
  });

  function ask(node: NodeName, what: string, payload: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++next;
      const late = clock.setTimeout(() => over(() => reject(new Error(`${node} did not answer in time.`))), ANSWER_MS);
      const over = (end: () => void) => {
        if (!open.delete(id)) return;
        late.cancel();
        end();
      };
      open.set(id, { resolve: (value) => over(() => resolve(value)), reject: (error) => over(() => reject(error)) });
      const asked: Asked = { id, what, payload };
      if (!elsewhere.tell(node, 'ask', asked)) over(() => reject(new Error(`${node} is not there.`)));
    });
  }

  return {
    ask,
    async askAll(what, payload) {
      const silent: NodeName[] = [];
      const given: unknown[] = [];
      const others = membership.nodes().filter(({ name, state }) => name !== membership.self.name && state !== 'gone');
      await Promise.all(
        others.map(({ name }) =>
          ask(name, what, payload).then(
            (value) => given.push(value),
            () => silent.push(name),
          ),
        ),
      );
      return { answers: given, silent };
    },
    answer(what, fn) {
      if (answers.has(what)) throw new Error(`${what} is answered already.`);
      answers.set(what, fn);
    },
  };
}
