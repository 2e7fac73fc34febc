import {
  type CallManagerStore,
  type CallManagerUser,
  isEntitled,
  type KnownUser,
  type StagedUser,
  type SyncMarks,
} from '../../callmanager/ports.ts';
import { fold } from '../../kernel/words.ts';
import { COUNT_CAP, decodeCursor, encodeCursor } from '../../store/paging.ts';
import type { MemoryState } from './state.ts';

const noMarks: SyncMarks = { spoken: '', release: '', position: null, lastFullAt: 0, lastGoodAt: 0 };
const byUuid = <T extends { readonly uuid: string }>(a: T, b: T): number => (a.uuid < b.uuid ? -1 : 1);

export function memoryCallManagerStore(state: MemoryState): CallManagerStore {
  /** An account that is removed is forgotten, as the foreign key does. */
  const current = (user: CallManagerUser): CallManagerUser =>
    user.accountId !== null && !state.accounts.has(user.accountId) ? { ...user, accountId: null } : user;
  const users = (): CallManagerUser[] => [...state.callManagerUsers.values()].map(current);
  const known = (user: CallManagerUser): KnownUser => {
    const { uuid, userId, name, mail, digest, accountId, problem, goneAt } = user;
    return { uuid, userId, name, mail, digest, accountId, problem, goneAt, isEntitled: isEntitled(user) };
  };
  const isServed = (user: CallManagerUser): boolean => user.accountId !== null && user.goneAt === 0 && isEntitled(user);
  const shown = {
    all: () => true,
    entitled: (user: CallManagerUser) => user.goneAt === 0 && isEntitled(user),
    'not-entitled': (user: CallManagerUser) => user.goneAt === 0 && !isEntitled(user),
    problems: (user: CallManagerUser) => user.problem !== '',
    gone: (user: CallManagerUser) => user.goneAt > 0,
  } as const;
  const key = (runId: string, uuid: string): string => `${runId} ${uuid}`;
  const dropRun = (id: string): void => {
    state.callManagerRuns.delete(id);
    state.callManagerProblems.delete(id);
    for (const one of [...state.callManagerStaged.keys()]) if (one.startsWith(`${id} `)) state.callManagerStaged.delete(one);
  };
  const digests = (table: Map<string, { digest: string }>) => async (uuids: readonly string[]) =>
    new Map(uuids.flatMap((uuid): [string, string][] => (table.has(uuid) ? [[uuid, table.get(uuid)?.digest ?? '']] : [])));
  async function* each(table: Map<string, unknown>): AsyncGenerator<readonly string[]> {
    if (table.size > 0) yield [...table.keys()].sort();
  }

  return {
    publisher: async () => state.callManager.get('one')?.publisher ?? null,
    async savePublisher(publisher) {
      state.callManager.set('one', { marks: state.callManager.get('one')?.marks ?? noMarks, publisher });
    },
    marks: async () => state.callManager.get('one')?.marks ?? noMarks,
    async saveMarks(patch) {
      const was = state.callManager.get('one');
      if (was !== undefined) state.callManager.set('one', { ...was, marks: { ...was.marks, ...patch } });
    },
    async release() {
      let released = 0;
      for (const [id, account] of [...state.accounts]) {
        if (account.source !== 'call-manager') continue;
        state.accounts.set(id, { ...account, source: 'local', version: account.version + 1 });
        released++;
      }
      for (const table of [
        state.callManager,
        state.callManagerUsers,
        state.callManagerDevices,
        state.callManagerLines,
        state.callManagerRuns,
        state.callManagerProblems,
        state.callManagerStaged,
      ])
        table.clear();
      return released;
    },
    known: async (uuids) => {
      const wanted = new Set(uuids);
      return new Map(users().flatMap((user): [string, KnownUser][] => (wanted.has(user.uuid) ? [[user.uuid, known(user)]] : [])));
    },
    async *eachKnown() {
      const all = users().filter((user) => user.goneAt === 0);
      if (all.length > 0) yield all.sort(byUuid).map(({ uuid }) => uuid);
    },
    served: async () => users().filter(isServed).length,
    counts: async () => ({
      known: users().filter((user) => user.goneAt === 0).length,
      entitled: users().filter(shown.entitled).length,
      served: users().filter(isServed).length,
      problems: users().filter(shown.problems).length,
      gone: users().filter(shown.gone).length,
      devices: state.callManagerDevices.size,
      lines: state.callManagerLines.size,
    }),
    async putUsers(rows) {
      for (const row of rows) state.callManagerUsers.set(row.uuid, current(row));
    },
    async setProblems(rows) {
      for (const { uuid, problem } of rows) {
        const was = state.callManagerUsers.get(uuid);
        if (was !== undefined) state.callManagerUsers.set(uuid, { ...was, problem });
      }
    },
    async markGone(uuids, at) {
      for (const uuid of uuids) {
        const was = state.callManagerUsers.get(uuid);
        if (was !== undefined && was.goneAt === 0) state.callManagerUsers.set(uuid, { ...was, goneAt: at, problem: '' });
      }
    },
    goneBefore: async (at, limit) =>
      users()
        .filter((user) => user.goneAt > 0 && user.goneAt < at)
        .sort((a, b) => a.goneAt - b.goneAt || byUuid(a, b))
        .slice(0, limit),
    async forget(uuids) {
      for (const uuid of uuids) state.callManagerUsers.delete(uuid);
    },
    async find({ search = '', show, limit, cursor }) {
      const [afterKey = '', afterUuid = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['string', 'string']).map(String);
      const all = users()
        .filter((user) => shown[show](user) && fold(user.userId).startsWith(fold(search)))
        .map((user) => ({ user, key: fold(user.userId) }))
        .sort((a, b) => (a.key === b.key ? byUuid(a.user, b.user) : a.key < b.key ? -1 : 1));
      const rest = all.filter(({ user, key }) => key > afterKey || (key === afterKey && user.uuid > afterUuid));
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(({ user }) => user),
        nextCursor: last !== undefined && rest.length > limit ? encodeCursor([last.key, last.user.uuid]) : null,
        total: Math.min(all.length, COUNT_CAP),
        totalIsFloor: all.length > COUNT_CAP,
      };
    },
    byUserId: async (userId) =>
      users()
        .filter((user) => fold(user.userId) === fold(userId))
        .sort((a, b) => a.goneAt - b.goneAt || (a.accountId ?? Infinity) - (b.accountId ?? Infinity) || byUuid(a, b))[0] ?? null,
    async adopt(accountIds) {
      for (const id of accountIds) {
        const was = state.accounts.get(id);
        if (was !== undefined) state.accounts.set(id, { ...was, source: 'call-manager', version: was.version + 1 });
      }
    },

    deviceDigests: digests(state.callManagerDevices),
    lineDigests: digests(state.callManagerLines),
    async putDevices(rows) {
      for (const row of rows) state.callManagerDevices.set(row.uuid, row);
    },
    async putLines(rows) {
      for (const row of rows) state.callManagerLines.set(row.uuid, row);
    },
    eachDevice: () => each(state.callManagerDevices),
    eachLine: () => each(state.callManagerLines),
    async removeDevices(uuids) {
      for (const uuid of uuids) state.callManagerDevices.delete(uuid);
    },
    async removeLines(uuids) {
      for (const uuid of uuids) state.callManagerLines.delete(uuid);
    },
    devicesOf: async ({ uuid, userId }) =>
      [...state.callManagerDevices.values()]
        .filter((device) => device.users.includes(uuid) || device.owner === userId)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, 100)
        .map(({ digest: _, ...device }) => ({
          ...device,
          on: device.lines.flatMap((id) => {
            const { digest: _, ...line } = state.callManagerLines.get(id) ?? {
              uuid: '',
              pattern: '',
              partition: '',
              description: '',
              digest: '',
            };
            return line.uuid === '' ? [] : [line];
          }),
        })),

    async saveRun(run) {
      state.callManagerRuns.set(run.id, run);
    },
    run: async (id) => state.callManagerRuns.get(id) ?? null,
    runs: async ({ limit, before }) =>
      [...state.callManagerRuns.values()]
        .filter((run) => before === undefined || run.id < before)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    dropRun: async (id) => dropRun(id),
    async keepRuns(count) {
      const old = [...state.callManagerRuns.values()]
        .filter((run) => run.endedAt > 0)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(count);
      for (const { id } of old) dropRun(id);
      return old.length;
    },
    async addProblems(runId, from, rows) {
      const was = state.callManagerProblems.get(runId) ?? [];
      state.callManagerProblems.set(runId, [...was, ...rows.map((row, i) => ({ ...row, index: from + i }))]);
    },
    problems: async (runId, { limit, after = -1 }) =>
      (state.callManagerProblems.get(runId) ?? []).filter((problem) => problem.index > after).slice(0, limit),

    async stage(runId, rows) {
      for (const row of rows) state.callManagerStaged.set(key(runId, row.uuid), { ...row, runId });
    },
    staged: async (runId, { action, limit, after = '' }) =>
      [...state.callManagerStaged.values()]
        .filter((row) => row.runId === runId && row.uuid > after && (action === undefined || row.action === action))
        .sort(byUuid)
        .slice(0, limit)
        .map(({ runId: _, ...row }): StagedUser => row),
    async unstage(runId, uuids) {
      for (const uuid of uuids) state.callManagerStaged.delete(key(runId, uuid));
    },
    async dropStaged(runId) {
      for (const [at, row] of [...state.callManagerStaged]) if (row.runId === runId) state.callManagerStaged.delete(at);
    },
  };
}
