import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord, NewAudit } from '../../admin/shared/ports.ts';
import { type TestDatabase, testDatabase } from '../../testing/test-database.ts';
import { plainDb } from '../db.ts';
import { prismaAuditStore } from './audits.ts';

const record: NewAudit = {
  actor: 'admin',
  actorKind: 'person',
  role: 'administrator',
  address: '',
  action: 'user.created',
  target: 'alice',
  targetKey: 'user:1',
  before: null,
  after: { a: 1 },
  result: 'done',
  detail: '',
  parentId: null,
};

describe('the audit table', () => {
  let database: TestDatabase;
  let written: AuditRecord[];
  const store = (node: string) => prismaAuditStore({ db: plainDb(database.client), node, now: Date.now });
  /** As somebody with the database's own powers would. */
  const tamper = (sql: string) => database.query(`SET session_replication_role = replica; ${sql}`);

  beforeEach(async () => {
    database = await testDatabase();
    written = [];
    for (let i = 0; i < 4; i++) written.push(await store('node-1').append({ ...record, detail: `record ${i}` }));
  });
  afterEach(() => database.close());

  it('refuses to be changed, emptied or shortened', async () => {
    await expect(database.query("UPDATE audit SET actor = 'nobody'")).rejects.toThrow('cannot be changed');
    await expect(database.query('DELETE FROM audit')).rejects.toThrow('cannot be changed');
    await expect(database.query('TRUNCATE audit')).rejects.toThrow('cannot be changed');
    await expect(database.query("SET rollcall.audit_retention = 'on'; UPDATE audit SET actor = 'nobody'")).rejects.toThrow(
      'cannot be changed',
    );
  });

  it('names the record that was changed', async () => {
    await tamper(`UPDATE audit SET target = 'mallory' WHERE id = '${written[2]!.id}'`);
    expect(await store('node-1').verify()).toEqual({ ok: false, checked: 3, brokenAt: written[2]!.id });
  });

  it('names the record after one that was taken out', async () => {
    await tamper(`DELETE FROM audit WHERE id = '${written[1]!.id}'`);
    expect(await store('node-1').verify()).toEqual({ ok: false, checked: 2, brokenAt: written[2]!.id });
  });

  it('notices that the newest were cut off', async () => {
    await tamper(`DELETE FROM audit WHERE id = '${written[3]!.id}'`);
    expect(await store('node-1').verify()).toEqual({ ok: false, checked: 3, brokenAt: 'end' });
  });

  it('keeps a chain for each node', async () => {
    await store('node-2').append(record);
    expect(await store('node-2').verify()).toEqual({ ok: true, checked: 1, brokenAt: null });
    expect((await store('node-1').find({ limit: 10 })).items).toHaveLength(5);
  });
});
