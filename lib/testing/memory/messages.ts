import type { Report, ReportStore } from '../../blocking/ports.ts';
import type { NoticeStore } from '../../notices/ports.ts';
import type { PushRegistration, PushStore } from '../../push/ports.ts';
import type { MemoryState } from './state.ts';

export function memoryPushStore(state: MemoryState): PushStore {
  const keyOf = (row: { accountId: number; service: string; node: string }): string => `${row.accountId} ${row.service} ${row.node}`;
  return {
    async load(accountIds) {
      const found = new Map<number, PushRegistration[]>();
      for (const row of [...state.pushes.values()].sort((a, b) => a.enabledAt - b.enabledAt))
        if (accountIds.includes(row.accountId)) found.set(row.accountId, [...(found.get(row.accountId) ?? []), row]);
      return found;
    },
    async save(row) {
      if (!state.removedAccounts.has(row.accountId)) state.pushes.set(keyOf(row), row);
    },
    async remove(accountId, service, node) {
      const gone = [...state.pushes].filter(
        ([, row]) => row.accountId === accountId && row.service === service && (node === null || row.node === node),
      );
      for (const [key] of gone) state.pushes.delete(key);
      return gone.length;
    },
    async setFailures(accountId, service, node, failures) {
      const key = keyOf({ accountId, service, node });
      const row = state.pushes.get(key);
      if (row !== undefined) state.pushes.set(key, { ...row, failures });
    },
    count: async () => state.pushes.size,
  };
}

export function memoryNoticeStore(state: MemoryState): NoticeStore {
  return {
    all: async () => [...state.notices.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    async put(notice) {
      state.notices.set(notice.kind, notice);
    },
    remove: async (kind) => state.notices.delete(kind),
    async seen(accountIds) {
      return new Map(
        accountIds.flatMap((id) => {
          const seen = state.noticesSeen.get(id);
          return seen === undefined ? [] : [[id, seen] as const];
        }),
      );
    },
    async saveSeen(accountId, seen) {
      if (!state.removedAccounts.has(accountId)) state.noticesSeen.set(accountId, seen);
    },
    async madeAt(accountIds) {
      return new Map(
        accountIds.flatMap((id) => {
          const account = state.accounts.get(id);
          return account === undefined ? [] : [[id, account.createdAt] as const];
        }),
      );
    },
  };
}

export function memoryReportStore(state: MemoryState): ReportStore {
  return {
    async add(report) {
      state.reports.set(report.id, report);
    },
    get: async (id) => state.reports.get(id) ?? null,
    async find({ state: wanted, search, limit, after }) {
      const text = search?.toLowerCase() ?? '';
      const all = [...state.reports.values()]
        .filter((row) => wanted === undefined || row.state === wanted)
        .filter((row) => row.reported.startsWith(text) || row.reporter.startsWith(text))
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      return { items: all.filter((row) => after === undefined || row.id < after).slice(0, limit), total: all.length };
    },
    async close(id, closedBy, closedAt, note) {
      const row = state.reports.get(id);
      if (row === undefined || row.state !== 'open') return false;
      state.reports.set(id, { ...row, state: 'closed', closedBy, closedAt, note } satisfies Report);
      return true;
    },
    countOpen: async () => [...state.reports.values()].filter((row) => row.state === 'open').length,
    async expire(before, limit) {
      const old = [...state.reports.values()].filter((row) => row.state === 'closed' && (row.closedAt ?? 0) < before).slice(0, limit);
      for (const row of old) state.reports.delete(row.id);
      return old.length;
    },
  };
}
