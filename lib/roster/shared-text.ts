/**
 * The same addresses and the same groups stand in thousands of rosters. Those read from the database are exchanged for one common copy, which is a third
 * of what a roster weighs in memory. Bounded: when full it starts over, what is in use stays in use.
 */
import type { BareJid } from '../kernel/jid.ts';

const MAX_SHARED = 50_000;
const addresses = new Map<string, BareJid>();
const groupLists = new Map<string, readonly string[]>();
export const noGroups: readonly string[] = [];

export function sharedAddress(bare: BareJid): BareJid {
  const shared = addresses.get(bare);
  if (shared !== undefined) return shared;
  if (addresses.size >= MAX_SHARED) addresses.clear();
  addresses.set(bare, bare);
  return bare;
}

export function sharedGroups(groups: readonly string[]): readonly string[] {
  if (groups.length === 0) return noGroups;
  const key = groups.join('\n\0');
  const shared = groupLists.get(key);
  if (shared !== undefined) return shared;
  if (groupLists.size >= MAX_SHARED) groupLists.clear();
  groupLists.set(key, groups);
  return groups;
}
