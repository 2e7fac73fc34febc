import type { CustomRole, RoleStore } from '../../security/ports.ts';
import { big, type Db, ms } from '../db.ts';
import { isUniqueViolation } from '../errors.ts';
import type { CustomRoleModel } from '../generated/models.ts';
import { fold } from '../search-words.ts';

const toRole = ({ id, name, description, permissions, createdAt, version }: CustomRoleModel): CustomRole => ({
  id,
  name,
  description,
  permissions,
  createdAt: ms(createdAt),
  version,
});

export function prismaRoleStore({ db, now }: { db: Db; now: () => number }): RoleStore {
  const { tx } = db;
  /** Asked first: a violation would end the transaction of the caller. */
  const isTaken = async (name: string, except: string): Promise<boolean> =>
    (await tx.customRole.findFirst({ where: { nameKey: fold(name), id: { not: except } }, select: { id: true } })) !== null;
  const orTaken = async <T>(work: () => Promise<T>): Promise<T | 'taken'> => {
    try {
      return await work();
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  };
  return {
    list: async () => (await tx.customRole.findMany({ orderBy: { nameKey: 'asc' } })).map(toRole),
    async get(id) {
      const row = await tx.customRole.findUnique({ where: { id } });
      return row === null ? null : toRole(row);
    },
    async create({ permissions, ...row }) {
      if (await isTaken(row.name, row.id)) return 'taken';
      return orTaken(async () =>
        toRole(
          await tx.customRole.create({ data: { ...row, permissions: [...permissions], nameKey: fold(row.name), createdAt: big(now()) } }),
        ),
      );
    },
    async update(id, { permissions, ...patch }, expectedVersion) {
      if (patch.name !== undefined && (await isTaken(patch.name, id))) return 'taken';
      const changed = await orTaken(() =>
        tx.customRole.updateMany({
          where: { id, ...(expectedVersion === undefined ? {} : { version: expectedVersion }) },
          data: {
            ...patch,
            ...(patch.name === undefined ? {} : { nameKey: fold(patch.name) }),
            ...(permissions === undefined ? {} : { permissions: [...permissions] }),
            version: { increment: 1 },
          },
        }),
      );
      if (changed === 'taken') return 'taken';
      const row = await tx.customRole.findUnique({ where: { id } });
      if (row === null) return null;
      return changed.count === 0 ? 'conflict' : toRole(row);
    },
    remove: async (id) => (await tx.customRole.deleteMany({ where: { id } })).count > 0,
  };
}
