/**
 * Gives homes to people who have none: new ones as they are created, and those that came before this node was one of a cluster. Once somebody has a
 * home only an administrator changes it.
 */
import type { EventHub } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import type { RedundancyStore } from '../redundancy/ports.ts';
import { type AssignmentMode, chooseHomes, homesFor } from './plan.ts';
import type { HomeStore } from './ports.ts';

export interface Assigner {
  /** For accounts that are just created; null leaves them without. Answers from memory. */
  forNew(count: number): readonly string[] | null;
  /** Assigns all that have no home, unless the mode says otherwise. Tells how many. */
  assignMissing(): Promise<number>;
  /** Reads which nodes there are; call it at the start, and when groups change. */
  refresh(): Promise<void>;
}

const SLICE = 1_000;

export function createAssigner(deps: {
  readonly homes: Pick<HomeStore, 'assign' | 'unassigned' | 'counts'>;
  readonly redundancy: Pick<RedundancyStore, 'read'>;
  readonly mode: () => AssignmentMode;
  readonly announce: () => Promise<void>;
  readonly events: EventHub;
  readonly log: Log;
}): Assigner {
  let groups: Awaited<ReturnType<RedundancyStore['read']>>['groups'] = [];
  let counts = new Map<string, number>();
  let running: Promise<number> | null = null;

  function choose(count: number): readonly string[] | null {
    const mode = deps.mode();
    if (mode === 'none') return null;
    const chosen = chooseHomes(count, homesFor(mode, groups), counts);
    return chosen.length === 0 ? null : chosen;
  }
  async function refresh(): Promise<void> {
    groups = (await deps.redundancy.read()).groups;
    counts = new Map((await deps.homes.counts()).byNode);
  }
  async function assignAll(): Promise<number> {
    if (deps.mode() === 'none') return 0;
    let assigned = 0;
    for (;;) {
      const ids = await deps.homes.unassigned(SLICE);
      if (ids.length === 0) break;
      if (assigned === 0) await refresh();
      const chosen = choose(ids.length);
      if (chosen === null) break;
      const changed = await deps.homes.assign(ids.map((accountId, i) => ({ accountId, to: chosen[i] ?? null, from: null })));
      assigned += changed.length;
      // Somebody else assigned all of them meanwhile.
      if (changed.length === 0) break;
    }
    if (assigned > 0) {
      deps.log.info('assignment.assigned', { count: assigned });
      deps.events.emit('assignment.changed', { count: assigned, by: 'System' });
      await deps.announce();
    }
    return assigned;
  }

  return {
    forNew: choose,
    assignMissing() {
      running ??= assignAll().finally(() => {
        running = null;
      });
      return running;
    },
    refresh,
  };
}
