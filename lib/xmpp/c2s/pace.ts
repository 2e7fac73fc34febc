import type { PresenceValues, XmppValues } from '../../config/schema/index.ts';
import { defineSlot, type HasSlots, readSlot, writeSlot } from '../../kernel/slots.ts';
import { TokenBucket } from '../../kernel/token-bucket.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

/** How fast a person asks others for their presence, over all their sessions. */
const requestsSlot = defineSlot<TokenBucket>('subscription-requests');

function requestsOf(user: HasSlots): TokenBucket {
  let bucket = readSlot(user, requestsSlot);
  if (bucket === undefined) {
    bucket = new TokenBucket();
    writeSlot(user, requestsSlot, bucket);
  }
  return bucket;
}

const BACKLOG_FREE = 4_000;
const BACKLOG_PER_MS = 100;
const STORE_WAIT_MAX_MS = 300;

/**
 * For how many milliseconds someone who writes messages is not read because the database is behind. Clients without stream management do not wait for
 * commits by themselves; slowed to what the database takes, nobody's message has to be refused for a full queue.
 */
export const storeWait = (backlog: number): number =>
  backlog <= BACKLOG_FREE ? 0 : Math.min(STORE_WAIT_MAX_MS, Math.ceil((backlog - BACKLOG_FREE) / BACKLOG_PER_MS));

/**
 * Is somebody who has been too fast for so long a flooder (security-and-limits O-1: ten times the rate for `floodClose` seconds)? Whoever is not read
 * cannot be seen to send ten times as fast as may be; but what comes of it can: it takes ten times as long to read at the rate that holds.
 */
export const isFlood = (tooFastMs: number, floodClose: number): boolean => floodClose > 0 && tooFastMs >= floodClose * 10_000;

/** The pace of one session by kind of stanza (security-and-limits §3.2). Nothing is dropped: the fast are read more slowly (O-1). */
export class Pace {
  private readonly messages = new TokenBucket();
  private readonly presences = new TokenBucket();
  private listChanges: TokenBucket | null = null;

  /** Milliseconds. Requests for presence and changes of the contact list do not count: people import hundreds, and the rate is low. */
  get tooFastFor(): number {
    return Math.max(this.messages.tooFastFor, this.presences.tooFastFor);
  }

  /** For how many milliseconds reading should pause after this stanza of `user`; `now` is monotonic. */
  waitAfter(el: Element, user: HasSlots, xmpp: XmppValues, presence: PresenceValues, now: number): number {
    const { attrs } = el;
    if (el.name === 'iq') {
      if (attrs.type !== 'set' || el.child('query', NS.roster) === undefined) return 0;
      this.listChanges ??= new TokenBucket();
      return this.listChanges.spend(1, presence.listChangesPerSecond, presence.listChangesBurst, now);
    }
    if (el.name === 'presence') {
      if (attrs.to === undefined) return this.presences.spend(1, presence.changesPerSecond, presence.changesBurst, now);
      if (attrs.type === 'subscribe') return requestsOf(user).spend(1, presence.requestsPerMinute / 60, presence.requestsBurst, now);
    }
    // Presence to one address costs what a message does.
    return this.messages.spend(1, xmpp.stanzasPerSecond, xmpp.stanzasBurst, now);
  }
}
