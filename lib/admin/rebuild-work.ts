import type { RebuildWork } from './jobs/runner.ts';
import { type BulkDeps, rebuildBulkWork } from './users/bulk-work.ts';

/** Which stored jobs can be made again. Imports and generated users cannot: what they need holds passwords and is not stored. */
export const createRebuild =
  (deps: BulkDeps): RebuildWork =>
  (row, onlyTargets, viewer) =>
    row.kind.startsWith('user.bulk-') ? rebuildBulkWork(row, onlyTargets, deps, viewer) : null;
