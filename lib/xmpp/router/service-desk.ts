/** What every service domain needs of IQs: one answer to each request, in time, whoever asks and however long storage takes (RFC 6120 §8.2.3). */
import type { AckHold, ClientSession } from '../c2s/session.ts';
import type { Element } from '../stanza/element.ts';
import type { IqStanza, StanzaFault } from '../stanza/stanza.ts';
import type { IqAnswer, MaybePromise } from './hooks.ts';

export interface ServiceAsk {
  readonly iq: IqStanza;
  readonly payload: Element;
  /** The local session that asks; null for a foreign or a component's asker. */
  readonly sender: ClientSession | null;
}

export interface ServiceHandler {
  /** Namespace and local name of the payload. */
  readonly ns: string;
  readonly name: string;
  readonly types: readonly ('get' | 'set')[];
  /** `undefined`: not for this address; the next handler is asked. */
  handle(ask: ServiceAsk): MaybePromise<IqAnswer> | undefined;
}

export interface ServiceDesk {
  /** False when no handler took the request: the caller answers (or relays) itself. Answers and errors are never taken. */
  take(iq: IqStanza, sender: ClientSession | null): boolean;
}

export function createServiceDesk(deps: {
  readonly handlers: readonly ServiceHandler[];
  /** `Router.answer`. */
  readonly answer: (iq: IqStanza, answer: IqAnswer) => void;
  /** `Router.failed`: logs, and tells the asker. */
  readonly failed: (iq: IqStanza, error: unknown) => void;
  readonly holdAck: (session: ClientSession) => AckHold;
}): ServiceDesk {
  const byPayload = new Map<string, ServiceHandler[]>();
  for (const handler of deps.handlers) {
    const key = `${handler.ns} ${handler.name}`;
    byPayload.set(key, [...(byPayload.get(key) ?? []), handler]);
  }
  return {
    take(iq, sender) {
      const { payload, type } = iq;
      if (payload === null || (type !== 'get' && type !== 'set')) return false;
      for (const handler of byPayload.get(`${payload.ns} ${payload.name}`) ?? []) {
        if (!handler.types.includes(type)) continue;
        const answer = handler.handle({ iq, payload, sender });
        if (answer === undefined) continue;
        if (answer instanceof Promise) {
          // A set that waits for storage counts as handled once it is answered.
          const hold = type === 'set' && sender !== null ? deps.holdAck(sender) : null;
          answer
            .then((done) => deps.answer(iq, done))
            .catch((error: unknown) => deps.failed(iq, error))
            .finally(() => hold?.done());
        } else deps.answer(iq, answer);
        return true;
      }
      return false;
    },
  };
}

export const notHere: StanzaFault = { condition: 'service-unavailable' };
