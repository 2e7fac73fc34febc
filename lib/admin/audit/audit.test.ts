import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';

const administrator = viewerOf('administrator');

async function withRecords() {
  const fixture = adminFixture();
  for (const userId of ['anna', 'bob']) await fixture.api.users.create(administrator, { userId, password: 'correct horse', name: '=1+1' });
  await fixture.api.users.delete(viewerOf('operator'), { users: ['anna'] });
  return fixture;
}
async function text(chunks: AsyncIterable<string>) {
  let all = '';
  for await (const chunk of chunks) all += chunk;
  return all;
}

describe('the audit log', () => {
  it('is found by action, result and words, newest first, and each record by id', async () => {
    const { api } = await withRecords();
    const refused = await api.audit.find(administrator, { result: 'refused' });
    expect(refused).toMatchObject({
      ok: true,
      value: { items: [{ action: 'user.delete', actor: 'the operator', after: { asked: { users: ['anna'] } } }] },
    });
    const found = await api.audit.find(administrator, { search: 'bob', action: 'user.create' });
    const id = found.ok ? found.value.items[0]!.id : '';
    expect(await api.audit.get(administrator, { id })).toMatchObject({ ok: true, value: { target: 'bob', after: { name: '=1+1' } } });
    expect(await api.audit.get(administrator, { id: 'none' })).toMatchObject({ ok: false, fault: { code: 'audit.missing' } });
  });

  it('is exported oldest first, and the export is a record itself', async () => {
    const { api } = await withRecords();
    const csv = await api.audit.export(administrator, { action: 'user.create' });
    const lines = csv.ok ? (await text(csv.value.chunks)).trimEnd().split('\r\n') : [];
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(',anna,user:1,done,');
    const json = await api.audit.export(administrator, { format: 'json', action: 'audit.export' });
    expect(json.ok && JSON.parse((await text(json.value.chunks)).split('\n')[0] ?? '')).toMatchObject({
      action: 'audit.export',
      actor: 'the administrator',
    });
  });

  it('is verified, and a change in the middle shows', async () => {
    const { api, stores } = await withRecords();
    expect(await api.audit.verify(administrator, {})).toMatchObject({ ok: true, value: { ok: true, checked: 3 } });
    const second = stores.state.audit[1]!;
    stores.state.audit = stores.state.audit.map((record) => (record === second ? { ...record, target: 'somebody else' } : record));
    expect(await api.audit.verify(administrator, {})).toMatchObject({
      ok: true,
      value: { ok: false, brokenAt: second.id, says: expect.stringContaining(second.id) },
    });
  });
});
