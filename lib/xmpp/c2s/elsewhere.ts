/** Sessions that live on the node that acts for their person, while the connection is here (docs/decisions/0010, 0015). */
import type { BareJid, Jid } from '../../kernel/jid.ts';
import type { Element } from '../stanza/element.ts';
import type { StanzaFault } from '../stanza/stanza.ts';
import type { StreamSession } from './link.ts';
import type { NegotiatedLink } from './negotiation.ts';
import type { UserAgent } from './sasl2-request.ts';

/** What a client that has signed in wants: a resource, as of old or by Bind 2, or its session back. */
export interface SessionAsk {
  readonly me: Jid;
  /** Prepared. */
  readonly resource: string | null;
  /** `<bind/>` of XEP-0386. */
  readonly bind: Element | null;
  /** `<resume/>` of XEP-0198; when it fails, `bind` holds. */
  readonly resume: Element | null;
  readonly agent: UserAgent | null;
  /** By which the client signs in just now, where the connection does not name it yet. */
  readonly mechanism?: string;
}

interface Opened {
  readonly session: StreamSession;
  readonly jid: string;
  /** `<bound/>`, after the refusal to resume if there was one, or `<resumed/>`; empty for a binding of old. */
  readonly xml: string;
  readonly isManaged: boolean;
  /** What the session has written waits until the answer to the client is written: call it then. */
  begin(): void;
}

export type SessionAnswer =
  | ({ readonly is: 'bound' | 'resumed' } & Opened)
  | { readonly is: 'not-resumed'; readonly xml: string }
  | { readonly is: 'refused'; readonly fault: StanzaFault }
  /** The connection is gone, or was ended for what it said. */
  | { readonly is: 'over' };

export interface SessionsElsewhere {
  isElsewhere(bare: BareJid): boolean;
  /** Always answers: a node that cannot be asked in time is a refusal. */
  open(link: NegotiatedLink, ask: SessionAsk): Promise<SessionAnswer>;
}
