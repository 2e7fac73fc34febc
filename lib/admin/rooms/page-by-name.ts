import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { invalidFields } from '../shared/problems.ts';

/** A page of what is in memory as a whole (some thousand rows), in order of a name that is unique among them. */
export function pageByName<R, V>(
  rows: readonly R[],
  nameOf: (row: R) => string,
  asked: { readonly limit: number; readonly cursor?: string | undefined },
  present: (row: R) => V,
): Result<{ items: V[]; next: string | null; total: number; totalIsFloor: boolean }, Fault> {
  const after = asked.cursor === undefined ? null : /^[\w-]*$/.test(asked.cursor) ? Buffer.from(asked.cursor, 'base64url').toString() : '';
  if (after === '') return refuse(invalidFields({ cursor: 'Is not from a page of this list.' }));
  const compare = (a: R, b: R): number => (nameOf(a) < nameOf(b) ? -1 : 1);
  const sorted = rows.filter((row) => after === null || nameOf(row) > after).sort(compare);
  const page = sorted.slice(0, asked.limit);
  const last = page.at(-1);
  return ok({
    items: page.map(present),
    next: last !== undefined && sorted.length > page.length ? Buffer.from(nameOf(last)).toString('base64url') : null,
    total: rows.length,
    totalIsFloor: false,
  });
}
