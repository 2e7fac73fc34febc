import type { AssignedPerson, HomeStore } from '../../assignment/ports.ts';
import type { OwnershipStore, PersonHome } from '../../cluster/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { searchTerms, wordsOf } from '../../kernel/words.ts';
import type { GroupNode, RedundancyStore } from '../../redundancy/ports.ts';
import { decodeCursor, encodeCursor } from '../../store/paging.ts';
import { accountWords, fold } from '../../store/search-words.ts';
import type { MemoryState } from './state.ts';

export interface MemoryHome {
  readonly node: string | null;
  readonly moving: boolean;
  readonly next: string | null;
  readonly version: number;
}
export type MemoryHomeNode = Omit<GroupNode, 'provedAgoMs'> & { readonly provedAt: number };
export interface MemoryGroup {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly highAvailability: boolean;
  readonly automaticFallback: boolean;
  readonly version: number;
  readonly createdAt: number;
}

const goal = (home: MemoryHome | undefined): string | null => (home === undefined ? null : home.moving ? home.next : home.node);

function toHome(state: MemoryState, accountId: number, row: MemoryHome | undefined): PersonHome {
  const bare = (state.accounts.get(accountId)?.bare ?? '') as BareJid;
  return { accountId, bare, home: row?.node ?? null, moving: row?.moving ?? false, next: row?.next ?? null, version: row?.version ?? 0 };
}

export function memoryHomeStore(state: MemoryState): HomeStore {
  return {
    of: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const row = state.homes.get(id);
          return row === undefined ? [] : [[id, toHome(state, id, row)] as const];
        }),
      ),
    async counts() {
      const byNode = new Map<string, number>();
      let unassigned = 0;
      let moving = 0;
      for (const id of state.accounts.keys()) {
        const row = state.homes.get(id);
        const node = goal(row);
        if (node === null) unassigned++;
        else byNode.set(node, (byNode.get(node) ?? 0) + 1);
        if (row?.moving) moving++;
      }
      return { total: state.accounts.size, unassigned, byNode, moving };
    },
    async find(query) {
      const terms = query.search === undefined ? [] : searchTerms(query.search);
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, ['string', 'number']);
      const rows = [...state.accounts.values()]
        .filter((account) => {
          const row = state.homes.get(account.id);
          if (query.node === null && (row?.node != null || row?.moving)) return false;
          if (typeof query.node === 'string' && row?.node !== query.node) return false;
          if (query.moving && !row?.moving) return false;
          const words = [...accountWords(account), ...wordsOf(account.userId)];
          return terms.every((term) => words.some((word) => word.startsWith(term)));
        })
        .map((account) => ({ account, key: fold(account.userId) }))
        .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.account.id - b.account.id))
        .filter(
          ({ account, key }) => after === null || key > String(after[0]) || (key === String(after[0]) && account.id > Number(after[1])),
        );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        items: page.map(
          ({ account }): AssignedPerson => ({
            ...toHome(state, account.id, state.homes.get(account.id)),
            userId: account.userId,
            name: account.name,
            enabled: account.enabled,
          }),
        ),
        nextCursor: last !== undefined && rows.length > page.length ? encodeCursor([last.key, last.account.id]) : null,
      };
    },
    async assign(changes) {
      const version = ++state.homesVersion;
      const changed: number[] = [];
      for (const { accountId, to, from } of changes) {
        const was = state.homes.get(accountId);
        if (!state.accounts.has(accountId) || goal(was) === to || (from !== undefined && goal(was) !== from)) continue;
        const stays = was === undefined || was.node === null || was.node === to;
        state.homes.set(
          accountId,
          stays ? { node: to, moving: false, next: null, version } : { node: was.node, moving: true, next: to, version },
        );
        changed.push(accountId);
      }
      return changed;
    },
    unassigned: async (limit) =>
      [...state.accounts.keys()]
        .filter((id) => state.homes.get(id)?.node == null && !state.homes.get(id)?.moving)
        .sort((a, b) => a - b)
        .slice(0, limit),
    idsOn: async (node, after, limit) =>
      [...state.homes]
        .filter(([id, row]) => goal(row) === node && id > after)
        .map(([id]) => id)
        .sort((a, b) => a - b)
        .slice(0, limit),
  };
}

export function memoryOwnershipStore(state: MemoryState, now: () => number): OwnershipStore {
  return {
    async prove(node) {
      const row = state.homeNodes.get(node);
      if (row !== undefined) state.homeNodes.set(node, { ...row, provedAt: now() });
      return {
        homes: [...state.homeNodes.values()]
          .map(({ name, acting, epoch, handover }) => ({ name, acting, epoch, handover }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        people: state.homesVersion,
      };
    },
    async *peopleAfter(version) {
      const rows = [...state.homes].filter(([, row]) => row.version > version).sort((a, b) => a[1].version - b[1].version || a[0] - b[0]);
      if (rows.length > 0) yield rows.map(([id, row]) => toHome(state, id, row));
    },
    async letGo(home, epoch) {
      const row = state.homeNodes.get(home);
      if (row?.epoch === epoch && row.handover === 'asked') state.homeNodes.set(home, { ...row, handover: 'done' });
    },
    async arrive(people) {
      if (people.length === 0) return;
      const version = ++state.homesVersion;
      for (const person of people) {
        const row = state.homes.get(person.accountId);
        if (row?.moving && row.version === person.version)
          state.homes.set(person.accountId, { node: row.next, moving: false, next: null, version });
      }
    },
  };
}

export function memoryRedundancyStore(state: MemoryState, now: () => number): RedundancyStore {
  const nodesOf = (id: number): MemoryHomeNode[] => [...state.homeNodes.values()].filter((node) => node.groupId === id);
  function place(id: number, nodes: readonly string[]): boolean {
    if (nodes.some((name) => ![null, id].includes(state.homeNodes.get(name)?.groupId ?? (state.homeNodes.has(name) ? null : -1))))
      return false;
    for (const node of nodesOf(id)) state.homeNodes.set(node.name, { ...node, groupId: null, position: 1 });
    for (const [index, name] of nodes.entries())
      state.homeNodes.set(name, { ...state.homeNodes.get(name)!, groupId: id, position: index + 1 });
    return true;
  }
  const taken = (name: string, but = 0) => [...state.groups.values()].some((group) => group.id !== but && fold(group.name) === fold(name));
  const shown = ({ provedAt, ...node }: MemoryHomeNode): GroupNode => ({ ...node, provedAgoMs: Math.max(0, now() - provedAt) });

  return {
    async read() {
      const nodes = [...state.homeNodes.values()].sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1)).map(shown);
      return {
        groups: [...state.groups.values()]
          .sort((a, b) => (fold(a.name) < fold(b.name) ? -1 : 1))
          .map((group) => ({ ...group, nodes: nodes.filter((node) => node.groupId === group.id) })),
        loose: nodes.filter((node) => node.groupId === null),
      };
    },
    async enter(node, firstGroup, at) {
      if (state.homeNodes.has(node)) return 'again';
      state.homeNodes.set(node, {
        name: node,
        groupId: null,
        position: 1,
        acting: node,
        epoch: 1,
        handover: 'none',
        state: 'initializing',
        reason: 'initialization',
        since: at,
        by: '',
        healthySince: null,
        provedAt: now(),
      });
      if (state.groups.size === 0) {
        const id = state.nextGroupId++;
        state.groups.set(id, {
          id,
          name: firstGroup,
          description: '',
          highAvailability: false,
          automaticFallback: true,
          version: 1,
          createdAt: at,
        });
        place(id, [node]);
      }
      return 'new';
    },
    async create({ nodes, ...group }) {
      if (taken(group.name)) return 'taken';
      const id = state.nextGroupId++;
      if (!place(id, nodes)) return 'node-taken';
      state.groups.set(id, { ...group, id, version: 1 });
      return id;
    },
    async update(id, version, { nodes, ...patch }) {
      if (patch.name !== undefined && taken(patch.name, id)) return 'taken';
      const was = state.groups.get(id);
      if (was?.version !== version) return 'stale';
      if (nodes !== undefined && !place(id, nodes)) return 'node-taken';
      state.groups.set(id, { ...was, ...patch, version: version + 1 });
      return 'done';
    },
    async remove(id, version) {
      if (state.groups.get(id)?.version !== version) return false;
      place(id, []);
      return state.groups.delete(id);
    },
    async step(id, version, at, steps) {
      const was = state.groups.get(id);
      if (was?.version !== version) return false;
      state.groups.set(id, { ...was, version: version + 1 });
      for (const step of steps) {
        const row = state.homeNodes.get(step.name);
        if (row === undefined) continue;
        state.homeNodes.set(step.name, {
          ...row,
          ...(step.acting === undefined ? {} : { acting: step.acting, epoch: row.epoch + 1, handover: 'none' as const }),
          ...(step.handover === undefined ? {} : { handover: step.handover }),
          ...(step.state === undefined ? {} : { state: step.state, since: at }),
          ...(step.reason === undefined ? {} : { reason: step.reason }),
          ...(step.by === undefined ? {} : { by: step.by }),
          ...(step.healthySince === undefined ? {} : { healthySince: step.healthySince }),
        });
      }
      return true;
    },
    async forget(node) {
      const isHome = [...state.homes.values()].some((row) => row.node === node || row.next === node);
      const acts = [...state.homeNodes.values()].some((row) => row.acting === node && row.name !== node);
      return isHome || acts ? false : state.homeNodes.delete(node);
    },
  };
}
