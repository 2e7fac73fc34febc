import type { ComponentStore } from '../../xmpp/components/ports.ts';
import type { MemoryState } from './state.ts';

export const memoryComponentStore = (state: MemoryState): ComponentStore => ({
  list: async () => [...state.components.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1)),
  async add(row) {
    if (state.components.has(row.domain)) return 'exists';
    state.components.set(row.domain, row);
    return 'added';
  },
  async update(domain, patch) {
    const was = state.components.get(domain);
    if (was === undefined) return false;
    state.components.set(domain, { ...was, ...patch });
    return true;
  },
  remove: async (domain) => state.components.delete(domain),
});
