/** The ways back: errors and answers to whoever sent a stanza (RFC 6120 §8.3), be it a local session, a service or another server. */
import { isStoreDown } from '../../kernel/faults.ts';
import type { Jid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import type { ClientSession } from '../c2s/session.ts';
import { errorStanza, errorXml, makeIq, mayBounce, resultXml } from '../stanza/build.ts';
import type { IqStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import { elementOfOwnText } from '../stream/own-text.ts';
import type { IqAnswer, Verdict } from './hooks.ts';
import type { Users } from './users.ts';

const broken: StanzaFault = { condition: 'internal-server-error', text: 'The server failed on this stanza. The failure was logged.' };
const storeDown: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The server cannot reach its database. Try again in a moment.',
};

export interface WaysBack {
  bounce(stanza: Stanza, fault: StanzaFault, by?: Jid): void;
  refuse(stanza: Stanza, fault: StanzaFault): void;
  failed(stanza: Stanza, error: unknown): void;
  /** To whoever asked a service. */
  answer(iq: IqStanza, answer: IqAnswer): void;
  /** To the local session that asked. */
  answerIq(session: ClientSession, iq: IqStanza, answer: IqAnswer): void;
}

export function createWaysBack(deps: {
  readonly users: Users;
  readonly isLocal: (domain: string) => boolean;
  /** Another node acts for this person. */
  readonly isAway: (bare: Jid['bare']) => boolean;
  /** To the service its address belongs to, on whatever node. */
  readonly toHost: (stanza: Stanza) => boolean;
  readonly counters: { bounced: number };
  readonly settle: (stanza: Stanza, verdict: Verdict) => void;
  readonly route: (stanza: Stanza) => void;
  readonly log: Log;
}): WaysBack {
  const { users, isLocal, isAway, counters, settle, route, log } = deps;

  /** To wherever `from` is: a local session or, later, another server. */
  function bounce(stanza: Stanza, fault: StanzaFault, by?: Jid): void {
    if (!mayBounce(stanza)) return;
    counters.bounced++;
    if (!isLocal(stanza.from.domain)) {
      // A service hears that what it sent came nowhere: a room then knows that an occupant is gone (XEP-0045 §18.1).
      const error = errorStanza(stanza, fault, by);
      if (error) deps.toHost(error);
      return;
    }
    const session = users.peek(stanza.from.bare)?.sessions.get(stanza.from.resource);
    if (session) {
      const xml = errorXml(stanza, fault, by);
      if (xml !== null) session.send(xml, null);
      return;
    }
    // The sender's session has gone meanwhile: an error to it is of no use to anyone (RFC 6121 §8.5.3.2).
    const error = errorStanza(stanza, fault, by);
    // What the server itself asked goes back to the server, what another node sent to that node.
    if (error !== null && isAway(stanza.from.bare)) route(error);
    else if (error?.kind === 'presence' || (error?.kind === 'iq' && stanza.from.local === '')) route(error);
  }

  function refuse(stanza: Stanza, fault: StanzaFault): void {
    bounce(stanza, fault);
    settle(stanza, { is: 'refused', fault });
  }

  /** What a failure while handling a stanza means for its sender: never a crash, never silence. */
  function failed(stanza: Stanza, error: unknown): void {
    const down = isStoreDown(error);
    if (!down)
      log.error('router.stanza-failed', { kind: stanza.kind, type: stanza.type, from: stanza.from.full, to: stanza.to?.full ?? '', error });
    refuse(stanza, down ? storeDown : broken);
  }

  function answer(iq: IqStanza, given: IqAnswer): void {
    if ('fault' in given) return refuse(iq, given.fault);
    const session = isLocal(iq.from.domain) ? users.peek(iq.from.bare)?.sessions.get(iq.from.resource) : undefined;
    if (session) return answerIq(session, iq, given);
    if (isLocal(iq.from.domain) && iq.from.local !== '' && !isAway(iq.from.bare)) return;
    const payload = typeof given.result === 'string' ? elementOfOwnText(given.result) : given.result;
    route(makeIq({ type: 'result', from: iq.to ?? iq.from, to: iq.from, id: iq.id }, payload));
  }

  function answerIq(session: ClientSession, iq: IqStanza, answer: IqAnswer): void {
    if ('fault' in answer) return refuse(iq, answer.fault);
    session.send(resultXml(iq, answer.result), null);
    settle(iq, { is: 'handled', by: iq.payload?.ns ?? '' });
  }

  return { bounce, refuse, failed, answer, answerIq };
}
