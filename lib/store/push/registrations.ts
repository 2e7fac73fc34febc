import type { PushRegistration, PushStore } from '../../push/ports.ts';
import { big, type Db } from '../db.ts';
import type { Statement } from '../reads.ts';

const registrationsOf: Statement = {
  name: 'push.of',
  text: `SELECT account_id AS "accountId", service, node, resource, options, failures, enabled_at::float8 AS "enabledAt"
    FROM push_registration WHERE account_id = ANY($1::int[]) ORDER BY enabled_at`,
};

export function prismaPushStore({ db }: { db: Db }): PushStore {
  const { tx } = db;
  return {
    async load(accountIds) {
      const found = new Map<number, PushRegistration[]>();
      if (accountIds.length === 0) return found;
      const rows = await db.read<PushRegistration>(registrationsOf, [accountIds]);
      for (const row of rows) {
        const list = found.get(row.accountId);
        if (list === undefined) found.set(row.accountId, [row]);
        else list.push(row);
      }
      return found;
    },
    async save({ accountId, service, node, resource, options, failures, enabledAt }) {
      await tx.$executeRaw`
        INSERT INTO push_registration (account_id, service, node, resource, options, failures, enabled_at)
        SELECT id, ${service}, ${node}, ${resource}, ${options}, ${failures}::int, ${big(enabledAt)} FROM account WHERE id = ${accountId}
        ON CONFLICT (account_id, service, node) DO UPDATE
        SET resource = excluded.resource, options = excluded.options, failures = excluded.failures, enabled_at = excluded.enabled_at`;
    },
    async remove(accountId, service, node) {
      const { count } = await tx.pushRegistration.deleteMany({ where: { accountId, service, ...(node === null ? {} : { node }) } });
      return count;
    },
    async setFailures(accountId, service, node, failures) {
      await tx.pushRegistration.updateMany({ where: { accountId, service, node }, data: { failures } });
    },
    count: () => tx.pushRegistration.count(),
  };
}
