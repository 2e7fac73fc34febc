import type { CallManagerStore, Device, Line } from '../../callmanager/ports.ts';
import type { Db } from '../db.ts';
import { Prisma } from '../generated/client.ts';
import { jsonRows } from '../json-rows.ts';
import { eachId } from './each-id.ts';

type EquipmentStore = Pick<
  CallManagerStore,
  'deviceDigests' | 'lineDigests' | 'putDevices' | 'putLines' | 'eachDevice' | 'eachLine' | 'removeDevices' | 'removeLines' | 'devicesOf'
>;
const tables = { device: Prisma.sql`call_manager_device`, line: Prisma.sql`call_manager_line` } as const;

export function equipmentStore({ tx }: Db): EquipmentStore {
  async function digests(table: Prisma.Sql, uuids: readonly string[]): Promise<Map<string, string>> {
    if (uuids.length === 0) return new Map();
    const [found] = await tx.$queryRaw<{ rows: string | null }[]>`
      SELECT json_agg(json_build_array(uuid, digest))::text AS rows FROM ${table} WHERE uuid = ANY(${[...uuids]}::text[])`;
    return new Map(JSON.parse(found?.rows ?? '[]') as [string, string][]);
  }
  async function remove(table: Prisma.Sql, uuids: readonly string[]): Promise<void> {
    if (uuids.length > 0) await tx.$executeRaw`DELETE FROM ${table} WHERE uuid = ANY(${[...uuids]}::text[])`;
  }

  return {
    deviceDigests: (uuids) => digests(tables.device, uuids),
    lineDigests: (uuids) => digests(tables.line, uuids),
    eachDevice: () => eachId(tx, tables.device),
    eachLine: () => eachId(tx, tables.line),
    removeDevices: (uuids) => remove(tables.device, uuids),
    removeLines: (uuids) => remove(tables.line, uuids),
    async putDevices(rows) {
      if (rows.length === 0) return;
      await tx.$executeRaw`
        INSERT INTO call_manager_device (uuid, name, description, model, protocol, kind, owner, users, lines, digest)
        SELECT r.uuid, r.name, r.description, r.model, r.protocol, r.kind, r.owner, r.users, r.lines, r.digest
        FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb)
          AS r(uuid text, name text, description text, model text, protocol text, kind text, owner text, users text[], lines text[], digest text)
        ON CONFLICT (uuid) DO UPDATE SET name = EXCLUDED.name, description = EXCLUDED.description, model = EXCLUDED.model, protocol = EXCLUDED.protocol,
          kind = EXCLUDED.kind, owner = EXCLUDED.owner, users = EXCLUDED.users, lines = EXCLUDED.lines, digest = EXCLUDED.digest`;
    },
    async putLines(rows) {
      if (rows.length === 0) return;
      await tx.$executeRaw`
        INSERT INTO call_manager_line (uuid, pattern, "partition", description, digest)
        SELECT r.uuid, r.pattern, r."partition", r.description, r.digest
        FROM jsonb_to_recordset(${jsonRows(rows)}::jsonb) AS r(uuid text, pattern text, "partition" text, description text, digest text)
        ON CONFLICT (uuid) DO UPDATE SET pattern = EXCLUDED.pattern, "partition" = EXCLUDED."partition", description = EXCLUDED.description,
          digest = EXCLUDED.digest`;
    },
    async devicesOf({ uuid, userId }) {
      const devices = await tx.$queryRaw<Device[]>`
        SELECT uuid, name, description, model, protocol, kind, owner, users, lines FROM call_manager_device
        WHERE users @> ARRAY[${uuid}]::text[] OR owner = ${userId} ORDER BY name LIMIT 100`;
      const wanted = [...new Set(devices.flatMap((device) => device.lines))];
      const lines = await tx.$queryRaw<Line[]>`
        SELECT uuid, pattern, "partition", description FROM call_manager_line WHERE uuid = ANY(${wanted}::text[])`;
      const byUuid = new Map(lines.map((line) => [line.uuid, line]));
      return devices.map((device) => ({ ...device, on: device.lines.flatMap((line) => byUuid.get(line) ?? []) }));
    },
  };
}
