import type { CallManagerUser, CallManagerUserQuery, KnownUser } from '../../callmanager/ports.ts';
import type { Page } from '../../directory/ports.ts';
import type { Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { COUNT_CAP, decodeCursor, encodeCursor } from '../paging.ts';
import { fold } from '../search-words.ts';

export interface UserRow {
  uuid: string;
  user_id: string;
  user_key: string;
  name: string;
  mail: string;
  department: string;
  title: string;
  telephone: string;
  mobile: string;
  directory_uri: string;
  home_cluster: boolean;
  im_enabled: boolean;
  active: boolean;
  extension: string;
  partition: string;
  service_profile: string;
  digest: string;
  account_id: number | null;
  problem: string;
  gone_at: number;
}
export const userColumns = Prisma.sql`u.uuid, u.user_id, u.user_key, u.name, u.mail, u.department, u.title, u.telephone, u.mobile, u.directory_uri,
  u.home_cluster, u.im_enabled, u.active, u.extension, u."partition", u.service_profile, u.digest, u.account_id, u.problem, u.gone_at::float8 AS gone_at`;

export const toUser = (row: UserRow): CallManagerUser => ({
  uuid: row.uuid,
  userId: row.user_id,
  name: row.name,
  mail: row.mail,
  department: row.department,
  title: row.title,
  telephone: row.telephone,
  mobile: row.mobile,
  directoryUri: row.directory_uri,
  homeCluster: row.home_cluster,
  imEnabled: row.im_enabled,
  active: row.active,
  extension: row.extension,
  partition: row.partition,
  serviceProfile: row.service_profile,
  digest: row.digest,
  accountId: row.account_id,
  problem: row.problem,
  goneAt: row.gone_at,
});

/**
 * What a run compares with. Every row of a company is asked for, so they come as one JSON text: a tenth of what it costs to take them out of the
 * driver cell by cell.
 */
export async function knownUsers(tx: Tx, uuids: readonly string[]): Promise<Map<string, KnownUser>> {
  if (uuids.length === 0) return new Map();
  const [found] = await tx.$queryRaw<{ rows: string | null }[]>`
    SELECT json_agg(json_build_array(u.uuid, u.user_id, u.name, u.mail, u.digest, u.account_id, u.active AND u.home_cluster AND u.im_enabled,
      u.problem, u.gone_at))::text AS rows
    FROM call_manager_user u WHERE u.uuid = ANY(${[...uuids]}::text[])`;
  type Row = [string, string, string, string, string, number | null, boolean, string, number];
  const rows = JSON.parse(found?.rows ?? '[]') as Row[];
  return new Map(
    rows.map(([uuid, userId, name, mail, digest, accountId, isEntitled, problem, goneAt]) => [
      uuid,
      { uuid, userId, name, mail, digest, accountId, isEntitled, problem, goneAt },
    ]),
  );
}

const entitled = Prisma.sql`u.active AND u.home_cluster AND u.im_enabled`;
const shown: Readonly<Record<CallManagerUserQuery['show'], Prisma.Sql>> = {
  all: Prisma.sql`TRUE`,
  entitled: Prisma.sql`u.gone_at = 0 AND ${entitled}`,
  'not-entitled': Prisma.sql`u.gone_at = 0 AND NOT (${entitled})`,
  problems: Prisma.sql`u.problem <> ''`,
  gone: Prisma.sql`u.gone_at > 0`,
};

export async function findUsers(tx: Tx, { search, show, limit, cursor }: CallManagerUserQuery): Promise<Page<CallManagerUser>> {
  const parts = [shown[show]];
  if (search !== undefined && search !== '') parts.push(Prisma.sql`starts_with(u.user_key, ${fold(search)})`);
  const where = Prisma.join(parts, ' AND ');
  const [afterKey = '', afterUuid = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['string', 'string']).map(String);
  const [rows, [counted]] = await Promise.all([
    tx.$queryRaw<UserRow[]>`
      SELECT ${userColumns} FROM call_manager_user u WHERE ${where} AND (u.user_key, u.uuid) > (${afterKey}, ${afterUuid})
      ORDER BY u.user_key, u.uuid LIMIT ${limit + 1}`,
    tx.$queryRaw<
      { n: number }[]
    >`SELECT count(*)::int AS n FROM (SELECT 1 FROM call_manager_user u WHERE ${where} LIMIT ${COUNT_CAP + 1}) AS capped`,
  ]);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const total = counted?.n ?? 0;
  return {
    items: items.map(toUser),
    nextCursor: last !== undefined && rows.length > limit ? encodeCursor([last.user_key, last.uuid]) : null,
    total: Math.min(total, COUNT_CAP),
    totalIsFloor: total > COUNT_CAP,
  };
}
