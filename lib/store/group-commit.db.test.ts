import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveRow } from '../im/ports.ts';
import { silentLog } from '../kernel/log.ts';
import { archived, jid, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { StoreUnavailable } from './errors.ts';
import { createGroupCommit } from './group-commit.ts';
import { createStores } from './index.ts';

describe('group commit', () => {
  let database: TestDatabase;
  let alice: number;
  beforeEach(async () => {
    database = await testDatabase();
    [alice = 0] = await people(createStores(database, { node: 'n', log: silentLog }), 'alice');
  });
  afterEach(() => database.close());
  const stored = async (): Promise<number> => Number((await database.query('SELECT count(*) AS n FROM archive'))[0]?.n);
  const entry = (row: ArchiveRow) => ({ archive: [row], offline: [] });

  it('commits many entries in few transactions, and calls back in the order given', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      for (let i = 0; i < 3_000; i++) {
        commits.journal.append(entry(archived(alice, 'bob@example.com', `n ${i}`)), () => {
          order.push(i);
          if (order.length === 3_000) resolve();
        });
      }
    });
    expect(order).toEqual(order.map((_, i) => i));
    expect(await stored()).toBe(3_000);
    expect(commits.figures).toMatchObject({ rows: 3_000, refused: 0 });
    expect(commits.figures.commits).toBeLessThanOrEqual(8);
    await eventually(() => commits.figures.waitingRows === 0);
    expect(await commits.close()).toBe(0);
  });

  it('stores the neighbours of an entry that the database refuses', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    const rows = Array.from({ length: 9 }, (_, i) =>
      archived(alice, 'bob@example.com', `n ${i}`, i === 4 ? { uid: 'no uuid at all' } : {}),
    );
    await Promise.all(rows.map((row) => new Promise<void>((resolve) => commits.journal.append(entry(row), resolve))));
    expect(await stored()).toBe(8);
    expect(commits.figures.refused).toBe(1);
    await commits.close();
  });

  it('replaces what PostgreSQL cannot hold instead of losing the message', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    const row = archived(alice, 'bob@example.com', 'zero \0 and half a pair \ud83d.');
    await new Promise<void>((resolve) => commits.journal.append(entry(row), resolve));
    expect((await database.query('SELECT body FROM archive'))[0]?.body).toBe('zero \u{fffd} and half a pair \u{fffd}.');
    await commits.close();
  });

  it('goes on when a callback throws', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    commits.journal.append(entry(archived(alice, 'b@x.example', 'one')), () => {
      throw new Error('broken listener');
    });
    await new Promise<void>((resolve) => commits.journal.append(entry(archived(alice, 'b@x.example', 'two')), resolve));
    expect(await stored()).toBe(2);
    await commits.close();
  });

  it('accepts nothing while too much waits, and again when it is written', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog, maxRows: 5 });
    const done = Promise.all(
      Array.from(
        { length: 5 },
        (_, i) => new Promise<void>((resolve) => commits.journal.append(entry(archived(alice, 'b@x.example', `${i}`)), resolve)),
      ),
    );
    expect(commits.journal.accepting).toBe(false);
    await expect(commits.saveRoster({ accountId: alice, version: 1 })).rejects.toThrow(StoreUnavailable);
    await done;
    await eventually(() => commits.journal.accepting);
    await commits.close();
    expect(commits.journal.accepting).toBe(false);
  });

  it('writes messages and rosters of one moment together', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    const journal = new Promise<void>((resolve) => commits.journal.append(entry(archived(alice, 'b@x.example', 'x')), resolve));
    await Promise.all([
      journal,
      commits.saveRoster({ accountId: alice, version: 4, pendingPut: [{ contact: jid('c@x.example'), xml: '<p/>', at: 1 }] }),
    ]);
    expect(commits.figures.commits).toBe(1);
    expect(await database.query('SELECT version::int, (SELECT count(*)::int FROM pending_in) AS pending FROM roster')).toEqual([
      { version: 4, pending: 1 },
    ]);
    await commits.close();
  });

  it('keeps what a full disk does not take, calls back for none of it, and writes it once there is space', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    await database.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    await database.query('CREATE TRIGGER full_disk BEFORE INSERT ON archive FOR EACH ROW EXECUTE FUNCTION full_disk()');
    const states: string[] = [];
    database.onState((state, why) => states.push(`${state} ${why}`));
    let done = 0;
    for (let i = 0; i < 7; i++) commits.journal.append(entry(archived(alice, 'b@x.example', `${i}`)), () => done++);
    await eventually(() => states.includes('down its disk is full'));
    await eventually(() => states.length >= 3);
    expect({ done, refused: commits.figures.refused, stored: await stored() }).toEqual({ done: 0, refused: 0, stored: 0 });
    await database.query('DROP TRIGGER full_disk ON archive');
    await eventually(() => done === 7, 10_000);
    expect(await stored()).toBe(7);
    expect(database.client.state).toBe('up');
    await commits.close();
  });

  it('divides a batch that took too long, so that its neighbours do not wait for one slow entry', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog });
    await database.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.body = '3' THEN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END IF; RETURN NEW; END $$`);
    await database.query('CREATE TRIGGER slow BEFORE INSERT ON archive FOR EACH ROW EXECUTE FUNCTION slow()');
    const done: number[] = [];
    for (let i = 0; i < 7; i++) commits.journal.append(entry(archived(alice, 'b@x.example', `${i}`)), () => done.push(i));
    await eventually(() => done.length >= 3);
    expect(done).toEqual([0, 1, 2]);
    await database.query('DROP TRIGGER slow ON archive');
    await eventually(() => done.length === 7, 10_000);
    expect(await stored()).toBe(7);
    await commits.close();
  });

  it('drains on close', async () => {
    const commits = createGroupCommit({ client: database.client, log: silentLog, gatherMs: 60_000 });
    for (let i = 0; i < 100; i++) commits.journal.append(entry(archived(alice, 'b@x.example', `${i}`)), null);
    expect(await commits.close()).toBe(0);
    expect(await stored()).toBe(100);
  });
});
