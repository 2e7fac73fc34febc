/** The rooms' IQ handlers: which one answers a request, and that every request is answered in time (RFC 6120 §8.2.3). */
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { AckHold, ClientSession } from '../c2s/session.ts';
import type { IqStanza, StanzaFault } from '../stanza/stanza.ts';
import type { IqAnswer, IqHandler } from './hooks.ts';
import type { User } from './users.ts';

export interface IqHandlers {
  add(handlers: readonly IqHandler[]): void;
  of(iq: IqStanza, target: 'server' | 'self' | 'account'): IqHandler | undefined;
  run(session: ClientSession, user: User, iq: IqStanza, handler: IqHandler): void;
}

/** Clients have given up by then: what takes longer waits for something that is lost. */
const ANSWER_MS = 60_000;
const LOOK_MS = 5_000;

const tooSlow: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The server could not answer in time. Try again in a moment.',
};

interface Waiting {
  readonly iq: IqStanza;
  readonly until: number;
  readonly hold: AckHold | null;
  isLate: boolean;
}

export function createIqHandlers(deps: {
  readonly clock: Clock;
  readonly log: Log;
  readonly holdAck: (session: ClientSession) => AckHold;
  readonly answer: (session: ClientSession, iq: IqStanza, answer: IqAnswer) => void;
  readonly failed: (iq: IqStanza, error: unknown) => void;
  readonly refuse: (iq: IqStanza, fault: StanzaFault) => void;
}): IqHandlers {
  const { clock, log } = deps;
  const handlers = new Map<string, IqHandler[]>();
  /** In the order in which they began, so the first are the first to be late. One timer serves all, and none runs while nobody waits. */
  const waiting = new Set<Waiting>();
  let looking = false;

  function look(): void {
    const now = clock.monotonic();
    for (const one of waiting) {
      if (one.until > now) break;
      waiting.delete(one);
      one.isLate = true;
      log.warn('router.answer-late', { ns: one.iq.payload?.ns ?? '', name: one.iq.payload?.name ?? '', from: one.iq.from.full });
      deps.refuse(one.iq, tooSlow);
      one.hold?.done();
    }
    looking = waiting.size > 0;
    if (looking) clock.setTimeout(look, LOOK_MS);
  }

  function wait(iq: IqStanza, hold: AckHold | null): Waiting {
    const one: Waiting = { iq, until: clock.monotonic() + ANSWER_MS, hold, isLate: false };
    waiting.add(one);
    if (!looking) {
      looking = true;
      clock.setTimeout(look, LOOK_MS);
    }
    return one;
  }

  return {
    add(more) {
      for (const handler of more) {
        const key = `${handler.ns} ${handler.name}`;
        const list = handlers.get(key) ?? [];
        list.push(handler);
        handlers.set(key, list);
      }
    },
    of(iq, target) {
      const { payload, type } = iq;
      if (!payload || (type !== 'get' && type !== 'set')) return undefined;
      return handlers.get(`${payload.ns} ${payload.name}`)?.find((one) => one.targets.includes(target) && one.types.includes(type));
    },
    run(session, user, iq, handler) {
      if (!iq.payload) return;
      const answer = handler.handle({ session, user, iq, payload: iq.payload });
      if (!(answer instanceof Promise)) return deps.answer(session, iq, answer);
      // A set that waits for storage counts as handled once it is answered.
      const one = wait(iq, iq.type === 'set' ? deps.holdAck(session) : null);
      answer
        .then((done) => {
          if (!one.isLate) deps.answer(session, iq, done);
        })
        .catch((error: unknown) => {
          if (one.isLate) log.warn('router.late-answer-failed', { from: iq.from.full, error });
          else deps.failed(iq, error);
        })
        .finally(() => {
          waiting.delete(one);
          one.hold?.done();
        });
    },
  };
}
