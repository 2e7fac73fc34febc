import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Log, silentLog } from '../kernel/log.ts';
import { createDbClient } from '../store/client.ts';
import type { Database } from '../store/database.ts';

export interface TestDatabase extends Database {
  readonly connection: pg.ClientConfig;
  /** Runs SQL past all our code, to look at rows or to damage them. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Empties every table; quicker than another database. */
  reset(): Promise<void>;
}

/** An empty database of its own, with all tables (`migrated`) or with nothing. `close()` drops it. */
export async function testDatabase({ migrated = true, log = silentLog }: { migrated?: boolean; log?: Log } = {}): Promise<TestDatabase> {
  const { template, ...server } = inject('testServer');
  const name = `t_${randomBytes(8).toString('hex')}`;
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ ...server, database: 'postgres' });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin(`CREATE DATABASE ${name} TEMPLATE ${migrated ? template : 'template0'}`);
  const connection = { ...server, database: name };
  const client = createDbClient({ connection, log, poolSize: 5 });
  return {
    url: `postgresql://${server.user}:${server.password}@localhost/${name}?host=${encodeURIComponent(server.host)}`,
    address: name,
    kind: 'external',
    client,
    connection,
    get state() {
      return client.state;
    },
    onState: client.onState,
    async query(sql, values = []) {
      const direct = new pg.Client(connection);
      await direct.connect();
      try {
        return (await direct.query(sql, [...values])).rows as Record<string, unknown>[];
      } finally {
        await direct.end();
      }
    },
    async reset() {
      const direct = new pg.Client(connection);
      await direct.connect();
      try {
        const { rows } = await direct.query<{ name: string }>(
          "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_migrations'",
        );
        // The audit refuses to be emptied; as a replica its trigger sleeps.
        await direct.query(`SET session_replication_role = replica; TRUNCATE ${rows.map((row) => row.name).join(', ')}`);
      } finally {
        await direct.end();
      }
    },
    async close() {
      await client.close();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
