/**
 * How many different people who are no contacts somebody writes to within a minute (XEP-0205 §3): what a spammer does and nobody else. One look into
 * a set for each message; nothing is kept of those who write to nobody.
 */
import type { Clock } from '../kernel/clock.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { User } from '../xmpp/router/users.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';

interface Recent {
  minute: number;
  strangers: number;
  readonly seen: Set<string>;
}
const slot = defineSlot<Recent>('im.strangers');
const MINUTE_MS = 60_000;
/** Contacts too are remembered within the minute, so that they are looked up once; more than this are looked up each time. */
const MAX_SEEN = 2_000;

const tooMany: StanzaFault = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'You have written to too many people outside your contact list within a minute. Try again later.',
};

export function createStrangerLimit(deps: {
  readonly clock: Clock;
  readonly limit: () => number;
  readonly isContact: (user: User, peer: string) => boolean;
}): (user: User, peer: string) => StanzaFault | undefined {
  return (user, peer) => {
    const limit = deps.limit();
    if (limit === 0 || peer === user.bare) return undefined;
    const minute = Math.floor(deps.clock.monotonic() / MINUTE_MS);
    let recent = readSlot(user, slot);
    if (recent === undefined) {
      recent = { minute, strangers: 0, seen: new Set() };
      writeSlot(user, slot, recent);
    } else if (recent.minute !== minute) {
      recent.minute = minute;
      recent.strangers = 0;
      recent.seen.clear();
    }
    if (recent.seen.has(peer)) return undefined;
    if (!deps.isContact(user, peer)) {
      if (recent.strangers >= limit) return tooMany;
      recent.strangers++;
    }
    if (recent.seen.size < MAX_SEEN) recent.seen.add(peer);
    return undefined;
  };
}
