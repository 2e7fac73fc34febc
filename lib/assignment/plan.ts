/** Who gets which home. Pure: numbers in, numbers out. */
import type { RedundancyGroup } from '../redundancy/ports.ts';

export type AssignmentMode = 'balanced' | 'active-standby' | 'none';

/** Nodes on which people may live, as the mode says: all of all groups, or the first of each. */
export function homesFor(mode: Exclude<AssignmentMode, 'none'>, groups: readonly Pick<RedundancyGroup, 'nodes'>[]): readonly string[] {
  return groups.flatMap(({ nodes }) => (mode === 'balanced' ? nodes : nodes.slice(0, 1)).map((node) => node.name)).sort();
}

/** Homes for so many new people, the emptiest first; the counts are brought along. */
export function chooseHomes(count: number, homes: readonly string[], counts: Map<string, number>): readonly string[] {
  if (homes.length === 0) return [];
  const chosen: string[] = [];
  for (let i = 0; i < count; i++) {
    let emptiest = homes[0]!;
    for (const home of homes) if ((counts.get(home) ?? 0) < (counts.get(emptiest) ?? 0)) emptiest = home;
    counts.set(emptiest, (counts.get(emptiest) ?? 0) + 1);
    chosen.push(emptiest);
  }
  return chosen;
}

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** The fewest moves after which every home has its even share; homes outside `homes` are emptied. */
export function rebalance(homes: readonly string[], counts: ReadonlyMap<string, number>): readonly Flow[] {
  if (homes.length === 0) return [];
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const share = Math.floor(total / homes.length);
  // The remainder stays where most are already.
  const byCount = [...homes].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const goal = new Map(byCount.map((home, i) => [home, share + (i < total % homes.length ? 1 : 0)]));
  const over = [...new Set([...counts.keys(), ...homes])]
    .map((name) => ({ name, count: (counts.get(name) ?? 0) - (goal.get(name) ?? 0) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const under = byCount.map((name) => ({ name, count: (goal.get(name) ?? 0) - (counts.get(name) ?? 0) })).filter(({ count }) => count > 0);
  const flows: Flow[] = [];
  let at = 0;
  for (const source of over) {
    for (let left = source.count; left > 0 && at < under.length; ) {
      const sink = under[at]!;
      const count = Math.min(left, sink.count);
      flows.push({ from: source.name, to: sink.name, count });
      left -= count;
      sink.count -= count;
      if (sink.count === 0) at++;
    }
  }
  return flows;
}
