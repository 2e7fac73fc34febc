import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { csvLine } from '@/lib/admin/shared/csv.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { readResults } from './actions.ts';

export type JobResult = Value<AdminApi['jobs']['results']>['items'][number];
export type FailedResults =
  | { readonly ok: true; readonly rows: readonly JobResult[]; readonly more: boolean }
  | { readonly ok: false; readonly message: string };

/** The rows of a job that failed, page by page, up to `most`. */
export async function readFailed(job: string, most: number): Promise<FailedResults> {
  const rows: JobResult[] = [];
  for (let after = -1; ; ) {
    const limit = Math.min(500, most - rows.length);
    const state = await readResults({ job, onlyFailed: true, limit, after });
    if (state.is !== 'done') return { ok: false, message: problemOf(state) ?? 'The results could not be read.' };
    rows.push(...state.value.items);
    if (state.value.next === null) return { ok: true, rows, more: false };
    if (rows.length >= most) return { ok: true, rows, more: true };
    after = state.value.next;
  }
}

export const resultsCsv = (rows: readonly JobResult[]): string =>
  [
    csvLine(['row', 'target', 'result', 'message']),
    ...rows.map((row) => csvLine([row.index + 1, row.target, row.ok ? 'done' : 'failed', row.message])),
  ].join('');
