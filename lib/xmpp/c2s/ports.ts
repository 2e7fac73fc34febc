import type { SecureContext, TLSSocket } from 'node:tls';
import type { BareJid, Domain } from '../../kernel/jid.ts';
import type { Element } from '../stanza/element.ts';
import type { Stanza, StanzaFault } from '../stanza/stanza.ts';
import type { ClientSession } from './session.ts';

/** Certificates for new connections. Asked at each handshake, so a new certificate needs no restart and ends no session. */
export interface TlsContexts {
  /** `servername` as the client sent it (SNI, lower case), empty when it sent none: the default certificate is then right. */
  contextFor(servername: string): SecureContext;
  /** Every name gets the same context at this moment. */
  readonly isOneForAll?: boolean;
  /** For sign-in by client certificate (XEP-0178); left out where there is none. */
  readonly clients?: {
    /** Are certificates asked for? Only where they are any use. */
    readonly areAsked: boolean;
    /** Accounts that the certificate of this connection speaks for. */
    namesOf(socket: TLSSocket): readonly BareJid[];
  };
}

/** The moments of a session that the router tells its rooms (`session.*` hooks). */
export interface SessionHooks {
  bound(session: ClientSession): void;
  resumed(session: ClientSession): void;
  hibernated(session: ClientSession): void;
  ended(session: ClientSession, unsent: readonly Stanza[]): void;
}

/** In-band registration before sign-in (XEP-0077 §3.1). Only asked while `xmpp.inBandRegistration` is on. */
export interface Registration {
  /** The payload of the answer to `<iq type='get'><query xmlns='jabber:iq:register'/></iq>`. */
  fields(domain: Domain): Element;
  /** Makes the account that `query` asks for; null when made. `address` is the client's, for limits. */
  submit(domain: Domain, query: Element, address: string): Promise<StanzaFault | null>;
}
