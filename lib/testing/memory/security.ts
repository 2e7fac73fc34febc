import type {
  ApiToken,
  ApiTokenStore,
  BackoffStore,
  ConsoleSession,
  ConsoleSessionStore,
  Operator,
  OperatorStore,
  RoleStore,
  SecondFactorStore,
  SignInLog,
  SignInRecord,
} from '../../security/ports.ts';
import { fold } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

const sameFailure = (a: SignInRecord, b: SignInRecord): boolean =>
  a.outcome !== 'ok' &&
  a.outcome === b.outcome &&
  a.kind === b.kind &&
  a.name === b.name &&
  a.accountId === b.accountId &&
  a.address === b.address &&
  a.mechanism === b.mechanism &&
  Math.floor(a.at / 60_000) === Math.floor(b.at / 60_000);

export function memorySignInLog(state: MemoryState): SignInLog {
  return {
    record(row) {
      const kept = state.signIns.filter((other) => !sameFailure(row, other));
      state.signIns = [...kept, row];
    },
    async recent(query) {
      return state.signIns
        .filter((row) => query.accountId === undefined || row.accountId === query.accountId)
        .filter((row) => query.name === undefined || fold(row.name) === fold(query.name))
        .toSorted((a, b) => b.at - a.at)
        .slice(0, query.limit);
    },
    async goodAddresses(name, since) {
      const good = state.signIns.filter((row) => row.outcome === 'ok' && row.at >= since && fold(row.name) === fold(name));
      return [...new Set(good.map((row) => row.address))].sort();
    },
    async expire(before, limit) {
      const old = new Set(state.signIns.filter((row) => row.at < before).slice(0, limit));
      state.signIns = state.signIns.filter((row) => !old.has(row));
      return old.size;
    },
  };
}

function withoutHash({ passwordHash: _, ...operator }: Operator & { passwordHash: string }): Operator {
  return operator;
}
function withoutSecret<T>({ secretHash: _, ...row }: T & { secretHash: string }): Omit<T, 'secretHash'> {
  return row as Omit<T, 'secretHash'>;
}

export function memoryOperatorStore(state: MemoryState, now: () => number = Date.now): OperatorStore {
  const named = (username: string) => [...state.operators.values()].find((row) => fold(row.username) === fold(username));
  return {
    byUsername: async (username) => named(username) ?? null,
    async get(id) {
      const row = state.operators.get(id);
      return row === undefined ? null : withoutHash(row);
    },
    list: async () => [...state.operators.values()].map(withoutHash).sort((a, b) => (fold(a.username) < fold(b.username) ? -1 : 1)),
    async create(row) {
      if (named(row.username) !== undefined) return 'taken';
      const operator = { source: 'local' as const, ...row, enabled: true, createdAt: now(), lastSignInAt: null, version: 1 };
      state.operators.set(row.id, operator);
      return withoutHash(operator);
    },
    async update(id, patch, expectedVersion) {
      const was = state.operators.get(id);
      if (was === undefined) return null;
      if (expectedVersion !== undefined && expectedVersion !== was.version) return 'conflict';
      // A sign-in is not an edit: it must not make an open form a conflict.
      const edited = Object.keys(patch).some((key) => key !== 'lastSignInAt');
      const operator = { ...was, ...patch, version: was.version + (edited ? 1 : 0) };
      state.operators.set(id, operator);
      return withoutHash(operator);
    },
    async remove(id) {
      for (const [key, session] of state.consoleSessions) if (session.operatorId === id) state.consoleSessions.delete(key);
      state.secondFactors.delete(id);
      return state.operators.delete(id);
    },
  };
}

export function memoryRoleStore(state: MemoryState, now: () => number = Date.now): RoleStore {
  const isTaken = (name: string, except: string) =>
    [...state.roles.values()].some((row) => row.id !== except && fold(row.name) === fold(name));
  return {
    list: async () => [...state.roles.values()].sort((a, b) => (fold(a.name) < fold(b.name) ? -1 : 1)),
    get: async (id) => state.roles.get(id) ?? null,
    async create(row) {
      if (isTaken(row.name, row.id)) return 'taken';
      const role = { ...row, createdAt: now(), version: 1 };
      state.roles.set(row.id, role);
      return role;
    },
    async update(id, patch, expectedVersion) {
      if (patch.name !== undefined && isTaken(patch.name, id)) return 'taken';
      const was = state.roles.get(id);
      if (was === undefined) return null;
      if (expectedVersion !== undefined && expectedVersion !== was.version) return 'conflict';
      const role = { ...was, ...patch, version: was.version + 1 };
      state.roles.set(id, role);
      return role;
    },
    remove: async (id) => state.roles.delete(id),
  };
}

export function memorySecondFactorStore(state: MemoryState): SecondFactorStore {
  return {
    get: async (operatorId) => state.secondFactors.get(operatorId) ?? null,
    async put(row) {
      state.secondFactors.set(row.operatorId, row);
    },
    remove: async (operatorId) => state.secondFactors.delete(operatorId),
    async spendStep(operatorId, step) {
      const row = state.secondFactors.get(operatorId);
      if (row === undefined || row.lastStep >= step) return false;
      state.secondFactors.set(operatorId, { ...row, lastStep: step });
      return true;
    },
    async spendRecovery(operatorId, hash) {
      const row = state.secondFactors.get(operatorId);
      if (!row?.recoveryHashes.includes(hash)) return false;
      state.secondFactors.set(operatorId, { ...row, recoveryHashes: row.recoveryHashes.filter((other) => other !== hash) });
      return true;
    },
  };
}

export function memoryConsoleSessionStore(state: MemoryState): ConsoleSessionStore {
  const removeWhere = (test: (row: ConsoleSession) => boolean): number => {
    const gone = [...state.consoleSessions.values()].filter(test);
    for (const row of gone) state.consoleSessions.delete(row.id);
    return gone.length;
  };
  return {
    async create(row) {
      state.consoleSessions.set(row.id, row);
    },
    async bySecretHash(hash) {
      const row = [...state.consoleSessions.values()].find((session) => session.secretHash === hash);
      return row === undefined ? null : withoutSecret<ConsoleSession>(row);
    },
    async listFor(operatorId) {
      return [...state.consoleSessions.values()]
        .filter((row) => operatorId === null || row.operatorId === operatorId)
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? -1 : 1))
        .map((row) => ({ ...withoutSecret<ConsoleSession>(row), username: state.operators.get(row.operatorId)?.username ?? '' }));
    },
    touch(id, at) {
      const was = state.consoleSessions.get(id);
      if (was !== undefined && at > was.lastSeenAt) state.consoleSessions.set(id, { ...was, lastSeenAt: at });
    },
    remove: async (ids) => removeWhere((row) => ids.includes(row.id)),
    removeFor: async (operatorId, exceptId) => removeWhere((row) => row.operatorId === operatorId && row.id !== exceptId),
    expire: async (now, idleBefore) => removeWhere((row) => row.expiresAt <= now || row.lastSeenAt < idleBefore),
  };
}

export function memoryApiTokenStore(state: MemoryState): ApiTokenStore {
  return {
    async create(row) {
      state.tokens.set(row.id, row);
    },
    async bySecretHash(hash) {
      const row = [...state.tokens.values()].find((token) => token.secretHash === hash);
      return row === undefined ? null : withoutSecret<ApiToken>(row);
    },
    list: async () =>
      [...state.tokens.values()]
        .map((row) => withoutSecret<ApiToken>(row))
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
    async revoke(id, at) {
      const was = state.tokens.get(id);
      if (was === undefined || was.revokedAt !== null) return false;
      state.tokens.set(id, { ...was, revokedAt: at });
      return true;
    },
    touch(id, at) {
      const was = state.tokens.get(id);
      if (was !== undefined && at > (was.lastUsedAt ?? 0)) state.tokens.set(id, { ...was, lastUsedAt: at });
    },
  };
}

export function memoryBackoffStore(state: MemoryState): BackoffStore {
  return {
    load: async () => [...state.backoff].map(([key, row]) => ({ key, ...row })),
    save(key, row) {
      if (row === null) state.backoff.delete(key);
      else state.backoff.set(key, row);
    },
  };
}
