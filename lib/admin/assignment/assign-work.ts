import { z } from 'zod';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { JobRow } from '../shared/ports.ts';
import type { Viewer } from '../shared/viewer.ts';

export type AssignDeps = Pick<AdminDeps, 'uow' | 'events'> & Partial<Pick<AdminDeps, 'failover'>>;
export const assignKind = 'assignment.move';

const sliceSize = 200;
/** Written down when the job begins: account, user ID, the home it had and the one it gets. Number 0: there was no such user. */
const move = z.tuple([z.int(), z.string(), z.string().nullable(), z.string().nullable()]);
export type Move = z.output<typeof move>;
const storedInput = z.object({ title: z.string(), moves: z.array(move) });

/** The moves of a stored job of this kind; null when it is another one, or has not begun. */
export function movesOf(row: JobRow): readonly Move[] | null {
  const stored = storedInput.safeParse(row.input);
  return row.kind === assignKind && stored.success ? stored.data.moves : null;
}

/**
 * Gives homes to many. Each move counts only while the person still is where they were when the job began, so that doing a slice again, or undoing a
 * job after others moved somebody, changes nobody else's decision.
 */
export function assignWork(title: string, list: () => Promise<readonly Move[]>, deps: AssignDeps, viewer: Viewer): JobWork {
  let moves: readonly Move[] = [];
  let changed = 0;
  return {
    kind: assignKind,
    may: 'assignment.write',
    title,
    input: { title },
    async prepare() {
      moves = await list();
      return { total: moves.length, input: { title, moves } };
    },
    async *slices(from, job) {
      for (let at = from; at < moves.length; at += sliceSize) yield slice(moves.slice(at, at + sliceSize), job);
      if (changed > 0) {
        deps.events.emit('assignment.changed', { count: changed, by: viewer.name });
        await deps.failover?.announce();
      }
    },
    summary: ({ done, failed }) => `${changed} assigned, ${done - changed} left alone, ${failed} failed.`,
  };

  async function slice(part: readonly Move[], job: string): Promise<readonly RowOutcome[]> {
    const real = part.filter(([id]) => id !== 0);
    const { done, record, gone } = await deps.uow.run(async (stores) => {
      const there = new Set<number>();
      for await (const found of stores.accounts.each({ ids: real.map(([id]) => id) })) for (const account of found) there.add(account.id);
      const done = new Set(await stores.homes.assign(real.map(([accountId, , from, to]) => ({ accountId, from, to }))));
      const moved = real.filter(([id]) => done.has(id));
      const record =
        moved.length === 0
          ? null
          : await stores.audit.append({
              actor: viewer.name,
              actorKind: viewer.kind,
              role: viewer.role,
              address: viewer.address,
              action: 'assignment.assign',
              target: moved.length === 1 ? moved[0]![1] : `${moved.length} users`,
              targetKey: moved.length === 1 ? `user:${moved[0]![0]}` : '',
              before: { homes: moved.map(([id, userId, from]) => ({ id, userId, from })) },
              after: { homes: [...new Set(moved.map(([, , , to]) => to ?? 'none'))] },
              result: 'done',
              detail: `Part of the job "${title}".`,
              parentId: `job:${job}`,
            });
      return { done, record, gone: (id: number) => !there.has(id) };
    });
    if (record) deps.events.emit('audit.appended', { id: record.id });
    changed += done.size;
    // Their sessions follow slice by slice, not all at the end.
    if (done.size > 0) await deps.failover?.announce();
    return part.map(([id, userId, from, to]) => {
      if (id === 0 || gone(id)) return { target: userId, ok: false, message: 'There is no such user (any more).' };
      if (done.has(id)) return { target: userId, ok: true, message: to === null ? 'Has no home any more.' : `Assigned to ${to}.` };
      return {
        target: userId,
        ok: true,
        message: from === to ? 'Left alone: has this home already.' : 'Left alone: was assigned meanwhile.',
      };
    });
  }
}

export function rebuildAssignWork(row: JobRow, onlyUsers: readonly string[] | null, deps: AssignDeps, viewer: Viewer): JobWork | null {
  const moves = movesOf(row);
  if (moves === null) return null;
  const wanted = onlyUsers === null ? null : new Set(onlyUsers);
  return assignWork(row.title, async () => moves.filter(([, userId]) => wanted === null || wanted.has(userId)), deps, viewer);
}
