import type { ClusterStore, NodeRow } from '../../cluster/ports.ts';
import { big, bigOrNull, type Db, ms, msOrNull } from '../db.ts';
import type { ClusterNode } from '../generated/client.ts';

/** There is one cluster in a database. */
const ONE = 1;

const rowOf = (row: ClusterNode): NodeRow => ({
  name: row.name,
  incarnation: row.incarnation,
  version: row.version,
  schema: row.schema,
  role: row.isPublisher ? 'publisher' : 'subscriber',
  address: row.address,
  joinedAt: ms(row.joinedAt),
  startedAt: ms(row.startedAt),
  seenAt: msOrNull(row.seenAt),
});

export function prismaClusterStore({ db }: { db: Db }): ClusterStore {
  const { tx } = db;
  return {
    async identity(candidate) {
      await tx.cluster.createMany({ data: [{ one: ONE, id: candidate }], skipDuplicates: true });
      return (await tx.cluster.findUniqueOrThrow({ where: { one: ONE } })).id;
    },
    secret: async (name) => (await tx.clusterSecret.findUnique({ where: { name } }))?.sealed ?? null,
    async keepSecret(name, sealed) {
      await tx.clusterSecret.createMany({ data: [{ name, sealed }], skipDuplicates: true });
      return (await tx.clusterSecret.findUniqueOrThrow({ where: { name } })).sealed;
    },
    nodes: async () => (await tx.clusterNode.findMany({ orderBy: { name: 'asc' } })).map(rowOf),
    arrive: (node, at) =>
      db.atomically(async (inside) => {
        // Two first nodes at once must not both become publishers.
        await inside.$executeRaw`LOCK TABLE "cluster_node" IN SHARE ROW EXCLUSIVE MODE`;
        const isFirst = (await inside.clusterNode.count({ where: { isPublisher: true } })) === 0;
        const { name, ...more } = { ...node, startedAt: big(node.startedAt), seenAt: bigOrNull(at) };
        return rowOf(
          await inside.clusterNode.upsert({
            where: { name },
            create: { name, ...more, joinedAt: big(at), isPublisher: isFirst },
            update: isFirst ? { ...more, isPublisher: true } : more,
          }),
        );
      }),
    seen: async (name, incarnation, at) =>
      (await tx.clusterNode.updateMany({ where: { name, incarnation }, data: { seenAt: big(at) } })).count === 1,
    async left(name, incarnation) {
      await tx.clusterNode.updateMany({ where: { name, incarnation }, data: { seenAt: null } });
    },
    remove: async (name) => (await tx.clusterNode.deleteMany({ where: { name } })).count === 1,
    promote: (name) =>
      db.atomically(async (inside) => {
        await inside.$executeRaw`LOCK TABLE "cluster_node" IN SHARE ROW EXCLUSIVE MODE`;
        if ((await inside.clusterNode.count({ where: { name } })) === 0) return false;
        await inside.clusterNode.updateMany({ data: { isPublisher: false } });
        await inside.clusterNode.updateMany({ where: { name }, data: { isPublisher: true } });
        return true;
      }),
  };
}
