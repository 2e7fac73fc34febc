import type { Element } from '../stanza/element.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import type { ConnectionFacts } from './session.ts';

/**
 * A connection as its session sees it, over TCP, WebSocket or BOSH; a session outlives it and may be continued on the next one, of whatever kind.
 */
export interface SessionLink {
  readonly facts: ConnectionFacts;
  /** Language of the stream, for stanzas that name none. */
  readonly lang: string;
  /**
   * Sends one element, written to stand where `jabber:client` is the default namespace and `stream:` is declared; several calls of one turn leave
   * together. One element a call: a WebSocket message holds no more (RFC 7395 §3.3.3).
   */
  write(xml: string): void;
  /** What was written and is not yet taken by the network, about in octets. */
  readonly waiting: number;
  /** Ends the stream: with an error, or plainly when null. `detail` is an application-specific condition as text. */
  close(condition: StreamCondition | null, text?: string, detail?: string): void;
  /** The connection is at another node. */
  readonly isAfar?: boolean;
  /** Cuts the connection without a word: the client is lost or does not read. */
  cut(): void;
}

/** What a connection does with its session. */
export interface LinkedSession {
  /** Text to join to what goes out now. */
  beforeFlush(): string;
  /** The connection is gone without an end of the stream. */
  linkLost(link: SessionLink): void;
}

/** A session as the stream of its client uses it: here, or on the node that acts for the person. */
export interface StreamSession extends LinkedSession {
  /** One element from the client. Returns for how many milliseconds its connection should stop reading. */
  take(el: Element): number;
  end(condition: StreamCondition | null, text?: string): void;
  /** The client said nothing for a while. */
  ping(): void;
  /** It sends octets too fast for too long. */
  flooded(): void;
  /** It lives on another node and outlives this one. */
  readonly isDistant?: boolean;
}
