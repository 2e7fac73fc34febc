import type { Jid } from '../../kernel/jid.ts';
import type { AckHold, ClientSession, Urgency } from '../c2s/session.ts';
import type { Element } from '../stanza/element.ts';
import type { IqStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { IqAnswer, Room } from './hooks.ts';
import type { HostTable } from './hosts.ts';
import type { Users } from './users.ts';

/** The post office: works out each stanza's target, asks the hooks, delivers or refuses. One verdict per stanza. */
export interface Router {
  readonly users: Users;
  add(room: Room): void;
  /** A stanza from a local session, its sender stamped. */
  submit(session: ClientSession, stanza: Stanza): void;
  /** A stanza made by the server or a room, routed as if it came from outside; errors to it are swallowed. */
  route(stanza: Stanza): void;
  /** Sends the error answer for a stanza back to where it came from; does nothing for errors and IQ results. */
  bounce(stanza: Stanza, fault: StanzaFault, by?: Jid): void;
  /** The hosted IM domains. */
  isLocalDomain(domain: string): boolean;
  /** Service domains: rooms, PubSub, components. */
  readonly hosts: HostTable;
  /**
   * For services that send one stanza to many: `xml` is `stanza` as text for the local person's session at the full address `to`; the same `stanza` twice
   * promises the same text but for the address. Block lists are asked. False when there is no such session (any more); the caller then treats the recipient as gone.
   */
  deliver(to: Jid, stanza: Stanza, xml: string, urgency?: Urgency): boolean;
  /** Answers a request that came to a service: to a local session, a component or another server. */
  answer(iq: IqStanza, answer: IqAnswer): void;
  /** A failure while handling a stanza: logged, told to its sender as an error to try again or not. */
  failed(stanza: Stanza, error: unknown): void;
  /** Like `session.holdAck()`, but right too when the stanza at hand had to wait and its session is at another by now. */
  holdAck(session: ClientSession): AckHold;
  /** The same for whatever is handled now, a stanza from another node among it; null when nobody waits. */
  shareHold(session: ClientSession | null): AckHold | null;
  /** Null for a node that is alone. */
  readonly elsewhere: Elsewhere | null;
  /** A request (set) of the server itself to a service or another server. `onAnswer` gets the answer, or null when none came in time. */
  ask(from: Jid, to: Jid, payload: Element, onAnswer: (answer: IqStanza | null) => void): void;
}
