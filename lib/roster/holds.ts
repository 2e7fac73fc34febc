/**
 * Ties the acknowledgement of one subscription stanza to all it changes: the sender's roster and, for a local contact, the contact's too
 * (design: durable means committed, both sides). The second part becomes known only when the stanza arrives at the contact, possibly
 * after their roster was read from the database.
 */
import type { AckHold } from '../xmpp/c2s/session.ts';
import type { PresenceStanza } from '../xmpp/stanza/stanza.ts';

export interface SharedHold {
  open: number;
  readonly ack: AckHold;
}

export interface Holds {
  /** Starts with one part open. */
  begin(ack: AckHold): SharedHold;
  /** Makes what `stanza` changes on its arrival part of the hold. */
  follow(stanza: PresenceStanza, hold: SharedHold): void;
  /** One more part, if the stanza's sender waits at all. */
  join(stanza: PresenceStanza): SharedHold | null;
  release(hold: SharedHold | null): void;
}

export function createHolds(): Holds {
  const byStanza = new WeakMap<PresenceStanza, SharedHold>();
  return {
    begin: (ack) => ({ open: 1, ack }),
    follow(stanza, hold) {
      byStanza.set(stanza, hold);
    },
    join(stanza) {
      const hold = byStanza.get(stanza);
      if (hold === undefined || hold.open === 0) return null;
      hold.open += 1;
      return hold;
    },
    release(hold) {
      if (hold === null) return;
      hold.open -= 1;
      if (hold.open === 0) hold.ack.done();
    },
  };
}
