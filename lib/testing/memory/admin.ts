import type { AuditQuery, AuditRecord, AuditStore, JobRow, JobStore } from '../../admin/shared/ports.ts';
import { sortableId } from '../../kernel/ids.ts';
import { auditText } from '../../store/audit/audit-text.ts';
import { auditHash, canonicalJson } from '../../store/audit/chain.ts';
import { decodeCursor, encodeCursor } from '../../store/paging.ts';
import { bodyWords, textTerms } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

export function memoryAuditStore(state: MemoryState, node = 'node-1', now: () => number = Date.now): AuditStore {
  function select(query: Omit<AuditQuery, 'limit' | 'cursor'>): AuditRecord[] {
    const terms = query.search === undefined ? [] : textTerms(query.search);
    return state.audit
      .filter((row) => query.actor === undefined || row.actor === query.actor)
      .filter((row) => query.action === undefined || row.action === query.action)
      .filter((row) => query.targetKey === undefined || row.targetKey === query.targetKey)
      .filter((row) => query.result === undefined || row.result === query.result)
      .filter((row) => query.since === undefined || row.at >= query.since)
      .filter((row) => query.until === undefined || row.at <= query.until)
      .filter((row) => query.parentId === undefined || row.parentId === query.parentId)
      .filter((row) => {
        if (terms.length === 0) return true;
        const words = bodyWords(auditText(row));
        return terms.every((term) => words.some((word) => word.startsWith(term)));
      })
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }
  return {
    async append(record) {
      const full = {
        ...record,
        before: JSON.parse(canonicalJson(record.before)) as unknown,
        after: JSON.parse(canonicalJson(record.after)) as unknown,
        id: sortableId(),
        at: now(),
        node,
      };
      const previous = state.audit.filter((row) => row.node === node).at(-1)?.hash ?? '';
      const row: AuditRecord = { ...full, hash: auditHash(previous, full) };
      state.audit = [...state.audit, row];
      return row;
    },
    async find(query) {
      const all = select(query);
      let rest = all;
      if (query.cursor !== undefined) {
        const [id] = decodeCursor(query.cursor, ['string']);
        rest = all.filter((row) => row.id < String(id));
      }
      const items = rest.slice(0, query.limit);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && items.length < rest.length ? encodeCursor([last.id]) : null };
    },
    get: async (id) => state.audit.find((row) => row.id === id) ?? null,
    async *each(query) {
      const all = select(query).reverse();
      for (let i = 0; i < all.length; i += 500) yield all.slice(i, i + 500);
    },
    async verify() {
      let previous: string | null = null;
      let checked = 0;
      for (const { hash, ...row } of state.audit.filter((r) => r.node === node)) {
        checked++;
        // The first that retention left has nothing to be compared with but itself.
        if (previous !== null && auditHash(previous, row) !== hash) return { ok: false, checked, brokenAt: row.id };
        previous = hash;
      }
      return { ok: true, checked, brokenAt: null };
    },
    async expire(before, limit) {
      const old = new Set(state.audit.filter((row) => row.at < before).slice(0, limit));
      state.audit = state.audit.filter((row) => !old.has(row));
      return old.size;
    },
  };
}

export function memoryJobStore(state: MemoryState): JobStore {
  const newestFirst = (a: JobRow, b: JobRow): number => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
  return {
    async create(row) {
      state.jobs.set(row.id, row);
    },
    async update(id, patch) {
      const was = state.jobs.get(id);
      if (was !== undefined) state.jobs.set(id, { ...was, ...patch });
    },
    async addResults(id, rows) {
      if (!state.jobs.has(id)) return;
      const merged = new Map((state.jobResults.get(id) ?? []).map((row) => [row.index, row]));
      for (const row of rows) merged.set(row.index, row);
      state.jobResults.set(
        id,
        [...merged.values()].sort((a, b) => a.index - b.index),
      );
    },
    get: async (id) => state.jobs.get(id) ?? null,
    async list(query) {
      let rows = [...state.jobs.values()].sort(newestFirst);
      if (query.cursor !== undefined) {
        const [at, id] = decodeCursor(query.cursor, ['number', 'string']);
        rows = rows.filter((row) => row.createdAt < Number(at) || (row.createdAt === at && row.id < String(id)));
      }
      const items = rows.slice(0, query.limit);
      const last = items.at(-1);
      return { items, nextCursor: last !== undefined && items.length < rows.length ? encodeCursor([last.createdAt, last.id]) : null };
    },
    async results(id, query) {
      return (state.jobResults.get(id) ?? [])
        .filter((row) => (query.onlyFailed !== true || !row.ok) && (query.after === undefined || row.index > query.after))
        .slice(0, query.limit);
    },
    async expire(before, limit) {
      const old = [...state.jobs.values()].filter((row) => row.endedAt !== null && row.endedAt < before).slice(0, limit);
      for (const { id } of old) {
        state.jobs.delete(id);
        state.jobResults.delete(id);
      }
      return old.length;
    },
  };
}
