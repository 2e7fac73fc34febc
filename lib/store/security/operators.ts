import type { Operator, OperatorStore } from '../../security/ports.ts';
import { big, type Db, ms, msOrNull } from '../db.ts';
import { isUniqueViolation } from '../errors.ts';
import type { OperatorModel } from '../generated/models.ts';
import { fold } from '../search-words.ts';

const toOperator = (row: OperatorModel): Operator => ({
  id: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  enabled: row.enabled,
  mustChangePassword: row.mustChangePassword,
  source: row.source === 'directory' ? 'directory' : 'local',
  createdAt: ms(row.createdAt),
  lastSignInAt: msOrNull(row.lastSignInAt),
  version: row.version,
});

export function prismaOperatorStore({ db, now }: { db: Db; now: () => number }): OperatorStore {
  const { tx } = db;
  return {
    async byUsername(username) {
      const row = await tx.operator.findUnique({ where: { usernameKey: fold(username) } });
      return row === null ? null : { ...toOperator(row), passwordHash: row.passwordHash };
    },
    async get(id) {
      const row = await tx.operator.findUnique({ where: { id } });
      return row === null ? null : toOperator(row);
    },
    list: async () => (await tx.operator.findMany({ orderBy: { usernameKey: 'asc' } })).map(toOperator),
    async create(row) {
      // Asked first: a violation would end the transaction of the caller.
      if ((await tx.operator.findUnique({ where: { usernameKey: fold(row.username) }, select: { id: true } })) !== null) return 'taken';
      try {
        return toOperator(await tx.operator.create({ data: { ...row, usernameKey: fold(row.username), createdAt: big(now()) } }));
      } catch (error) {
        if (isUniqueViolation(error)) return 'taken';
        throw error;
      }
    },
    async update(id, patch, expectedVersion) {
      const { lastSignInAt, ...edit } = patch;
      // A sign-in is not an edit: it must not make an open form a conflict.
      const edited = Object.keys(edit).length > 0;
      const { count } = await tx.operator.updateMany({
        where: { id, ...(expectedVersion === undefined ? {} : { version: expectedVersion }) },
        data: {
          ...edit,
          ...(lastSignInAt === undefined ? {} : { lastSignInAt: big(lastSignInAt) }),
          ...(edited ? { version: { increment: 1 } } : {}),
        },
      });
      const row = await tx.operator.findUnique({ where: { id } });
      if (row === null) return null;
      return count === 0 ? 'conflict' : toOperator(row);
    },
    remove: async (id) => (await tx.operator.deleteMany({ where: { id } })).count > 0,
  };
}
