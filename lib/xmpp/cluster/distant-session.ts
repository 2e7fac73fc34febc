import type { BareJid, Jid } from '../../kernel/jid.ts';
import { bareOf } from '../../kernel/jid.ts';
import type { AckHold, ClientSession, ConnectionFacts } from '../c2s/session.ts';
import type { User } from '../router/users.ts';
import type { PresenceStanza } from '../stanza/stanza.ts';

const FACTS: ConnectionFacts = { address: '', port: 0, transport: 'tcp', tls: null, mechanism: '', since: 0 };
const NO_HOLD: AckHold = { done: () => undefined };

/**
 * Stands for a session of another node while a stanza of it is handled here: says who asks, and takes the answer, which goes back to where the session
 * is. It is in nobody's list of sessions, and what is read of its user beyond the address is empty.
 */
export class DistantSession implements ClientSession {
  readonly id = '';
  readonly slots: unknown[] = [];
  readonly state = 'live';
  readonly facts = FACTS;
  presence: PresenceStanza | null = null;
  priority = 0;
  interested = false;
  carbons = false;
  blockInterested = false;
  inactive = false;
  client = '';
  readonly user: User;

  constructor(
    readonly jid: Jid,
    private readonly give: (to: Jid, xml: string) => void,
  ) {
    this.user = { accountId: 0, jid: bareOf(jid), bare: jid.bare as BareJid, sessions: new Map(), slots: [] };
  }

  send(xml: string): boolean {
    this.give(this.jid, xml);
    return true;
  }
  end(): void {}
  /** The router holds what another node waits for as a whole (`Router.shareHold`). */
  holdAck(): AckHold {
    return NO_HOLD;
  }
}
