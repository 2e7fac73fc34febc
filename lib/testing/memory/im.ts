import {
  type Archive,
  type ArchivePageQuery,
  type ArchiveRow,
  type Journal,
  type JournalEntry,
  type OfflineQueue,
  RETRACTION_REACH,
} from '../../im/ports.ts';
import { resourceMarks } from '../../store/im/with-filter.ts';
import { COUNT_CAP } from '../../store/paging.ts';
import { bodyWords, textTerms } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

const keyOf = (accountId: number, uid: string): string => `${accountId} ${uid.toLowerCase()}`;
const byUid = (a: { uid: string }, b: { uid: string }): number => (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0);

export interface MemoryJournal extends Journal {
  /** Entries are taken but not committed until `release`, as while a commit is under way. */
  hold(): void;
  release(): void;
  /** What `accepting` says, as when the database is away. */
  setAccepting(value: boolean): void;
  /** Puts another kind of change into the same queue: `apply` runs at the commit, in order with the entries. */
  enqueue(apply: () => void, done: (() => void) | null): void;
}

/** Commits in the next microtask, in order. */
export function memoryJournal(state: MemoryState): MemoryJournal {
  let accepting = true;
  let held = false;
  let waiting: { apply: () => void; done: (() => void) | null }[] = [];
  let scheduled = false;

  function store(entry: JournalEntry): void {
    for (const { accountId, peer, outgoing, stanzaId, xml } of entry.retracted ?? []) {
      const near = [...state.archive.values()].filter((row) => row.accountId === accountId && row.peer === peer).sort(byUid);
      const was = near.slice(-RETRACTION_REACH).findLast((row) => row.outgoing === outgoing && row.stanzaId === stanzaId);
      if (was !== undefined) state.archive.set(keyOf(accountId, was.uid), { ...was, xml, body: '' });
    }
    for (const row of entry.archive) {
      const key = keyOf(row.accountId, row.uid);
      if (!state.removedAccounts.has(row.accountId) && !state.archive.has(key)) state.archive.set(key, row);
    }
    for (const row of entry.offline) {
      const key = keyOf(row.accountId, row.uid);
      if (!state.removedAccounts.has(row.accountId) && !state.offline.has(key)) state.offline.set(key, row);
    }
    for (const { accountId, uid } of entry.offlineRemoved ?? []) state.offline.delete(keyOf(accountId, uid));
  }

  function commit(): void {
    scheduled = false;
    if (held) return;
    const batch = waiting;
    waiting = [];
    for (const { apply } of batch) apply();
    for (const { done } of batch) done?.();
  }
  function schedule(): void {
    if (scheduled || held) return;
    scheduled = true;
    queueMicrotask(commit);
  }

  return {
    get accepting() {
      return accepting;
    },
    get backlog() {
      return waiting.length;
    },
    append(entry, done) {
      waiting.push({ apply: () => store(entry), done });
      schedule();
    },
    enqueue(apply, done) {
      waiting.push({ apply, done });
      schedule();
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      schedule();
    },
    setAccepting(value) {
      accepting = value;
    },
  };
}

export function memoryArchive(state: MemoryState): Archive {
  const rowsOf = (accountId: number): ArchiveRow[] => [...state.archive.values()].filter((row) => row.accountId === accountId).sort(byUid);

  function matches(row: ArchiveRow, query: ArchivePageQuery, terms: readonly string[], ids: ReadonlySet<string> | null): boolean {
    if (query.with !== undefined) {
      const slash = query.with.indexOf('/');
      if (row.peer !== (slash === -1 ? query.with : query.with.slice(0, slash))) return false;
      if (slash !== -1 && !resourceMarks(query.with).some((mark) => row.xml.includes(mark))) return false;
    }
    if (query.start !== undefined && row.at < query.start) return false;
    if (query.end !== undefined && row.at > query.end) return false;
    if (ids !== null && !ids.has(row.uid)) return false;
    if (query.text !== undefined) {
      if (terms.length === 0) return false;
      const words = bodyWords(row.body);
      if (!terms.every((term) => words.some((word) => word.startsWith(term)))) return false;
    }
    return true;
  }

  return {
    async page(query) {
      const terms = query.text === undefined ? [] : textTerms(query.text);
      const ids = query.ids === undefined ? null : new Set(query.ids.map((id) => id.toLowerCase()));
      const all = rowsOf(query.accountId).filter((row) => matches(row, query, terms, ids));
      const after = query.afterUid?.toLowerCase();
      const before = query.beforeUid?.toLowerCase();
      const between = all.filter((row) => (after === undefined || row.uid > after) && (before === undefined || row.uid < before));
      const rows = query.direction === 'forward' ? between.slice(0, query.max) : between.slice(Math.max(0, between.length - query.max));
      const bounded = after !== undefined || before !== undefined;
      return { rows, complete: rows.length === between.length, count: bounded || all.length > COUNT_CAP ? null : all.length };
    },
    existing: async (accountId, uids) => uids.filter((uid) => state.archive.has(keyOf(accountId, uid))),
    async edges(accountId) {
      const rows = rowsOf(accountId);
      const first = rows[0];
      const last = rows.at(-1);
      if (first === undefined || last === undefined) return null;
      return { first: { uid: first.uid, at: first.at }, last: { uid: last.uid, at: last.at } };
    },
    async prefs(accountIds) {
      const found = new Map();
      for (const id of accountIds) {
        const prefs = state.archivePrefs.get(id);
        if (prefs !== undefined) found.set(id, prefs);
      }
      return found;
    },
    async savePrefs(accountId, prefs) {
      if (!state.removedAccounts.has(accountId)) state.archivePrefs.set(accountId, prefs);
    },
    async recentOutgoing(accountIds, since, limit) {
      const found = new Map<number, readonly string[]>();
      for (const accountId of accountIds) {
        const sent = rowsOf(accountId).filter((row) => row.outgoing && row.at >= since && row.stanzaId !== '');
        const newest = sent.reverse().slice(0, limit);
        if (newest.length > 0)
          found.set(
            accountId,
            newest.map((row) => `${row.peer}\n${row.stanzaId}`),
          );
      }
      return found;
    },
    async expire(before, limit) {
      const old = [...state.archive].filter(([, row]) => row.at < before).slice(0, limit);
      for (const [key] of old) state.archive.delete(key);
      return old.length;
    },
    async newestUid() {
      let newest: string | null = null;
      for (const row of [...state.archive.values(), ...state.offline.values()]) if (newest === null || row.uid > newest) newest = row.uid;
      return newest;
    },
  };
}

export function memoryOfflineQueue(state: MemoryState): OfflineQueue {
  const rowsOf = (accountId: number) => [...state.offline.values()].filter((row) => row.accountId === accountId).sort(byUid);
  return {
    counts: async (accountIds) => new Map(accountIds.map((id) => [id, rowsOf(id).length])),
    async read(accountId, limit, afterUid) {
      return rowsOf(accountId)
        .filter((row) => afterUid === undefined || row.uid > afterUid.toLowerCase())
        .slice(0, limit);
    },
    countFrom: async (accountId, from) => rowsOf(accountId).filter((row) => row.from === from).length,
    async remove(accountId, uids) {
      for (const uid of uids === 'all' ? rowsOf(accountId).map((row) => row.uid) : uids) state.offline.delete(keyOf(accountId, uid));
    },
    async expire(before, limit) {
      const old = [...state.offline].filter(([, row]) => row.at < before).slice(0, limit);
      for (const [key] of old) state.offline.delete(key);
      return old.length;
    },
  };
}
