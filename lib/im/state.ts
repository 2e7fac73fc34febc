import type { BareJid } from '../kernel/jid.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';
import type { ForkLedger, ForkMemory } from './forking.ts';
import type { Archive, ArchivePrefs, OfflineQueue } from './ports.ts';

/** Kept messages on their way to the one device that gets them. */
export interface Drain {
  readonly to: ClientSession;
  /** False once everything was handed over and only the client's acknowledgement is missing. */
  reading: boolean;
  /** What arrived for that device meanwhile and must not overtake: text, and the message behind it (null for copies). */
  readonly later: { readonly xml: string; readonly stanza: MessageStanza | null }[];
}

export interface Resend {
  readonly known: Set<string>;
  /** By correspondent: what the archive has of this person's messages there, as id and digest of the text. Read when the first is sent again. */
  readonly stored: Map<string, Promise<ReadonlySet<string>>>;
  left: number;
  readonly until: number;
}

/** What the im room keeps with each person in memory. */
export interface ImState {
  /** Messages waiting in the store, those still being written included. */
  offline: number;
  /** How many of them one sender has there, for senders that were counted. */
  readonly offlineFrom: Map<BareJid, number>;
  prefs: ArchivePrefs | null;
  readonly locks: ForkMemory;
  readonly forks: ForkLedger;
  drain: Drain | null;
  /** `peer + '\n' + id` of what this person sent a moment ago, to recognise what a client sends again; null when there is nothing to recognise. */
  resend: Resend | null;
  /** Monotonic milliseconds of the last message of this person that went into the archive; 0 when none since they are in memory. */
  lastArchivedAt: number;
}

export const imSlot = defineSlot<ImState>('im');

/** This client reads what was kept for it message by message (XEP-0013 §2): it gets nothing unasked. */
const byHand = defineSlot<true>('im.by-hand');
export const readsByHand = (session: ClientSession): boolean => readSlot(session, byHand) === true;
export const setByHand = (session: ClientSession): void => writeSlot(session, byHand, true);

/** How far back messages are looked up that a client may send again after a lost connection: a laptop sleeps for a while. */
export const RESEND_MS = 3_600_000;
/** The same for ids that a client may give again because it counts them from 1 at each sign-in: what it says then may be new. */
export const RESEND_COUNTED_MS = 600_000;
/** An id of so many characters was drawn by chance, and is not given twice. */
export const DRAWN_ID_LENGTH = 16;
export const RESEND_CHECKED = 500;
/** How long after signing in a client is expected to do so. */
export const RESEND_WINDOW_MS = 300_000;

export const emptyState = (): ImState => ({
  offline: 0,
  offlineFrom: new Map(),
  prefs: null,
  locks: new Map(),
  forks: new Map(),
  drain: null,
  resend: null,
  lastArchivedAt: 0,
});

export function stateOf(user: User): ImState {
  let state = readSlot(user, imSlot);
  if (state === undefined) {
    state = emptyState();
    writeSlot(user, imSlot, state);
  }
  return state;
}

export function registerImLoader(deps: {
  users: Users;
  offline: OfflineQueue;
  archive: Archive;
  now: () => number;
  monotonic: () => number;
}): void {
  deps.users.registerLoader<ImState>({
    slot: imSlot,
    async load(ids) {
      const since = deps.now() - RESEND_MS;
      const [counts, prefs, known] = await Promise.all([
        deps.offline.counts(ids),
        deps.archive.prefs(ids),
        deps.archive.recentOutgoing(ids, since, RESEND_CHECKED),
      ]);
      const until = deps.monotonic() + RESEND_WINDOW_MS;
      return new Map(
        ids.map((id) => {
          const sent = known.get(id) ?? [];
          const state: ImState = {
            ...emptyState(),
            offline: counts.get(id) ?? 0,
            prefs: prefs.get(id) ?? null,
            resend: sent.length > 0 ? { known: new Set(sent), stored: new Map(), left: RESEND_CHECKED, until } : null,
          };
          return [id, state];
        }),
      );
    },
    empty: emptyState,
  });
}

/** Should a message with this peer go into the person's archive? `inRoster` is asked only when the answer hangs on it. */
export function wantsArchived(
  state: ImState,
  defaultPolicy: ArchivePrefs['default'],
  user: User,
  peer: BareJid,
  inRoster: (user: User, peer: string) => boolean,
): boolean {
  const prefs = state.prefs;
  if (prefs !== null) {
    if (prefs.always.includes(peer)) return true;
    if (prefs.never.includes(peer)) return false;
  }
  const policy = prefs?.default ?? defaultPolicy;
  return policy === 'always' || (policy === 'roster' && inRoster(user, peer));
}
