import type { BareJid } from '../kernel/jid.ts';

/** One message in one person's archive (XEP-0313). */
export interface ArchiveRow {
  readonly accountId: number;
  /** `sortableId()`; the stanza-id (XEP-0359) and the paging key. */
  readonly uid: string;
  /** The other side, bare. */
  readonly peer: BareJid;
  readonly outgoing: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The complete stanza as text, with `from` and `to`, without stanza-id. */
  readonly xml: string;
  /** Text of the body, for search; empty when there is none. */
  readonly body: string;
  /** The stanza's `id` as its sender wrote it. */
  readonly stanzaId: string;
}

/** One message waiting for its recipient (XEP-0160). */
export interface OfflineRow {
  readonly accountId: number;
  readonly uid: string;
  readonly from: BareJid;
  readonly at: number;
  readonly xml: string;
}

/** Its sender takes a message back (XEP-0424): what stands in this archive under the id that its sender gave it becomes a tombstone. */
export interface Retraction {
  readonly accountId: number;
  readonly peer: BareJid;
  /** As in the row: only who sent a message takes it back. */
  readonly outgoing: boolean;
  readonly stanzaId: string;
  /** Takes the place of the stanza; the words of the body go. */
  readonly xml: string;
}

/** A lasting effect of one stanza. Everything in it is committed together or not at all. */
export interface JournalEntry {
  readonly archive: readonly ArchiveRow[];
  readonly offline: readonly OfflineRow[];
  readonly offlineRemoved?: readonly { readonly accountId: number; readonly uid: string }[];
  /** Of the newest such row among the last RETRACTION_REACH messages with the peer; none is found is no failure. */
  readonly retracted?: readonly Retraction[];
}

/** Messages older than the last so many with one peer are not taken back: finding them would cost more than a message may. */
export const RETRACTION_REACH = 500;

/**
 * Group commit (design §3): entries gather a few milliseconds or a few hundred rows, then go in one transaction. No promise per entry.
 * While the database is away entries wait in order and are kept trying; new ones are refused before anything was promised.
 */
export interface Journal {
  /** False when nothing can be kept now (database away, queue full): refuse the message with `resource-constraint`, type wait. */
  readonly accepting: boolean;
  /** Rows that wait to be committed. While it is high, those who write are read more slowly. */
  readonly backlog: number;
  /** `done` is called once, after the commit. Commits are in order. */
  append(entry: JournalEntry, done: (() => void) | null): void;
}

export interface ArchivePageQuery {
  readonly accountId: number;
  readonly with?: string;
  /** Inclusive, milliseconds since 1970. */
  readonly start?: number;
  readonly end?: number;
  readonly ids?: readonly string[];
  /** Exclusive bounds by uid, from the form (before-id, after-id) or from RSM. */
  readonly afterUid?: string;
  readonly beforeUid?: string;
  /** `forward`: oldest first from the start; `backward`: the newest `max`, still returned oldest first. */
  readonly direction: 'forward' | 'backward';
  readonly max: number;
  readonly text?: string;
}
export interface ArchivePage {
  readonly rows: readonly ArchiveRow[];
  /** No further rows in the direction asked. */
  readonly complete: boolean;
  /** Rows that match without paging; null when not counted. */
  readonly count: number | null;
}
export interface ArchivePrefs {
  readonly default: 'always' | 'never' | 'roster';
  readonly always: readonly string[];
  readonly never: readonly string[];
}

export interface Archive {
  page(query: ArchivePageQuery): Promise<ArchivePage>;
  /** Which of these uids are in the account's archive. */
  existing(accountId: number, uids: readonly string[]): Promise<readonly string[]>;
  /** First and last entry, for XEP-0313 metadata. */
  edges(accountId: number): Promise<{ first: { uid: string; at: number }; last: { uid: string; at: number } } | null>;
  prefs(accountIds: readonly number[]): Promise<Map<number, ArchivePrefs>>;
  savePrefs(accountId: number, prefs: ArchivePrefs): Promise<void>;
  /**
   * `peer + '\n' + stanzaId` of the newest outgoing messages of each account since then, at most `limit` each, to recognise what clients send
   * again after a lost connection. One question for a whole storm of sign-ins; accounts without such messages are absent.
   */
  recentOutgoing(accountIds: readonly number[], since: number, limit: number): Promise<Map<number, readonly string[]>>;
  /** Deletes what is older, in slices; returns how many rows went. */
  expire(before: number, limit: number): Promise<number>;
  /** The greatest uid stored, so that ids made after a restart sort later; null when empty. */
  newestUid(): Promise<string | null>;
}

export interface OfflineQueue {
  counts(accountIds: readonly number[]): Promise<Map<number, number>>;
  /** Oldest first. */
  read(accountId: number, limit: number, afterUid?: string): Promise<readonly OfflineRow[]>;
  countFrom(accountId: number, from: BareJid): Promise<number>;
  remove(accountId: number, uids: readonly string[] | 'all'): Promise<void>;
  expire(before: number, limit: number): Promise<number>;
}
