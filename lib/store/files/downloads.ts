import type { FileLogRecord } from '../../files/ports.ts';
import type { Tx } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';

/** A download on its way into the log. */
export interface DownloadWrite extends FileLogRecord {
  readonly id: string;
}

export interface LogRow {
  id: string;
  at: number;
  what: string;
  file_id: string;
  name: string;
  type: string;
  size: number;
  account_id: number;
  owner: string;
  address: string;
}
export const logColumns = Prisma.sql`id::text AS id, at::float8 AS at, what, file_id, name, type, size::float8 AS size, account_id, owner, address`;
export const toLogRecord = (row: LogRow): FileLogRecord => ({
  at: row.at,
  what: row.what as FileLogRecord['what'],
  fileId: row.file_id,
  name: row.name,
  type: row.type,
  size: row.size,
  accountId: row.account_id,
  owner: row.owner,
  address: row.address,
});

/** Rows of the log and the counts of their files in one statement. */
export const writeDownloads = (tx: Tx, rows: readonly DownloadWrite[]): Promise<number> => tx.$executeRaw`
  WITH r AS (
    SELECT * FROM jsonb_to_recordset(${jsonRows(rows.map(({ fileId, accountId, ...row }) => ({ ...row, file_id: fileId, account_id: accountId })))}::jsonb)
      AS r(id uuid, at int8, what text, file_id text, name text, type text, size int8, account_id int, owner text, address text)
  ), counted AS (
    UPDATE file SET downloads = downloads + c.n, last_download_at = GREATEST(coalesce(last_download_at, 0), c.at)
    FROM (SELECT file_id, count(*) AS n, max(at) AS at FROM r GROUP BY file_id) AS c WHERE file.id = c.file_id
  )
  INSERT INTO file_log (id, at, what, file_id, name, type, size, account_id, owner, address)
  SELECT id, at, what, file_id, name, type, size, account_id, owner, address FROM r ON CONFLICT (id) DO NOTHING`;
