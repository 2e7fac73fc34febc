import type { Clock } from '../../kernel/clock.ts';
import { secretId } from '../../kernel/ids.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute, serialize } from '../stanza/serialize.ts';
import type { IqStanza } from '../stanza/stanza.ts';

/** IQ requests of the server itself. An answer counts once, for an outstanding id, from the session that was asked (security reference S-6). */
export interface Requests {
  /** `onAnswer` gets the payload of the result; null for an error, for no answer in time, or when the session has too many questions open. */
  ask(session: ClientSession, payload: Element, onAnswer: (payload: Element | null) => void): void;
  /** True when the stanza was the answer to one of ours. */
  answered(session: ClientSession, iq: IqStanza): boolean;
  /** The session has ended: nobody will answer. */
  forget(session: ClientSession): void;
}

const PER_SESSION = 4;
const WAIT_MS = 60_000;

interface Outstanding {
  readonly id: string;
  readonly until: number;
  readonly onAnswer: (payload: Element | null) => void;
}

export function createRequests(deps: { readonly clock: Clock }): Requests {
  const bySession = new Map<ClientSession, Outstanding[]>();
  return {
    ask(session, payload, onAnswer) {
      const now = deps.clock.monotonic();
      const asked = bySession.get(session) ?? [];
      const waiting = asked.filter((one) => one.until > now);
      for (const one of asked) if (one.until <= now) one.onAnswer(null);
      if (waiting.length >= PER_SESSION) return onAnswer(null);
      const id = secretId(9);
      bySession.set(session, [...waiting, { id, until: now + WAIT_MS, onAnswer }]);
      session.send(
        `<iq type='get' from='${escapeAttribute(session.jid.domain)}' to='${escapeAttribute(session.jid.full)}' id='${id}'>${serialize(payload, NS.client)}</iq>`,
        null,
        'may-wait',
      );
    },
    answered(session, iq) {
      const waiting = bySession.get(session);
      const found = waiting?.find((one) => one.id === iq.id);
      if (!waiting || !found) return false;
      const rest = waiting.filter((one) => one !== found);
      if (rest.length === 0) bySession.delete(session);
      else bySession.set(session, rest);
      found.onAnswer(iq.type === 'result' ? (iq.el.elements()[0] ?? null) : null);
      return true;
    },
    forget(session) {
      const asked = bySession.get(session) ?? [];
      bySession.delete(session);
      for (const one of asked) one.onAnswer(null);
    },
  };
}
