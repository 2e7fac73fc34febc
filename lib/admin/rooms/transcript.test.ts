import { describe, expect, it } from 'vitest';
import type { RoomMessage } from '../../muc/ports.ts';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { newRoom, roomMessage } from '../../testing/room-rows.ts';

const administrator = viewerOf('administrator');
const room = 'dev@conference.example.com';

async function withMessages() {
  const made = adminFixture();
  const id = await made.stores.rooms.create(newRoom('dev'));
  const rows: RoomMessage[] = [
    roomMessage(id, 'Ann', 'Release on Friday'),
    roomMessage(id, 'Bob', '=HYPERLINK("x")'),
    roomMessage(id, 'Ann', '', { xml: "<message><retracted xmlns='urn:xmpp:message-retract:1'/></message>" }),
    roomMessage(id, 'Bob', '', { xml: '<message><reactions/></message>' }),
    roomMessage(id, 'Ann', 'The release is done'),
  ];
  await Promise.all(rows.map((row) => new Promise<void>((resolve) => made.stores.roomJournal.append(row, resolve))));
  const records = async () => (await made.stores.audit.find({ limit: 50 })).items;
  return { ...made, rows, records };
}
const textOf = async (chunks: AsyncIterable<string>) => {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
};

describe('rooms.transcript', () => {
  it('is for administrators alone, and every look leaves a record', async () => {
    const { api, records } = await withMessages();
    for (const role of ['operator', 'read-only'] as const)
      expect(await api.rooms.transcript(viewerOf(role), { room })).toMatchObject({ ok: false, fault: { code: 'admin.notPermitted' } });
    expect(await api.rooms.transcript(administrator, { room, search: 'release' })).toMatchObject({ ok: true });
    expect((await records())[0]).toMatchObject({
      action: 'room.transcript',
      actor: 'the administrator',
      target: room,
      after: { text: 'release', messages: 2 },
    });
  });

  it('gives the newest first, in pages, and says what a message without text is', async () => {
    const { api, rows } = await withMessages();
    const page = await api.rooms.transcript(administrator, { room, limit: 3 });
    if (!page.ok) throw new Error(page.fault.message);
    expect(page.value.items.map(({ kind }) => kind)).toEqual(['text', 'other', 'retracted']);
    expect(page.value.items[0]).toMatchObject({ nick: 'Ann', sender: 'ann@example.com', body: 'The release is done' });
    expect(page.value.total).toBe(5);
    const rest = await api.rooms.transcript(administrator, { room, limit: 3, cursor: page.value.next! });
    expect(rest).toMatchObject({ value: { items: [{ id: rows[1]!.uid }, { id: rows[0]!.uid }], next: null } });
  });

  it.each([
    [{ nick: 'Bob' }, 2],
    [{ sender: 'ANN@example.com' }, 3],
    [{ search: 'rel fri' }, 1],
    [{ search: 'nothing like it' }, 0],
  ])('%j finds %i', async (input, count) => {
    const { api } = await withMessages();
    expect(await api.rooms.transcript(administrator, { room, ...input })).toMatchObject({ value: { total: count } });
  });

  it('looks between two moments', async () => {
    const { api, rows } = await withMessages();
    const page = await api.rooms.transcript(administrator, { room, since: rows[1]!.at, until: rows[2]!.at });
    expect(page).toMatchObject({ value: { total: 2, items: [{ id: rows[2]!.uid }, { id: rows[1]!.uid }] } });
  });

  it('says that nothing is kept of a passing room', async () => {
    const { api, rooms } = await withMessages();
    rooms.passing('chat@conference.example.com');
    expect(await api.rooms.transcript(administrator, { room: 'chat@conference.example.com' })).toMatchObject({
      ok: false,
      fault: { code: 'rooms.notKept' },
    });
  });
});

describe('rooms.exportTranscript', () => {
  it('writes CSV that no spreadsheet runs, oldest first', async () => {
    const { api, records } = await withMessages();
    const file = await api.rooms.exportTranscript(administrator, { room });
    if (!file.ok) throw new Error(file.fault.message);
    const lines = (await textOf(file.value.chunks)).trimEnd().split('\r\n');
    expect(file.value.fileName).toBe('dev.csv');
    expect(lines[0]).toBe('at,nick,sender,kind,body,id');
    expect(lines).toHaveLength(6);
    expect(lines[2]).toContain(`"'=HYPERLINK(""x"")"`);
    expect((await records())[0]).toMatchObject({ action: 'room.export-transcript', after: { format: 'csv' } });
  });

  it('writes JSON with one message a line', async () => {
    const { api, rows } = await withMessages();
    const file = await api.rooms.exportTranscript(administrator, { room, format: 'json', search: 'release' });
    if (!file.ok) throw new Error(file.fault.message);
    const messages = (await textOf(file.value.chunks))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(messages).toMatchObject([
      { id: rows[0]!.uid, at: new Date(rows[0]!.at).toISOString() },
      { id: rows[4]!.uid, body: 'The release is done' },
    ]);
  });
});
