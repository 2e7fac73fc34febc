import type {
  Agreement,
  AttributeMap,
  Directory,
  DirectoryServer,
  DirectoryStore,
  GroupRole,
  LinkedAccount,
  LinkedPerson,
  SyncChange,
  SyncCounts,
  SyncRun,
} from '../../ldap/ports.ts';
import { big, bigOrNull, type Db, ms, msOrNull, type Tx } from '../db.ts';
import { isUniqueViolation } from '../errors.ts';
import { Prisma } from '../generated/client.ts';
import type { LdapAgreementModel, LdapDirectoryModel, LdapRunModel } from '../generated/models.ts';
import { jsonRows } from '../json-rows.ts';
import { fold } from '../search-words.ts';

const SLICE = 1_000;

const toDirectory = ({ nameKey: _, ...row }: LdapDirectoryModel): Directory => ({
  ...row,
  kind: row.kind as Directory['kind'],
  security: row.security as Directory['security'],
  servers: JSON.parse(row.servers) as DirectoryServer[],
  attributes: JSON.parse(row.attributes) as AttributeMap,
  groups: JSON.parse(row.groups) as GroupRole[],
  createdAt: ms(row.createdAt),
});
const toAgreement = ({ nameKey: _, ...row }: LdapAgreementModel): Agreement => ({
  ...row,
  nextAt: ms(row.nextAt),
  createdAt: ms(row.createdAt),
});
const toRun = (row: LdapRunModel): SyncRun => ({
  ...row,
  state: row.state as SyncRun['state'],
  at: ms(row.at),
  endedAt: msOrNull(row.endedAt),
  counts: JSON.parse(row.counts) as SyncCounts,
  changes: JSON.parse(row.changes) as SyncChange[],
});

type DirectoryPatch = Parameters<DirectoryStore['update']>[1];
const directoryData = ({ servers, attributes, groups, name, ...rest }: DirectoryPatch) => ({
  ...rest,
  ...(name === undefined ? {} : { name, nameKey: fold(name) }),
  ...(servers === undefined ? {} : { servers: JSON.stringify(servers) }),
  ...(attributes === undefined ? {} : { attributes: JSON.stringify(attributes) }),
  ...(groups === undefined ? {} : { groups: JSON.stringify(groups) }),
});
type AgreementPatch = Parameters<DirectoryStore['updateAgreement']>[1];
const agreementData = ({ name, nextAt, ...rest }: AgreementPatch) => ({
  ...rest,
  ...(name === undefined ? {} : { name, nameKey: fold(name) }),
  ...(nextAt === undefined ? {} : { nextAt: big(nextAt) }),
});

interface LinkRow {
  account_id: number;
  agreement_id: string;
  directory_id: string;
  key: string;
  dn: string;
  uri: string;
  phone: string;
  department: string;
  title: string;
  gone_at: number | null;
}
interface LinkedRow extends LinkRow {
  user_id: string;
  bare: string;
  name: string;
  mail: string;
  enabled: boolean;
}
const linkColumns = Prisma.sql`p.account_id, p.agreement_id, p.directory_id, p.key, p.dn, p.uri, p.phone, p.department, p.title,
  p.gone_at::float8 AS gone_at`;
const linkedColumns = Prisma.sql`${linkColumns}, a.user_id, a.bare, a.name, a.mail, a.enabled`;
const toLink = (row: LinkRow): LinkedPerson => ({
  accountId: row.account_id,
  agreementId: row.agreement_id,
  directoryId: row.directory_id,
  key: row.key,
  dn: row.dn,
  uri: row.uri,
  phone: row.phone,
  department: row.department,
  title: row.title,
  goneAt: row.gone_at,
});
const toLinked = (row: LinkedRow): LinkedAccount => ({
  ...toLink(row),
  userId: row.user_id,
  bare: row.bare,
  name: row.name,
  mail: row.mail,
  enabled: row.enabled,
});

/** Whoever came from there is ours from now on: an administrator can give them a password. */
const setFree = (tx: Tx, where: Prisma.Sql): Promise<number> => tx.$executeRaw`
  UPDATE account SET source = 'local', version = version + 1 WHERE id IN (SELECT p.account_id FROM ldap_person p WHERE ${where})`;

/** Another row of this name, asked first: a violation would end the transaction of the caller. */
async function tried<T>(work: () => Promise<T>): Promise<T | 'taken'> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) return 'taken';
    throw error;
  }
}

export function prismaDirectoryStore({ db }: { db: Db }): DirectoryStore {
  const { tx } = db;
  return {
    list: async () => (await tx.ldapDirectory.findMany({ orderBy: [{ nameKey: 'asc' }] })).map(toDirectory),
    add: (row) =>
      tried(async () => {
        const { servers, attributes, groups, createdAt, ...rest } = row;
        const data = {
          ...rest,
          nameKey: fold(row.name),
          servers: JSON.stringify(servers),
          attributes: JSON.stringify(attributes),
          groups: JSON.stringify(groups),
          createdAt: big(createdAt),
        };
        const { count } = await tx.ldapDirectory.createMany({ data: [data], skipDuplicates: true });
        return count === 1 ? 'added' : 'taken';
      }),
    update: (id, patch, version) =>
      tried(async () => {
        if (patch.name !== undefined) {
          const other = await tx.ldapDirectory.findFirst({ where: { nameKey: fold(patch.name), NOT: { id } }, select: { id: true } });
          if (other !== null) return 'taken';
        }
        const { count } = await tx.ldapDirectory.updateMany({
          where: { id, ...(version === undefined ? {} : { version }) },
          data: { ...directoryData(patch), version: { increment: 1 } },
        });
        const row = await tx.ldapDirectory.findUnique({ where: { id } });
        if (row === null) return null;
        return count === 0 ? 'conflict' : toDirectory(row);
      }),
    remove: (id) =>
      db.atomically(async (inside) => {
        await setFree(inside, Prisma.sql`p.directory_id = ${id}`);
        return (await inside.ldapDirectory.deleteMany({ where: { id } })).count > 0;
      }),

    agreements: async () => (await tx.ldapAgreement.findMany({ orderBy: [{ nameKey: 'asc' }] })).map(toAgreement),
    addAgreement: (row) =>
      tried(async () => {
        const data = { ...row, nameKey: fold(row.name), nextAt: big(row.nextAt), createdAt: big(row.createdAt) };
        const { count } = await tx.ldapAgreement.createMany({ data: [data], skipDuplicates: true });
        return count === 1 ? 'added' : 'taken';
      }),
    updateAgreement: (id, patch, version) =>
      tried(async () => {
        if (patch.name !== undefined) {
          const other = await tx.ldapAgreement.findFirst({ where: { nameKey: fold(patch.name), NOT: { id } }, select: { id: true } });
          if (other !== null) return 'taken';
        }
        const { count } = await tx.ldapAgreement.updateMany({
          where: { id, ...(version === undefined ? {} : { version }) },
          data: { ...agreementData(patch), version: { increment: 1 } },
        });
        const row = await tx.ldapAgreement.findUnique({ where: { id } });
        if (row === null) return null;
        return count === 0 ? 'conflict' : toAgreement(row);
      }),
    removeAgreement: (id) =>
      db.atomically(async (inside) => {
        await setFree(inside, Prisma.sql`p.agreement_id = ${id}`);
        return (await inside.ldapAgreement.deleteMany({ where: { id } })).count > 0;
      }),
    schedule: async (id, nextAt, was) =>
      (await tx.ldapAgreement.updateMany({ where: { id, nextAt: big(was) }, data: { nextAt: big(nextAt) } })).count > 0,

    async *linked(agreementId) {
      for (let after = 0; ; ) {
        const rows = await tx.$queryRaw<LinkedRow[]>`
          SELECT ${linkedColumns} FROM ldap_person p JOIN account a ON a.id = p.account_id
          WHERE p.agreement_id = ${agreementId} AND p.account_id > ${after} ORDER BY p.account_id LIMIT ${SLICE}`;
        if (rows.length > 0) yield rows.map(toLinked);
        if (rows.length < SLICE) return;
        after = rows.at(-1)?.account_id ?? after;
      }
    },
    async linkOf(accountId) {
      const [row] = await tx.$queryRaw<LinkedRow[]>`
        SELECT ${linkedColumns} FROM ldap_person p JOIN account a ON a.id = p.account_id WHERE p.account_id = ${accountId}`;
      return row === undefined ? null : toLinked(row);
    },
    async linksByKey(directoryId, keys) {
      if (keys.length === 0) return [];
      const rows = await tx.$queryRaw<LinkRow[]>`
        SELECT ${linkColumns} FROM ldap_person p WHERE p.directory_id = ${directoryId} AND p.key = ANY(${[...keys]}::text[])`;
      return rows.map(toLink);
    },
    async link(rows) {
      if (rows.length === 0) return;
      const data = rows.map((row) => ({
        account_id: row.accountId,
        directory_id: row.directoryId,
        agreement_id: row.agreementId,
        key: row.key,
        dn: row.dn,
        uri: row.uri,
        phone: row.phone,
        department: row.department,
        title: row.title,
        gone_at: row.goneAt,
      }));
      await tx.$executeRaw`
        INSERT INTO ldap_person (account_id, directory_id, agreement_id, key, dn, uri, phone, department, title, gone_at)
        SELECT r.account_id, r.directory_id, r.agreement_id, r.key, r.dn, r.uri, r.phone, r.department, r.title, r.gone_at
        FROM jsonb_to_recordset(${jsonRows(data)}::jsonb) AS r(account_id int, directory_id text, agreement_id text, key text, dn text, uri text,
          phone text, department text, title text, gone_at int8)
        WHERE EXISTS (SELECT 1 FROM account WHERE account.id = r.account_id)
        ON CONFLICT (account_id) DO UPDATE SET directory_id = EXCLUDED.directory_id, agreement_id = EXCLUDED.agreement_id, key = EXCLUDED.key,
          dn = EXCLUDED.dn, uri = EXCLUDED.uri, phone = EXCLUDED.phone, department = EXCLUDED.department, title = EXCLUDED.title,
          gone_at = EXCLUDED.gone_at`;
    },
    countLinked: () => tx.$queryRaw`
      SELECT agreement_id AS "agreementId", count(*)::int AS people, (count(*) FILTER (WHERE gone_at IS NOT NULL))::int AS gone
      FROM ldap_person GROUP BY agreement_id ORDER BY agreement_id`,

    async addRun({ counts, changes, at, endedAt, ...run }) {
      await tx.ldapRun.create({
        data: { ...run, at: big(at), endedAt: bigOrNull(endedAt), counts: JSON.stringify(counts), changes: jsonRows(changes) },
      });
    },
    async updateRun(id, { counts, changes, endedAt, ...patch }) {
      await tx.ldapRun.updateMany({
        where: { id },
        data: {
          ...patch,
          ...(endedAt === undefined ? {} : { endedAt: bigOrNull(endedAt) }),
          ...(counts === undefined ? {} : { counts: JSON.stringify(counts) }),
          ...(changes === undefined ? {} : { changes: jsonRows(changes) }),
        },
      });
    },
    async run(id) {
      const row = await tx.ldapRun.findUnique({ where: { id } });
      return row === null ? null : toRun(row);
    },
    async runs(agreementId, limit) {
      const rows = await tx.ldapRun.findMany({
        where: { agreementId },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit,
        omit: { changes: true },
      });
      return rows.map((row) => toRun({ ...row, changes: '[]' }));
    },
    async lastRuns() {
      const rows = await tx.ldapRun.findMany({
        distinct: ['agreementId'],
        orderBy: [{ agreementId: 'asc' }, { at: 'desc' }, { id: 'desc' }],
        omit: { changes: true },
      });
      return rows.map((row) => toRun({ ...row, changes: '[]' }));
    },
    expireRuns: (before, limit) => tx.$executeRaw`
      DELETE FROM ldap_run WHERE id IN (SELECT id FROM ldap_run WHERE at < ${big(before)} ORDER BY at LIMIT ${limit})`,
  };
}
