import type { Jid } from '../../kernel/jid.ts';
import type { Element } from './element.ts';

export type MessageType = 'normal' | 'chat' | 'groupchat' | 'headline' | 'error';
export type PresenceType = '' | 'unavailable' | 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed' | 'probe' | 'error';
export type IqType = 'get' | 'set' | 'result' | 'error';

interface StanzaBase {
  /** Stamped by the server (RFC 6120 §8.1.2.1), never what the wire said. */
  readonly from: Jid;
  /** Null when the client wrote no `to`. */
  readonly to: Jid | null;
  /** Empty when absent. */
  readonly id: string;
  readonly lang: string;
  /** The payload. Treat as read-only once the stanza was submitted; what changes goes through `render`. */
  readonly el: Element;
  /**
   * The stanza as text in `jabber:client`. The payload is serialised once and shared by all recipients; `extra` is
   * text placed after it (a stanza-id, a delay). Addresses default to the stanza's own; `to: null` writes none.
   */
  render(change?: { from?: string; to?: string | null; id?: string; extra?: string; type?: string }): string;
  /** What the room that delivers the stanza must remember in case it comes back unsent; null when nothing. */
  note: object | null;
}
export interface MessageStanza extends StanzaBase {
  readonly kind: 'message';
  readonly type: MessageType;
}
export interface PresenceStanza extends StanzaBase {
  readonly kind: 'presence';
  readonly type: PresenceType;
}
export interface IqStanza extends StanzaBase {
  readonly kind: 'iq';
  readonly type: IqType;
  /** The one child of a get or set. */
  readonly payload: Element | null;
}
export type Stanza = MessageStanza | PresenceStanza | IqStanza;

export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';
export type StanzaCondition =
  | 'bad-request'
  | 'conflict'
  | 'feature-not-implemented'
  | 'forbidden'
  | 'gone'
  | 'internal-server-error'
  | 'item-not-found'
  | 'jid-malformed'
  | 'not-acceptable'
  | 'not-allowed'
  | 'not-authorized'
  | 'policy-violation'
  | 'recipient-unavailable'
  | 'redirect'
  | 'registration-required'
  | 'remote-server-not-found'
  | 'remote-server-timeout'
  | 'resource-constraint'
  | 'service-unavailable'
  | 'subscription-required'
  | 'undefined-condition'
  | 'unexpected-request';

/** A refusal on the wire (RFC 6120 §8.3). `type` defaults to the usual one of the condition. */
export interface StanzaFault {
  readonly condition: StanzaCondition;
  readonly type?: StanzaErrorType;
  readonly text?: string;
  /** Application-specific condition, placed last. */
  readonly detail?: Element;
}

export type StreamCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'see-other-host'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-encoding'
  | 'unsupported-feature'
  | 'unsupported-stanza-type'
  | 'unsupported-version';
