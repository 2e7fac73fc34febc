import type { Jid } from '../../kernel/jid.ts';
import type { HasSlots } from '../../kernel/slots.ts';
import type { User } from '../router/users.ts';
import type { PresenceStanza, Stanza, StreamCondition } from '../stanza/stanza.ts';

/** What is known of the connection behind a session; shown to administrators. */
export interface ConnectionFacts {
  readonly address: string;
  readonly port: number;
  readonly transport: 'tcp' | 'direct-tls' | 'websocket' | 'bosh';
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  readonly mechanism: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** How a stanza to a client may be held back while the client is inactive (XEP-0352). */
export type Urgency = 'now' | 'may-wait' | 'newest-per-sender';

/**
 * A bound session (stanza processing and stream-management queue), alive or hibernating (XEP-0198). It belongs to the
 * node that owns the user; the connection feeds it and may be replaced under it.
 */
export interface ClientSession extends HasSlots {
  readonly id: string;
  readonly jid: Jid;
  readonly user: User;
  readonly state: 'live' | 'hibernating' | 'ended';
  readonly facts: ConnectionFacts;
  /** Last broadcast available presence, null before the first and after unavailable. Written by the presence room only. */
  presence: PresenceStanza | null;
  /** -128..127; meaningful while `presence` is set. */
  priority: number;
  /** Asked for the roster in this session (RFC 6121 §2.1.6), so gets pushes. */
  interested: boolean;
  carbons: boolean;
  /** Asked for the block list (XEP-0191), so gets its pushes. */
  blockInterested: boolean;
  /** Client state indication (XEP-0352). */
  inactive: boolean;
  /** Client software as it told us (XEP-0092 answer or caps node), empty when unknown. */
  client: string;

  /** Seconds that the session waits to be resumed at least, when it can be resumed at all. */
  minimumHold?: number;

  /**
   * Sends one complete stanza as text. Counted and queued for stream management; kept while hibernating. Returns false when the session
   * has ended: the caller then treats the recipient as gone. `stanza` is what to hand back to `session.unsent` when the client never acknowledges
   * it; null for what may be lost (roster pushes, presence, IQ results).
   */
  send(xml: string, stanza: Stanza | null, urgency?: Urgency): boolean;
  /** Ends with a stream error (or plainly when null). Unsent stanzas go back through the hooks. */
  end(condition: StreamCondition | null, text?: string): void;
  /**
   * Says that the stanza being handled now has a lasting effect: `<a/>` does not count it before `done` was called
   * (design: durable means committed).
   */
  holdAck(): AckHold;
  /**
   * Calls `fn` once the client has acknowledged everything sent to it so far, or, without stream management, once it is handed to the network.
   * Never called when the session ends before: what matters then comes back as unsent.
   */
  whenDelivered?(fn: () => void): void;
}
export interface AckHold {
  done(): void;
}
