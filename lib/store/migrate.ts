import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { storeFaults } from './faults.ts';

/** Whoever holds it brings the database up to date; other starters wait and then find nothing to do. */
const MIGRATION_LOCK = 7_218_002;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A node of a cluster says at least so often that it lives, and one that was killed is believed to live for so long. */
const SEEN_MS = 20_000;

/** Nodes of a cluster that work on this database: those that say so again, and those of which it cannot be told in time that they were killed. */
async function nodesThatRun(client: pg.Client, patienceMs: number): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ there: string | null }>(`SELECT to_regclass('cluster_node')::text AS there`);
  if (!tables[0]?.there) return [];
  const first = new Map<string, string>();
  for (const until = performance.now() + patienceMs + 5_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
    const { rows } = await client.query<{ name: string; seen_at: string }>(
      'SELECT "name", "seen_at" FROM "cluster_node" WHERE "seen_at" > $1 ORDER BY "name"',
      [Date.now() - patienceMs],
    );
    for (const { name, seen_at } of rows) if (!first.has(name)) first.set(name, seen_at);
    const isAlive = rows.some(({ name, seen_at }) => first.get(name) !== seen_at);
    if (rows.length === 0 || isAlive || performance.now() > until) return rows.map(({ name }) => name);
  }
}

/** The folder of this installation, from the source tree and from a bundle alike. */
export function migrationsFolder(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'prisma/migrations');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error('prisma/migrations is missing from this installation');
  }
}

export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8').replaceAll('\r\n', '\n');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** Version of the database's schema this release works with. */
export const schemaVersion = (): number => readMigrations(migrationsFolder()).length;

/**
 * Brings the database to the state this version expects; gives the names that were applied. Each migration is one transaction, so a
 * start that dies leaves a database between two migrations and never inside one.
 */
export async function migrate(
  connection: pg.ClientConfig,
  log: Log,
  migrations: readonly Migration[] = readMigrations(migrationsFolder()),
  patienceMs = SEEN_MS,
): Promise<Result<readonly string[], Fault>> {
  const client = new pg.Client({ ...connection, statement_timeout: 0, application_name: 'rollcall migration' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS "_migrations" ("name" TEXT PRIMARY KEY, "checksum" TEXT NOT NULL, "applied_at" TIMESTAMPTZ NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string; checksum: string }>('SELECT "name", "checksum" FROM "_migrations" ORDER BY "name"');
    const known = new Map(migrations.map((migration) => [migration.name, migration]));
    for (const { name, checksum } of rows) {
      const here = known.get(name);
      if (here === undefined) return refuse(storeFaults.newerDatabase({ name }));
      if (here.checksum !== checksum) return refuse(storeFaults.changedMigration({ name }));
    }
    const applied = new Set(rows.map((row) => row.name));
    const pending = migrations.filter((migration) => !applied.has(migration.name));
    // The nodes that run would work on with tables they do not know.
    if (pending.length > 0 && applied.size > 0) {
      const others = await nodesThatRun(client, patienceMs);
      if (others.length > 0) return refuse(storeFaults.nodesRun({ nodes: others.join(', ') }));
    }
    for (const { name, sql, checksum } of pending) {
      try {
        await client.query('BEGIN');
        await client.query(sql);
        await client.query('INSERT INTO "_migrations" ("name", "checksum") VALUES ($1, $2)', [name, checksum]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        return refuse(storeFaults.migrationFailed({ name, why: error instanceof Error ? error.message : String(error) }));
      }
      log.info('database.migrated', { name });
    }
    return ok(pending.map((migration) => migration.name));
  } catch (error) {
    return refuse(
      storeFaults.unreachable({ address: connection.host ?? 'DATABASE_URL', why: error instanceof Error ? error.message : String(error) }),
    );
  } finally {
    // The lock goes with the connection.
    await client.end().catch(() => undefined);
  }
}
