import type { Jid } from '../../kernel/jid.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { Stanza, StanzaFault } from '../stanza/stanza.ts';
import type { Room } from './hooks.ts';
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
}
