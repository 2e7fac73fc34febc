import type {
  CallManagerStore,
  ChangePosition,
  Publisher,
  RunCounts,
  StagedUser,
  SyncAction,
  SyncMarks,
  SyncProblem,
  SyncRun,
} from '../../callmanager/ports.ts';
import { big, type Db, ms } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import { fold } from '../search-words.ts';
import { eachId } from './each-id.ts';
import { equipmentStore } from './equipment.ts';
import { findUsers, knownUsers, toUser, type UserRow, userColumns } from './users.ts';

const ONE = 1;
const noMarks: SyncMarks = { spoken: '', release: '', position: null, lastFullAt: 0, lastGoodAt: 0 };

interface RunRow {
  id: string;
  kind: string;
  trigger: string;
  by: string;
  state: string;
  startedAt: bigint;
  endedAt: bigint;
  counts: string;
  says: string;
}
const toRun = (row: RunRow): SyncRun => ({
  id: row.id,
  kind: row.kind as SyncRun['kind'],
  trigger: row.trigger as SyncRun['trigger'],
  by: row.by,
  state: row.state as SyncRun['state'],
  startedAt: ms(row.startedAt),
  endedAt: ms(row.endedAt),
  counts: JSON.parse(row.counts) as RunCounts,
  says: row.says,
});

export function prismaCallManagerStore({ db }: { db: Db }): CallManagerStore {
  const { tx } = db;

  return {
    ...equipmentStore(db),
    async publisher() {
      const row = await tx.callManager.findUnique({ where: { id: ONE } });
      if (row === null) return null;
      const { host, port, username, sealedPassword, caPem, serverName, schemaVersion, enabled } = row;
      return {
        host,
        port,
        username,
        sealedPassword,
        caPem,
        serverName,
        schemaVersion,
        enabled,
        createdAt: ms(row.createdAt),
        updatedAt: ms(row.updatedAt),
      } satisfies Publisher;
    },
    async savePublisher(row) {
      const data = { ...row, createdAt: big(row.createdAt), updatedAt: big(row.updatedAt) };
      await tx.callManager.upsert({ where: { id: ONE }, create: { id: ONE, ...data }, update: data });
    },
    async marks() {
      const row = await tx.callManager.findUnique({ where: { id: ONE } });
      if (row === null) return noMarks;
      const position: ChangePosition | null = row.queueId === '' ? null : { queueId: row.queueId, next: ms(row.nextChangeId) };
      return { spoken: row.spoken, release: row.release, position, lastFullAt: ms(row.lastFullAt), lastGoodAt: ms(row.lastGoodAt) };
    },
    async saveMarks({ spoken, release, position, lastFullAt, lastGoodAt }) {
      await tx.callManager.updateMany({
        where: { id: ONE },
        data: {
          ...(spoken === undefined ? {} : { spoken }),
          ...(release === undefined ? {} : { release }),
          ...(position === undefined ? {} : { queueId: position?.queueId ?? '', nextChangeId: big(position?.next ?? 0) }),
          ...(lastFullAt === undefined ? {} : { lastFullAt: big(lastFullAt) }),
          ...(lastGoodAt === undefined ? {} : { lastGoodAt: big(lastGoodAt) }),
        },
      });
    },
    release: () =>
      db.atomically(async (inside) => {
        const released = await inside.$executeRaw`UPDATE account SET source = 'local', version = version + 1 WHERE source = 'call-manager'`;
        await inside.$executeRaw`DELETE FROM call_manager_user`;
        await inside.$executeRaw`DELETE FROM call_manager_device`;
        await inside.$executeRaw`DELETE FROM call_manager_line`;
        await inside.$executeRaw`DELETE FROM call_manager_staged`;
        await inside.$executeRaw`DELETE FROM call_manager_problem`;
        await inside.$executeRaw`DELETE FROM call_manager_run`;
        await inside.$executeRaw`DELETE FROM call_manager`;
        return released;
      }),

    known: (uuids) => knownUsers(tx, uuids),
    eachKnown: () => eachId(tx, Prisma.sql`call_manager_user`, Prisma.sql`gone_at = 0`),
    async served() {
      const [row] = await tx.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM call_manager_user WHERE account_id IS NOT NULL AND gone_at = 0 AND active AND home_cluster AND im_enabled`;
      return row?.n ?? 0;
    },
    async counts() {
      const [row] = await tx.$queryRaw<
        { known: number; entitled: number; served: number; problems: number; gone: number; devices: number; lines: number }[]
      >`
        SELECT (count(*) FILTER (WHERE gone_at = 0))::int AS known,
          (count(*) FILTER (WHERE gone_at = 0 AND active AND home_cluster AND im_enabled))::int AS entitled,
          (count(*) FILTER (WHERE gone_at = 0 AND active AND home_cluster AND im_enabled AND account_id IS NOT NULL))::int AS served,
          (count(*) FILTER (WHERE problem <> ''))::int AS problems, (count(*) FILTER (WHERE gone_at > 0))::int AS gone,
          (SELECT count(*) FROM call_manager_device)::int AS devices, (SELECT count(*) FROM call_manager_line)::int AS lines
        FROM call_manager_user`;
      return row ?? { known: 0, entitled: 0, served: 0, problems: 0, gone: 0, devices: 0, lines: 0 };
    },
    async putUsers(rows) {
      if (rows.length === 0) return;
      const json = jsonRows(rows.map((row) => ({ ...row, userKey: fold(row.userId), uriKey: fold(row.directoryUri) })));
      await tx.$executeRaw`
        INSERT INTO call_manager_user (uuid, user_id, user_key, name, mail, department, title, telephone, mobile, directory_uri, uri_key, home_cluster,
          im_enabled, active, extension, "partition", service_profile, digest, account_id, problem, gone_at)
        SELECT r.uuid, r."userId", r."userKey", r.name, r.mail, r.department, r.title, r.telephone, r.mobile, r."directoryUri", r."uriKey",
          r."homeCluster", r."imEnabled", r.active, r.extension, r."partition", r."serviceProfile", r.digest,
          (SELECT id FROM account WHERE id = r."accountId"), r.problem, r."goneAt"
        FROM jsonb_to_recordset(${json}::jsonb)
          AS r(uuid text, "userId" text, "userKey" text, name text, mail text, department text, title text, telephone text, mobile text,
            "directoryUri" text, "uriKey" text, "homeCluster" bool, "imEnabled" bool, active bool, extension text, "partition" text,
            "serviceProfile" text, digest text, "accountId" int, problem text, "goneAt" int8)
        ON CONFLICT (uuid) DO UPDATE SET user_id = EXCLUDED.user_id, user_key = EXCLUDED.user_key, name = EXCLUDED.name, mail = EXCLUDED.mail,
          department = EXCLUDED.department, title = EXCLUDED.title, telephone = EXCLUDED.telephone, mobile = EXCLUDED.mobile,
          directory_uri = EXCLUDED.directory_uri, uri_key = EXCLUDED.uri_key, home_cluster = EXCLUDED.home_cluster, im_enabled = EXCLUDED.im_enabled,
          active = EXCLUDED.active, extension = EXCLUDED.extension, "partition" = EXCLUDED."partition", service_profile = EXCLUDED.service_profile,
          digest = EXCLUDED.digest, account_id = EXCLUDED.account_id, problem = EXCLUDED.problem, gone_at = EXCLUDED.gone_at`;
    },
    async setProblems(rows) {
      if (rows.length === 0) return;
      await tx.$executeRaw`
        UPDATE call_manager_user u SET problem = r.problem FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(uuid text, problem text)
        WHERE u.uuid = r.uuid`;
    },
    async markGone(uuids, at) {
      await tx.$executeRaw`UPDATE call_manager_user SET gone_at = ${big(at)}, problem = '' WHERE uuid = ANY(${[...uuids]}::text[]) AND gone_at = 0`;
    },
    goneBefore: async (at, limit) =>
      (
        await tx.$queryRaw<UserRow[]>`
          SELECT ${userColumns} FROM call_manager_user u WHERE u.gone_at > 0 AND u.gone_at < ${big(at)} ORDER BY u.gone_at, u.uuid LIMIT ${limit}`
      ).map(toUser),
    async forget(uuids) {
      await tx.$executeRaw`DELETE FROM call_manager_user WHERE uuid = ANY(${[...uuids]}::text[])`;
    },
    find: (query) => findUsers(tx, query),
    async byUserId(userId) {
      const [row] = await tx.$queryRaw<UserRow[]>`
        SELECT ${userColumns} FROM call_manager_user u WHERE u.user_key = ${fold(userId)} ORDER BY u.gone_at, u.account_id NULLS LAST, u.uuid LIMIT 1`;
      return row === undefined ? null : toUser(row);
    },
    async adopt(accountIds) {
      await tx.$executeRaw`UPDATE account SET source = 'call-manager', version = version + 1 WHERE id = ANY(${[...accountIds]}::int[])`;
    },

    async saveRun(run) {
      const data = { ...run, startedAt: big(run.startedAt), endedAt: big(run.endedAt), counts: JSON.stringify(run.counts) };
      await tx.callManagerRun.upsert({ where: { id: run.id }, create: data, update: data });
    },
    async run(id) {
      const row = await tx.callManagerRun.findUnique({ where: { id } });
      return row === null ? null : toRun(row);
    },
    runs: async ({ limit, before }) =>
      (
        await tx.callManagerRun.findMany({
          where: before === undefined ? {} : { id: { lt: before } },
          orderBy: { id: 'desc' },
          take: limit,
        })
      ).map(toRun),
    dropRun: (id) => dropRuns([id]),
    async keepRuns(count) {
      const old = await tx.callManagerRun.findMany({
        where: { endedAt: { gt: 0n } },
        orderBy: { id: 'desc' },
        skip: count,
        select: { id: true },
      });
      await dropRuns(old.map(({ id }) => id));
      return old.length;
    },
    async addProblems(runId, from, rows) {
      await tx.callManagerProblem.createMany({ data: rows.map((row, i) => ({ runId, index: from + i, ...row })), skipDuplicates: true });
    },
    problems: async (runId, { limit, after = -1 }) =>
      (await tx.callManagerProblem.findMany({ where: { runId, index: { gt: after } }, orderBy: { index: 'asc' }, take: limit })).map(
        ({ index, uuid, userId, kind, says }) => ({ index, uuid, userId, kind: kind as SyncProblem['kind'], says }),
      ),

    async stage(runId, rows) {
      if (rows.length === 0) return;
      const json = jsonRows(rows.map((row) => ({ ...row, incoming: row.incoming === null ? '' : JSON.stringify(row.incoming) })));
      await tx.$executeRaw`
        INSERT INTO call_manager_staged (run_id, uuid, action, user_id, says, problem, incoming)
        SELECT ${runId}, r.uuid, r.action, r."userId", r.says, r.problem, r.incoming
        FROM jsonb_to_recordset(${json}::jsonb) AS r(uuid text, action text, "userId" text, says text, problem text, incoming text)
        ON CONFLICT (run_id, uuid) DO UPDATE SET action = EXCLUDED.action, user_id = EXCLUDED.user_id, says = EXCLUDED.says,
          problem = EXCLUDED.problem, incoming = EXCLUDED.incoming`;
    },
    async staged(runId, { action, limit, after = '' }) {
      const rows = await tx.$queryRaw<{ uuid: string; action: string; user_id: string; says: string; problem: string; incoming: string }[]>`
        SELECT uuid, action, user_id, says, problem, incoming FROM call_manager_staged
        WHERE run_id = ${runId} AND uuid > ${after} ${action === undefined ? Prisma.empty : Prisma.sql`AND action = ${action}`} ORDER BY uuid LIMIT ${limit}`;
      return rows.map(
        (row): StagedUser => ({
          uuid: row.uuid,
          action: row.action as SyncAction,
          userId: row.user_id,
          says: row.says,
          problem: row.problem,
          incoming: row.incoming === '' ? null : (JSON.parse(row.incoming) as StagedUser['incoming']),
        }),
      );
    },
    async unstage(runId, uuids) {
      await tx.$executeRaw`DELETE FROM call_manager_staged WHERE run_id = ${runId} AND uuid = ANY(${[...uuids]}::text[])`;
    },
    async dropStaged(runId) {
      await tx.$executeRaw`DELETE FROM call_manager_staged WHERE run_id = ${runId}`;
    },
  };

  async function dropRuns(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const all = [...ids];
    await tx.$executeRaw`DELETE FROM call_manager_staged WHERE run_id = ANY(${all}::text[])`;
    await tx.$executeRaw`DELETE FROM call_manager_problem WHERE run_id = ANY(${all}::text[])`;
    await tx.$executeRaw`DELETE FROM call_manager_run WHERE id = ANY(${all}::text[])`;
  }
}
