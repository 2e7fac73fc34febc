import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';

const shipped = readMigrations(migrationsFolder());
const extra = (sql: string): Migration => ({ name: '9999_extra', sql, checksum: `sum of ${sql}` });

describe('migrate', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase({ migrated: false });
  });
  afterEach(() => database.close());
  const run = (migrations?: readonly Migration[]) => migrate(database.connection, silentLog, migrations);

  it('brings an empty database up to date, once', async () => {
    expect(await run()).toEqual({ ok: true, value: shipped.map((m) => m.name) });
    expect(await run()).toEqual({ ok: true, value: [] });
    expect(await run([...shipped, extra('CREATE TABLE extra (x int)')])).toEqual({ ok: true, value: ['9999_extra'] });
  });

  it('lets one of three starters work and the others wait', async () => {
    const outcomes = await Promise.all([run(), run(), run()]);
    const applied = outcomes.map((outcome) => (outcome.ok ? outcome.value.length : -1)).sort();
    expect(applied).toEqual([0, 0, shipped.length]);
  });

  it('refuses a database that a newer version has used', async () => {
    await run([...shipped, extra('CREATE TABLE extra (x int)')]);
    const outcome = await run();
    expect(outcome.ok ? null : outcome.fault).toMatchObject({ code: 'store.newerDatabase', kind: 'down' });
    expect(outcome.ok ? '' : outcome.fault.message).toContain('9999_extra');
  });

  it('refuses a migration that is not the one that was applied', async () => {
    await run();
    const outcome = await run(shipped.map((m, i) => (i === 0 ? { ...m, checksum: 'other' } : m)));
    expect(outcome.ok ? null : outcome.fault.code).toBe('store.changedMigration');
  });

  it('undoes a migration that fails in the middle, and can be tried again', async () => {
    const outcome = await run([...shipped, extra('CREATE TABLE half (x int); SELECT 1/0')]);
    expect(outcome.ok ? null : outcome.fault.code).toBe('store.migrationFailed');
    expect(await database.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    expect(await run([...shipped, extra('CREATE TABLE whole (x int)')])).toMatchObject({ ok: true });
  });

  it('changes nothing while nodes of the version before still run, and waits out those that were killed', async () => {
    await run();
    const seen = (name: string, at: number) =>
      database.query(
        `INSERT INTO cluster_node VALUES ('${name}', '${name}-1', '1', 1, false, '', 0, 0, ${at}) ON CONFLICT (name) DO UPDATE SET seen_at = ${at}`,
      );
    const later = [...shipped, extra('CREATE TABLE extra (x int)')];
    await seen('killed', Date.now());
    await seen('alive', Date.now());
    const beating = setInterval(() => void seen('alive', Date.now()), 100);
    try {
      const outcome = await migrate(database.connection, silentLog, later, 2_000);
      expect(outcome.ok ? null : outcome.fault.code).toBe('store.nodesRun');
      expect(outcome.ok ? '' : outcome.fault.message).toContain('alive');
    } finally {
      clearInterval(beating);
    }
    // Both fell silent: after their time they are believed to be dead.
    expect(await migrate(database.connection, silentLog, later, 1_000)).toEqual({ ok: true, value: ['9999_extra'] });
  });

  it('tells when there is no database to migrate', async () => {
    const outcome = await migrate({ ...database.connection, database: 'no_such_database' }, silentLog);
    expect(outcome.ok ? null : outcome.fault.code).toBe('store.unreachable');
  });
});
