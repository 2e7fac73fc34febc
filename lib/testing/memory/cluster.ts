import type { ClusterStore } from '../../cluster/ports.ts';
import type { MemoryState } from './state.ts';

export const memoryClusterStore = (state: MemoryState): ClusterStore => ({
  async identity(candidate) {
    if (!state.clusterSecrets.has('')) state.clusterSecrets.set('', candidate);
    return state.clusterSecrets.get('') ?? candidate;
  },
  secret: async (name) => state.clusterSecrets.get(name) ?? null,
  async keepSecret(name, sealed) {
    const kept = state.clusterSecrets.get(name) ?? sealed;
    state.clusterSecrets.set(name, kept);
    return kept;
  },
  nodes: async () => [...state.clusterNodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  async arrive(node, at) {
    const before = state.clusterNodes.get(node.name);
    const isFirst = ![...state.clusterNodes.values()].some(({ role }) => role === 'publisher');
    const role = isFirst ? ('publisher' as const) : (before?.role ?? ('subscriber' as const));
    const row = { ...node, role, joinedAt: before?.joinedAt ?? at, seenAt: at };
    state.clusterNodes.set(node.name, row);
    return row;
  },
  async seen(name, incarnation, at) {
    const row = state.clusterNodes.get(name);
    if (row?.incarnation !== incarnation) return false;
    state.clusterNodes.set(name, { ...row, seenAt: at });
    return true;
  },
  async left(name, incarnation) {
    const row = state.clusterNodes.get(name);
    if (row?.incarnation === incarnation) state.clusterNodes.set(name, { ...row, seenAt: null });
  },
  remove: async (name) => state.clusterNodes.delete(name),
  async promote(name) {
    if (!state.clusterNodes.has(name)) return false;
    for (const [each, row] of state.clusterNodes)
      state.clusterNodes.set(each, { ...row, role: each === name ? 'publisher' : 'subscriber' });
    return true;
  },
});
