import type { Domain } from '../../kernel/jid.ts';
import type { ComponentStore } from '../../xmpp/components/ports.ts';
import { big, type Db, ms } from '../db.ts';

export function prismaComponentStore({ db }: { db: Db }): ComponentStore {
  const { tx } = db;
  return {
    list: async () =>
      (await tx.component.findMany({ orderBy: { domain: 'asc' } })).map((row) => ({
        ...row,
        domain: row.domain as Domain,
        createdAt: ms(row.createdAt),
      })),
    async add(row) {
      const { count } = await tx.component.createMany({ data: [{ ...row, createdAt: big(row.createdAt) }], skipDuplicates: true });
      return count === 1 ? 'added' : 'exists';
    },
    update: async (domain, patch) => (await tx.component.updateMany({ where: { domain }, data: patch })).count > 0,
    remove: async (domain) => (await tx.component.deleteMany({ where: { domain } })).count > 0,
  };
}
