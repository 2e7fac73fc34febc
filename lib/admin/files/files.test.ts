import { describe, expect, it } from 'vitest';
import type { BareJid } from '../../kernel/jid.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { memoryBlobs } from '../../testing/memory/index.ts';

const administrator = viewerOf('administrator');
const ID = 'abcdefghijklmnopqrstuv';
const OTHER = 'bbcdefghijklmnopqrstuv';
const T = 1_700_000_000_000;

async function withFiles() {
  const blobs = memoryBlobs();
  const fixture = adminFixture({ blobs });
  for (const userId of ['anna', 'bob']) await fixture.api.users.create(administrator, { userId, password: 'correct horse' });
  async function add(id: string, userId: string, name: string, size: number, type: string, at = T) {
    const owner = (await fixture.stores.accounts.byUserIds([userId])).get(userId);
    const slot = { id, accountId: owner?.id ?? 0, owner: (owner?.bare ?? '') as BareJid, name, type, size, purpose: 'message' as const };
    await fixture.stores.files.reserve({ ...slot, createdAt: at, slotUntil: at + 1 }, { quota: 0, dailyAmount: 0 });
    await fixture.stores.files.store(id, { type, sniffed: '', sha256: 'ab', at, address: '192.0.2.7' });
    blobs.contents.set(id, Buffer.alloc(size));
  }
  await add(ID, 'anna', 'holiday.png', 100, 'image/png');
  await add(OTHER, 'bob', 'film.mp4', 9000, 'video/mp4', T + 1000);
  return { ...fixture, blobs };
}

describe('files of people', () => {
  it('are found by person, type and size, and by the address that somebody reports', async () => {
    const { api } = await withFiles();
    const names = async (input: object) => {
      const found = await api.files.find(administrator, input);
      return found.ok ? found.value.items.map((row) => row.name) : found.fault.code;
    };
    expect(await names({})).toEqual(['film.mp4', 'holiday.png']);
    expect(await names({ person: 'anna' })).toEqual(['holiday.png']);
    expect(await names({ person: 'nobody' })).toEqual([]);
    expect(await names({ type: 'VIDEO/' })).toEqual(['film.mp4']);
    expect(await names({ minSize: 101 })).toEqual(['film.mp4']);
    const address = `https://example.com/upload/${ID}0123456789ab/holiday.png`;
    expect(await names({ search: address })).toEqual(['holiday.png']);
    expect(await api.files.get(administrator, { id: address })).toMatchObject({
      ok: true,
      value: { id: ID, expiresAt: T + 60 * 86_400_000 },
    });
    expect(await api.files.get(administrator, { id: 'nothing' })).toMatchObject({ ok: false, fault: { code: 'files.missing' } });
  });

  it('are shown without the address that opens them', async () => {
    const { api } = await withFiles();
    const text = JSON.stringify([await api.files.find(administrator, {}), await api.files.log(administrator, {})]);
    expect(text).toContain(ID);
    expect(text).not.toContain('/upload/');
  });

  it('are deleted with their content, and the audit says which', async () => {
    const { api, blobs, stores } = await withFiles();
    expect(await api.files.delete(administrator, { files: [ID, 'unknown'] })).toMatchObject({
      ok: true,
      value: { deleted: 1, bytes: 100, missing: ['unknown'], more: false },
    });
    expect([...blobs.contents.keys()]).toEqual([OTHER]);
    expect(stores.state.audit.at(-1)).toMatchObject({
      action: 'file.delete',
      target: 'holiday.png',
      targetKey: `file:${ID}`,
      before: { files: [{ name: 'holiday.png', owner: expect.stringContaining('anna@') }] },
    });
    expect(await api.files.delete(administrator, { files: [ID] })).toMatchObject({ ok: false, fault: { code: 'files.missing' } });
  });

  it('are deleted by what matches, but never all for want of a filter', async () => {
    const { api, stores } = await withFiles();
    expect(await api.files.delete(administrator, {})).toMatchObject({ ok: false, fault: { code: 'files.notNarrowed' } });
    expect(await api.files.delete(administrator, { person: 'bob' })).toMatchObject({ ok: true, value: { deleted: 1, bytes: 9000 } });
    expect(await api.files.delete(administrator, { person: 'bob' })).toMatchObject({ ok: false, fault: { code: 'files.nothingMatches' } });
    expect([...stores.state.files.keys()]).toEqual([ID]);
  });

  it('are not deleted by who may only look', async () => {
    const { api, stores } = await withFiles();
    for (const role of ['operator', 'read-only'] as const)
      expect(await api.files.delete(viewerOf(role), { files: [ID] })).toMatchObject({ ok: false, fault: { code: 'admin.notPermitted' } });
    expect(stores.state.files.size).toBe(2);
  });

  it('are summed by person against the disk', async () => {
    const { api } = await withFiles();
    expect(await api.files.usage(administrator, {})).toMatchObject({
      ok: true,
      value: {
        items: [
          { owner: expect.stringContaining('bob@'), files: 1, bytes: 9000 },
          { owner: expect.stringContaining('anna@'), files: 1, bytes: 100 },
        ],
        totals: { files: 2, bytes: 9100, people: 2 },
        disk: { total: 1_000_000_000 },
        quota: 1_073_741_824,
      },
    });
    expect(await api.files.usage(administrator, { person: 'anna' })).toMatchObject({ ok: true, value: { items: [{ bytes: 100 }] } });
  });

  it('leave a log of who and from where', async () => {
    const { api } = await withFiles();
    expect(await api.files.log(administrator, { person: 'anna' })).toMatchObject({
      ok: true,
      value: { items: [{ what: 'upload', name: 'holiday.png', address: '192.0.2.7', file: ID }] },
    });
  });
});
