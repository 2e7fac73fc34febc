import { type EveryoneDeps, everyoneKind, rebuildEveryoneWork } from './announcements/everyone-work.ts';
import type { RebuildWork } from './jobs/runner.ts';
import { type DestroyDeps, destroyKind, rebuildDestroyWork } from './rooms/destroy-work.ts';
import { type BulkDeps, rebuildBulkWork } from './users/bulk-work.ts';

/** Which stored jobs can be made again. Imports and generated users cannot: what they need holds passwords and is not stored. */
export const createRebuild =
  (deps: BulkDeps & DestroyDeps & EveryoneDeps): RebuildWork =>
  (row, onlyTargets, viewer) => {
    if (row.kind.startsWith('user.bulk-')) return rebuildBulkWork(row, onlyTargets, deps, viewer);
    if (row.kind === destroyKind) return rebuildDestroyWork(row, onlyTargets, deps, viewer);
    if (row.kind === everyoneKind) return rebuildEveryoneWork(row, onlyTargets, deps);
    return null;
  };
