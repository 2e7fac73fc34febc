import type { SecondFactorRow, SecondFactorStore } from '../../security/ports.ts';
import { big, type Db, ms } from '../db.ts';

export function prismaSecondFactorStore({ db }: { db: Db }): SecondFactorStore {
  const { tx } = db;
  return {
    async get(operatorId): Promise<SecondFactorRow | null> {
      const row = await tx.secondFactor.findUnique({ where: { operatorId } });
      return row === null ? null : { ...row, enabledAt: ms(row.enabledAt), lastStep: Number(row.lastStep) };
    },
    async put({ operatorId, ...row }) {
      const data = { ...row, enabledAt: big(row.enabledAt), lastStep: big(row.lastStep), recoveryHashes: [...row.recoveryHashes] };
      await tx.secondFactor.upsert({ where: { operatorId }, create: { operatorId, ...data }, update: data });
    },
    remove: async (operatorId) => (await tx.secondFactor.deleteMany({ where: { operatorId } })).count > 0,
    spendStep: async (operatorId, step) =>
      (await tx.secondFactor.updateMany({ where: { operatorId, lastStep: { lt: big(step) } }, data: { lastStep: big(step) } })).count > 0,
    spendRecovery: async (operatorId, hash) =>
      // Prisma cannot take one entry out of a list in the statement that looks for it; two at once must not both succeed.
      (await tx.$executeRaw`update second_factor set recovery_hashes = array_remove(recovery_hashes, ${hash})
        where operator_id = ${operatorId} and ${hash} = any(recovery_hashes)`) > 0,
  };
}
