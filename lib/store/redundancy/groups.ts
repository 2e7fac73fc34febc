import type { GroupNode, HaReason, HaState, NodeStep, RedundancyGroup, RedundancyStore } from '../../redundancy/ports.ts';
import { big, bigOrNull, type Db, ms, msOrNull, type Tx } from '../db.ts';
import { fold } from '../search-words.ts';

interface NodeRecord {
  readonly name: string;
  readonly group_id: number | null;
  readonly position: number;
  readonly acting: string;
  readonly epoch: bigint;
  readonly handover: string;
  readonly state: string;
  readonly reason: string;
  readonly since: bigint;
  readonly changed_by: string;
  readonly healthy_since: bigint | null;
  readonly proved_ago: bigint;
}
const toNode = (row: NodeRecord): GroupNode => ({
  name: row.name,
  groupId: row.group_id,
  position: row.position,
  acting: row.acting,
  epoch: ms(row.epoch),
  handover: row.handover as GroupNode['handover'],
  state: row.state as HaState,
  reason: row.reason as HaReason,
  since: ms(row.since),
  by: row.changed_by,
  healthySince: msOrNull(row.healthy_since),
  provedAgoMs: ms(row.proved_ago),
});

/** As in `hold_epochs`: whoever writes for this home holds the lock shared. */
const EPOCH_LOCKS = 1380143971;
const GROUP_LOCK = 1380143972;

/**
 * Waits for what the acting node has on its way; a process that was stopped in the middle of a transaction must not keep it for ever, so one that does
 * nothing is ended. Its transaction is undone and acknowledged to nobody.
 */
async function lockHome(tx: Tx, home: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const [got] = await tx.$queryRaw<{ ok: boolean }[]>`SELECT pg_try_advisory_xact_lock(${EPOCH_LOCKS}::int, hashtext(${home})) AS ok`;
    if (got?.ok) return;
    await tx.$executeRaw`
      SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid = ${EPOCH_LOCKS}::int::oid AND l.objid = (hashtext(${home})::bigint & 4294967295)::oid AND l.pid <> pg_backend_pid()
        AND s.state LIKE 'idle in transaction%' AND s.state_change < clock_timestamp() - interval '1 second'`;
    await tx.$executeRaw`SELECT pg_sleep(0.05)`;
  }
  throw new Error(`Somebody still writes for the home ${home}.`);
}

async function place(tx: Tx, groupId: number, nodes: readonly string[]): Promise<'done' | 'node-taken'> {
  await tx.$executeRaw`UPDATE home_node SET group_id = NULL, position = 1 WHERE group_id = ${groupId}`;
  for (const [index, name] of nodes.entries()) {
    const changed = await tx.$executeRaw`
      UPDATE home_node SET group_id = ${groupId}, position = ${index + 1} WHERE name = ${name} AND group_id IS NULL`;
    if (changed === 0) return 'node-taken';
  }
  return 'done';
}

/** Thrown to undo what was begun, where an answer is meant and not a failure. */
class Undone extends Error {
  constructor(readonly answer: 'node-taken') {
    super(answer);
  }
}

export function prismaRedundancyStore({ db }: { db: Db }): RedundancyStore {
  const { tx } = db;
  const undoing = async <T>(work: (inside: Tx) => Promise<T>): Promise<T | 'node-taken'> => {
    try {
      return await db.atomically(work);
    } catch (error) {
      if (error instanceof Undone) return error.answer;
      throw error;
    }
  };
  /** Changes of groups one after the other; they are few. */
  const inTurn = (inside: Tx) => inside.$executeRaw`SELECT pg_advisory_xact_lock(${GROUP_LOCK}::int, 0)`;
  const nameTaken = async (inside: Tx, name: string, but = 0): Promise<boolean> =>
    (await inside.redundancyGroup.count({ where: { nameKey: fold(name), id: { not: but } } })) > 0;

  return {
    async read() {
      const rows = await tx.$queryRaw<NodeRecord[]>`
        SELECT name, group_id, position, acting, epoch, handover, state, reason, since, changed_by, healthy_since,
          greatest(0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint - proved_at) AS proved_ago
        FROM home_node ORDER BY position, name`;
      const groups = await tx.redundancyGroup.findMany({ orderBy: { nameKey: 'asc' } });
      const nodes = rows.map(toNode);
      const known = new Set(groups.map((group) => group.id));
      return {
        groups: groups.map(
          ({ nameKey: _, createdAt, ...group }): RedundancyGroup => ({
            ...group,
            createdAt: ms(createdAt),
            nodes: nodes.filter((node) => node.groupId === group.id),
          }),
        ),
        loose: nodes.filter((node) => node.groupId === null || !known.has(node.groupId)),
      };
    },
    enter: (node, firstGroup, at) =>
      db.atomically(async (inside) => {
        await inTurn(inside);
        const made = await inside.$executeRaw`
          INSERT INTO home_node (name, position, acting, epoch, handover, state, reason, since, changed_by, proved_at)
          VALUES (${node}, 1, ${node}, 1, 'none', 'initializing', 'initialization', ${big(at)}, '', (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
          ON CONFLICT (name) DO NOTHING`;
        if (made === 0) return 'again';
        if ((await inside.redundancyGroup.count()) === 0) {
          const { id } = await inside.redundancyGroup.create({
            data: {
              name: firstGroup,
              nameKey: fold(firstGroup),
              description: '',
              highAvailability: false,
              automaticFallback: true,
              createdAt: big(at),
            },
          });
          await place(inside, id, [node]);
        }
        return 'new';
      }),
    create: ({ nodes, createdAt, ...group }) =>
      undoing(async (inside) => {
        await inTurn(inside);
        if (await nameTaken(inside, group.name)) return 'taken' as const;
        const { id } = await inside.redundancyGroup.create({ data: { ...group, nameKey: fold(group.name), createdAt: big(createdAt) } });
        if ((await place(inside, id, nodes)) === 'node-taken') throw new Undone('node-taken');
        return id;
      }),
    update: (id, version, { nodes, ...patch }) =>
      undoing(async (inside) => {
        await inTurn(inside);
        if (patch.name !== undefined && (await nameTaken(inside, patch.name, id))) return 'taken' as const;
        const { count } = await inside.redundancyGroup.updateMany({
          where: { id, version },
          data: { ...patch, ...(patch.name === undefined ? {} : { nameKey: fold(patch.name) }), version: { increment: 1 } },
        });
        if (count === 0) return 'stale' as const;
        if (nodes !== undefined && (await place(inside, id, nodes)) === 'node-taken') throw new Undone('node-taken');
        return 'done' as const;
      }),
    remove: async (id, version) => (await tx.redundancyGroup.deleteMany({ where: { id, version } })).count > 0,
    step: (id, version, at, steps) =>
      db.atomically(async (inside) => {
        // The row of the group first: of two that decide at once, the second waits here and finds its version gone.
        const { count } = await inside.redundancyGroup.updateMany({ where: { id, version }, data: { version: { increment: 1 } } });
        if (count === 0) return false;
        for (const step of steps) await takeStep(inside, step, at);
        return true;
      }),
    forget: async (node) =>
      (await tx.$executeRaw`
        DELETE FROM home_node WHERE name = ${node} AND NOT EXISTS (SELECT 1 FROM user_home WHERE node = ${node} OR next = ${node})
          AND NOT EXISTS (SELECT 1 FROM home_node other WHERE other.acting = ${node} AND other.name <> ${node})`) > 0,
  };
}

async function takeStep(tx: Tx, step: NodeStep, at: number): Promise<void> {
  const { name, acting, handover, state, reason, by, healthySince } = step;
  if (acting !== undefined) {
    await lockHome(tx, name);
    await tx.$executeRaw`UPDATE home_node SET acting = ${acting}, epoch = epoch + 1, handover = 'none' WHERE name = ${name}`;
  }
  await tx.homeNode.updateMany({
    where: { name },
    data: {
      ...(handover === undefined ? {} : { handover }),
      ...(state === undefined ? {} : { state, since: big(at) }),
      ...(reason === undefined ? {} : { reason }),
      ...(by === undefined ? {} : { changedBy: by }),
      ...(healthySince === undefined ? {} : { healthySince: bigOrNull(healthySince) }),
    },
  });
}
