import { Readable } from 'node:stream';
import { type BlobStore, type FileLogRecord, type FileRow, type FileStore, NoRoom } from '../../files/ports.ts';
import { fileText } from '../../store/files/file-text.ts';
import { COUNT_CAP, decodeCursor, encodeCursor } from '../../store/paging.ts';
import { bodyWords, textTerms } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

const DAY_MS = 86_400_000;
const sum = (rows: readonly { readonly size: number }[]): number => rows.reduce((all, row) => all + row.size, 0);

export function memoryFileStore(state: MemoryState): FileStore {
  const rows = () => [...state.files.values()];
  const log = (record: FileLogRecord) => {
    state.fileLog = [...state.fileLog, record];
  };
  const drop = (gone: readonly FileRow[]): string[] => {
    for (const row of gone) state.files.delete(row.id);
    return gone.map((row) => row.id);
  };
  const matching = (filter: Parameters<FileStore['pick']>[0]): FileRow[] => {
    const terms = filter.search === undefined ? [] : textTerms(filter.search);
    return rows().filter((row) => {
      if (row.state !== 'stored') return false;
      if (filter.accountId !== undefined && row.accountId !== filter.accountId) return false;
      if (filter.owner !== undefined && row.owner !== filter.owner) return false;
      if (filter.type !== undefined && !row.type.startsWith(filter.type)) return false;
      if (filter.since !== undefined && row.storedAt < filter.since) return false;
      if (filter.until !== undefined && row.storedAt > filter.until) return false;
      if (filter.minSize !== undefined && row.size < filter.minSize) return false;
      const words = terms.length === 0 ? [] : bodyWords(fileText(row));
      if (filter.search !== undefined && terms.length === 0) return false;
      return terms.every((term) => words.some((word) => word.startsWith(term)));
    });
  };
  const before = (a: readonly [number, string | number], b: readonly [number, string | number]) =>
    a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);

  return {
    async reserve(slot, limits) {
      if (!state.accounts.has(slot.accountId)) return 'no-account';
      const own = rows().filter((row) => row.accountId === slot.accountId && (row.state === 'stored' || row.slotUntil > slot.createdAt));
      const today = state.fileLog.filter(
        (record) => record.accountId === slot.accountId && record.what === 'upload' && record.at > slot.createdAt - DAY_MS,
      );
      if (limits.quota > 0 && sum(own) + slot.size > limits.quota) return 'over-quota';
      const waiting = sum(own.filter((row) => row.state === 'waiting'));
      if (limits.dailyAmount > 0 && sum(today) + waiting + slot.size > limits.dailyAmount) return 'over-daily-amount';
      state.files.set(slot.id, { ...slot, state: 'waiting', sniffed: '', sha256: '', storedAt: 0, downloads: 0, lastDownloadAt: null });
      return 'ok';
    },
    get: async (id) => state.files.get(id) ?? null,
    async hold(id, until) {
      const row = state.files.get(id);
      if (row?.state === 'waiting') state.files.set(id, { ...row, slotUntil: until });
    },
    async store(id, { at, address, ...facts }) {
      const row = state.files.get(id);
      if (row === undefined || row.state === 'stored') return false;
      const now: FileRow = { ...row, ...facts, state: 'stored', storedAt: at };
      state.files.set(id, now);
      const { name, type, size, accountId, owner } = now;
      log({ at, what: 'upload', fileId: id, name, type, size, accountId, owner, address });
      return true;
    },
    async remove(ids) {
      const gone = rows().filter((row) => ids.includes(row.id));
      drop(gone);
      return gone;
    },
    dropSlots: async (until, limit) =>
      drop(
        rows()
          .filter((row) => row.state === 'waiting' && row.slotUntil < until)
          .slice(0, limit),
      ),
    expire: async (rules, limit) =>
      drop(
        rules
          .flatMap((rule) => rows().filter((row) => row.state === 'stored' && row.purpose === rule.purpose && row.storedAt < rule.before))
          .slice(0, limit),
      ),
    dropDeparted: async (limit) =>
      drop(
        rows()
          .filter((row) => !state.accounts.has(row.accountId))
          .slice(0, limit),
      ),
    known: async (ids) => new Set(ids.filter((id) => state.files.get(id)?.state === 'stored')),
    async find(query) {
      const order = `${query.sort}${query.descending ? '-' : '+'}`;
      const sign = query.descending ? -1 : 1;
      const all = matching(query).sort((a, b) => sign * before([a[query.sort], a.id], [b[query.sort], b.id]));
      const [, key, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['string', 'number', 'string']);
      const left = key === undefined ? all : all.filter((row) => sign * before([row[query.sort], row.id], [Number(key), String(id)]) > 0);
      const items = left.slice(0, query.limit);
      const last = items.at(-1);
      return {
        items,
        nextCursor: last !== undefined && left.length > query.limit ? encodeCursor([order, last[query.sort], last.id]) : null,
        total: Math.min(all.length, COUNT_CAP),
        totalIsFloor: all.length > COUNT_CAP,
      };
    },
    pick: async (filter, limit) =>
      matching(filter)
        .sort((a, b) => a.storedAt - b.storedAt)
        .slice(0, limit)
        .map((row) => row.id),
    async usage(query) {
      const people = new Map<number, FileRow[]>();
      for (const row of rows())
        if (
          row.state === 'stored' &&
          row.owner.startsWith(query.owner ?? '') &&
          (query.accountId === undefined || row.accountId === query.accountId)
        )
          people.set(row.accountId, [...(people.get(row.accountId) ?? []), row]);
      const all = [...people]
        .map(([accountId, own]) => {
          const newest = own.reduce((a, b) => (b.storedAt >= a.storedAt ? b : a));
          return { accountId, owner: newest.owner as string, files: own.length, bytes: sum(own), newest: newest.storedAt };
        })
        .sort((a, b) => -before([a.bytes, a.accountId], [b.bytes, b.accountId]));
      const [bytes, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['number', 'number']);
      const left = bytes === undefined ? all : all.filter((one) => before([one.bytes, one.accountId], [Number(bytes), Number(id)]) < 0);
      const items = left.slice(0, query.limit);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && left.length > query.limit ? encodeCursor([last.bytes, last.accountId]) : null };
    },
    async totals() {
      const stored = rows().filter((row) => row.state === 'stored');
      return { files: stored.length, bytes: sum(stored), people: new Set(stored.map((row) => row.accountId)).size };
    },
    downloaded(record) {
      log(record);
      const row = state.files.get(record.fileId);
      if (row)
        state.files.set(row.id, { ...row, downloads: row.downloads + 1, lastDownloadAt: Math.max(row.lastDownloadAt ?? 0, record.at) });
    },
    async log(query) {
      const all = state.fileLog
        .map((record, index) => ({ record, index }))
        .filter(
          ({ record }) =>
            (query.accountId === undefined || record.accountId === query.accountId) &&
            (query.owner === undefined || record.owner === query.owner) &&
            (query.fileId === undefined || record.fileId === query.fileId) &&
            (query.what === undefined || record.what === query.what) &&
            (query.since === undefined || record.at >= query.since) &&
            (query.until === undefined || record.at <= query.until),
        )
        .reverse();
      const [after] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['number']);
      const left = after === undefined ? all : all.filter(({ index }) => index < Number(after));
      const page = left.slice(0, query.limit);
      const last = page.at(-1);
      return {
        items: page.map(({ record }) => record),
        nextCursor: last !== undefined && left.length > query.limit ? encodeCursor([last.index]) : null,
      };
    },
    async expireLog(until, limit) {
      const old = new Set(state.fileLog.filter((record) => record.at < until).slice(0, limit));
      state.fileLog = state.fileLog.filter((record) => !old.has(record));
      return old.size;
    },
  };
}

export interface MemoryBlobs extends BlobStore {
  readonly contents: Map<string, Buffer>;
  /** Bytes that are left; a write beyond them fails. */
  free: number;
  /** How many are being written. */
  writing: number;
}

export function memoryBlobs(): MemoryBlobs {
  const contents = new Map<string, Buffer>();
  const blobs: MemoryBlobs = {
    contents,
    free: 1_000_000_000,
    writing: 0,
    prepare: async () => undefined,
    async begin(id) {
      const parts: Buffer[] = [];
      let open = true;
      blobs.writing++;
      const end = () => {
        if (open) blobs.writing--;
        open = false;
      };
      return {
        async write(chunk) {
          if (chunk.length > blobs.free) throw new NoRoom('no room');
          blobs.free -= chunk.length;
          parts.push(Buffer.from(chunk));
        },
        async keep() {
          if (!open) return false;
          end();
          if (contents.has(id)) return false;
          contents.set(id, Buffer.concat(parts));
          return true;
        },
        async drop() {
          if (open) blobs.free += parts.reduce((all, part) => all + part.length, 0);
          end();
        },
      };
    },
    async open(id) {
      const bytes = contents.get(id);
      if (bytes === undefined) return null;
      return {
        size: bytes.length,
        stream: (start, last) => Readable.from([bytes.subarray(start, last + 1)]),
        close: async () => undefined,
      };
    },
    async remove(ids) {
      for (const id of ids) contents.delete(id);
    },
    space: async () => ({ free: blobs.free, total: 1_000_000_000 }),
    async *each() {
      yield [...contents.keys()].map((id) => ({ id, modifiedAt: 0 }));
    },
  };
  return blobs;
}
