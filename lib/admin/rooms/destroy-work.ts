import { z } from 'zod';
import type { BareJid } from '../../kernel/jid.ts';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { JobRow } from '../shared/ports.ts';
import type { Viewer } from '../shared/viewer.ts';
import { liveFilter, storeFilter } from './find-rooms.ts';
import type { RoomsTarget } from './inputs.ts';
import { alternateFrom, roomAddress } from './resolve.ts';

/** Deps without the runner, which this work is given to. */
export type DestroyDeps = Pick<AdminDeps, 'uow' | 'events' | 'rooms'>;

export const destroyKind = 'room.destroy-many';
const sliceSize = 20;

const storedInput = z.object({
  rooms: z.array(z.string()).optional(),
  search: z.string().optional(),
  domain: z.string().optional(),
  persistent: z.boolean().optional(),
  public: z.boolean().optional(),
  all: z.boolean().default(false),
  reason: z.string().default(''),
  alternate: z.string().optional(),
  /** Which are meant was settled when the job began. */
  targets: z.array(z.string()).optional(),
});
type Stored = z.output<typeof storedInput>;

export interface Target {
  readonly jid: BareJid;
  readonly title: string;
  readonly persistent: boolean;
}

/** The rooms meant, in pages: those named, or all that match. What is no room is given as null. */
export async function* destroyTargets(rooms: AdminDeps['rooms'], target: RoomsTarget): AsyncIterable<readonly (Target | null)[]> {
  if (target.rooms !== undefined) {
    for (const text of new Set(target.rooms)) {
      const jid = roomAddress(text);
      const room = jid === null ? null : await rooms.door.inspect(jid);
      yield [room === null ? null : { jid: room.jid, title: room.config.title, persistent: room.config.persistent }];
    }
    return;
  }
  for (let after: string | undefined; ; ) {
    const page = await rooms.store.list({
      ...storeFilter(target),
      sort: 'jid',
      direction: 'ascending',
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    yield page.rows;
    if (page.next === null) break;
    after = page.next;
  }
  const matches = liveFilter(target);
  // A copy: destroying while the engine is walked through would skip some.
  yield [...rooms.door.live()].filter((room) => room.storedId === null && matches(room));
}

/**
 * Destroys many rooms. Which are meant is written down when it begins, so that after a restart it goes on with the same; a room that is
 * gone already counts as done.
 */
export function destroyWork(
  input: RoomsTarget & { reason: string; alternate?: string | undefined },
  deps: DestroyDeps,
  viewer: Viewer,
): JobWork {
  const { rooms, search, domain, persistent, public: isPublic, all, reason, alternate } = input;
  return work({ rooms: rooms && [...rooms], search, domain, persistent, public: isPublic, all, reason, alternate }, deps, viewer);
}

export function rebuildDestroyWork(row: JobRow, onlyRooms: readonly string[] | null, deps: DestroyDeps, viewer: Viewer): JobWork | null {
  const stored = storedInput.safeParse(row.input);
  if (!stored.success) return null;
  if (onlyRooms === null) return work(stored.data, deps, viewer);
  const { reason, alternate } = stored.data;
  return work({ rooms: [...onlyRooms], all: false, reason, alternate }, deps, viewer);
}

function work(input: Stored, deps: DestroyDeps, viewer: Viewer): JobWork {
  let targets = input.targets;
  let destroyed = 0;
  return {
    kind: destroyKind,
    may: 'rooms.write',
    title: 'Destroy rooms',
    input: defined(input),
    async prepare() {
      if (targets === undefined) {
        if (input.rooms !== undefined) targets = [...new Set(input.rooms)];
        else {
          targets = [];
          for await (const part of destroyTargets(deps.rooms, input)) for (const room of part) if (room !== null) targets.push(room.jid);
        }
      }
      return { total: targets.length, input: defined({ ...input, targets }) };
    },
    async *slices(from, job) {
      const all = targets ?? [];
      for (let at = from; at < all.length; at += sliceSize) yield slice(all.slice(at, at + sliceSize), job);
    },
    summary: ({ done, failed }) => `${destroyed} destroyed, ${done - destroyed} were gone already, ${failed} failed.`,
  };

  async function slice(part: readonly string[], job: string): Promise<readonly RowOutcome[]> {
    const outcomes: RowOutcome[] = [];
    const gone: { address: string; title: string }[] = [];
    for (const address of part) {
      const jid = roomAddress(address);
      const room = jid === null ? null : await deps.rooms.door.inspect(jid);
      if (jid === null || room === null) {
        outcomes.push({ target: address, ok: input.targets !== undefined || jid !== null, message: 'There is no such room (any more).' });
        continue;
      }
      const alternate = alternateFrom(input.alternate, jid);
      const outcome = alternate.ok ? await deps.rooms.door.destroy(jid, input.reason, alternate.value) : alternate;
      outcomes.push({ target: jid, ok: outcome.ok, message: outcome.ok ? 'Destroyed.' : outcome.fault.message });
      if (outcome.ok) gone.push({ address: jid, title: room.config.title });
    }
    destroyed += gone.length;
    if (gone.length > 0) {
      const record = await deps.uow.stores.audit.append({
        actor: viewer.name,
        actorKind: viewer.kind,
        role: viewer.role,
        address: viewer.address,
        action: 'room.destroy',
        target: gone.length === 1 ? gone[0]!.address : `${gone.length} rooms`,
        targetKey: gone.length === 1 ? `room:${gone[0]!.address}` : '',
        before: { rooms: gone },
        after: { destroyed: gone.length, reason: input.reason },
        result: 'done',
        detail: 'Part of the job "Destroy rooms".',
        parentId: `job:${job}`,
      });
      deps.events.emit('audit.appended', { id: record.id });
      for (const { address } of gone) deps.events.emit('room.changed', { room: address, what: 'destroyed', by: viewer.name });
    }
    return outcomes;
  }
}

/** JSON has no undefined. */
const defined = (input: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
