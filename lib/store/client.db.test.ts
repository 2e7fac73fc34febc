import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../kernel/log.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { createDbClient, type DbClient } from './client.ts';

describe('the connections to the database', () => {
  let database: TestDatabase;
  let client: DbClient;
  let lost: number;
  beforeEach(async () => {
    lost = 0;
    database = await testDatabase();
    const log: Log = { ...silentLog, debug: (event) => void (event === 'database.connection-lost' && lost++) };
    client = createDbClient({ connection: { ...database.connection, application_name: 'watched' }, log, poolSize: 2 });
  });
  afterEach(async () => {
    await client.close();
    await database.close();
  });
  /** As a server that stops does, with 57P01 to each connection. */
  const endThem = () =>
    database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'rollcall%'",
    );

  it('are watched before the first statement of the stores: one that is cut while idle is noticed, and not an exception nobody catches', async () => {
    expect(await client.probe()).toBe(true);
    await endThem();
    await eventually(() => lost > 0);
    await eventually(() => client.probe());
  });

  it('are watched until they are closed, also when the stores have let go of them', async () => {
    await client.writer.$queryRaw`SELECT 1`;
    await client.main.$queryRaw`SELECT 1`;
    await Promise.all([client.writer.$disconnect(), client.main.$disconnect()]);
    await endThem();
    await eventually(() => lost > 0);
    await eventually(() => client.probe());
  });

  it('that break while they are being closed are nobody’s concern', async () => {
    await client.probe();
    const closed = client.close();
    await endThem();
    await closed;
    expect(client.state).toBe('up');
  });
});
