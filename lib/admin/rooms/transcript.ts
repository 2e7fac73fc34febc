import type { Fault } from '../../kernel/faults.ts';
import { parseJid } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { RoomArchive, RoomArchiveQuery, RoomMessage } from '../../muc/ports.ts';
import { csvLine } from '../shared/csv.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { download, pageOf } from '../shared/fields.ts';
import { roomFaults } from './faults.ts';
import { exportTranscriptInput, transcriptInput } from './inputs.ts';
import { type TranscriptRow, transcriptRow } from './outputs.ts';
import { resolveRoom } from './resolve.ts';

interface Asked {
  readonly room: string;
  readonly search?: string | undefined;
  readonly nick?: string | undefined;
  readonly sender?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}
type Filter = Omit<RoomArchiveQuery, 'direction' | 'max'>;

/** The archive to look into, and what was asked of it without the parts left out. */
async function archiveOf(
  deps: AdminDeps,
  asked: Asked,
): Promise<Result<{ jid: string; filter: Filter; said: Record<string, unknown> }, Fault>> {
  const found = await resolveRoom(deps, asked.room);
  if (!found.ok) return found;
  const { jid, storedId } = found.value;
  if (storedId === null) return refuse(roomFaults.notKept({ room: jid }));
  const sender = asked.sender === undefined ? undefined : (parseJid(asked.sender)?.bare ?? asked.sender);
  const from = { ...(asked.nick === undefined ? {} : { nick: asked.nick }), ...(sender === undefined ? {} : { sender }) };
  const filter: Filter = {
    roomId: storedId,
    ...(asked.search ? { text: asked.search } : {}),
    ...(asked.since === undefined ? {} : { start: asked.since }),
    ...(asked.until === undefined ? {} : { end: asked.until }),
    ...(Object.keys(from).length === 0 ? {} : { with: from }),
  };
  const { roomId: _, ...said } = filter;
  return ok({ jid, filter, said });
}

/** XEP-0424 and XEP-0425: what is left of a message that was taken back. */
const retracted = /<(?:retracted|moderated)[\s/>]/;
const kindOf = (message: RoomMessage): TranscriptRow['kind'] =>
  message.body !== '' ? 'text' : retracted.test(message.xml) ? 'retracted' : 'other';

const present = (message: RoomMessage): TranscriptRow => ({
  id: message.uid,
  at: message.at,
  nick: message.nick,
  sender: message.sender,
  body: message.body,
  kind: kindOf(message),
});

export const transcript = defineUseCase({
  id: 'rooms.transcript',
  title: 'Read the transcript of a room',
  summary: 'Messages kept of a room, newest first, by words, sender and time. Every look is recorded in the audit log.',
  may: 'rooms.transcripts',
  audit: 'room.transcript',
  kind: 'read',
  input: transcriptInput,
  output: pageOf(transcriptRow),
  rest: { method: 'GET', path: '/rooms/{room}/messages' },
  cli: {
    words: ['rooms', 'transcript'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    table: { path: 'items', columns: ['at', 'nick', 'sender', 'body', 'kind'] },
    examples: ['rollcall rooms transcript team@conference.example.com --search "release"'],
  },
  async run(input, ctx) {
    const found = await archiveOf(ctx.deps, input);
    if (!found.ok) return found;
    const { jid, filter, said } = found.value;
    const page = await ctx.deps.rooms.archive.page({
      ...filter,
      direction: 'backward',
      max: input.limit,
      ...(input.cursor === undefined ? {} : { beforeUid: input.cursor }),
    });
    const items = page.rows.map(present).reverse();
    ctx.audit({ target: jid, targetKey: `room:${jid}`, after: { ...said, messages: items.length } });
    // Counted at the first look only; on later pages a total would cost as much again.
    const total = page.count ?? items.length;
    return ok({ items, next: page.complete ? null : (items.at(-1)?.id ?? null), total, totalIsFloor: page.count === null });
  },
});

export const exportTranscript = defineUseCase({
  id: 'rooms.exportTranscript',
  title: 'Export the transcript of a room',
  summary: 'Writes the messages that match, oldest first, as CSV or as JSON with one message a line. Recorded in the audit log.',
  may: 'rooms.transcripts',
  audit: 'room.export-transcript',
  kind: 'read',
  input: exportTranscriptInput,
  output: download,
  rest: { method: 'GET', path: '/rooms/{room}/messages/export', produces: 'text/csv' },
  cli: {
    words: ['rooms', 'export-transcript'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    examples: ['rollcall rooms export-transcript team@conference.example.com > team.csv'],
  },
  async run(input, ctx) {
    const found = await archiveOf(ctx.deps, input);
    if (!found.ok) return found;
    const { jid, filter, said } = found.value;
    ctx.audit({ target: jid, targetKey: `room:${jid}`, after: { format: input.format, ...said } });
    const name = jid.slice(0, jid.indexOf('@')).replaceAll(/[^\w.-]+/g, '_');
    const slices = slicesOf(ctx.deps.rooms.archive, filter);
    return input.format === 'csv'
      ? ok({ fileName: `${name}.csv`, mediaType: 'text/csv; charset=utf-8', chunks: csvLines(slices) })
      : ok({ fileName: `${name}.jsonl`, mediaType: 'application/jsonl', chunks: jsonLines(slices) });
  },
});

const sliceSize = 500;
async function* slicesOf(archive: RoomArchive, filter: Filter): AsyncIterable<readonly RoomMessage[]> {
  for (let after: string | undefined; ; ) {
    const page = await archive.page({
      ...filter,
      direction: 'forward',
      max: sliceSize,
      ...(after === undefined ? {} : { afterUid: after }),
    });
    yield page.rows;
    const last = page.rows.at(-1);
    if (page.complete || last === undefined) return;
    after = last.uid;
  }
}
const time = (at: number): string => new Date(at).toISOString();
async function* csvLines(slices: AsyncIterable<readonly RoomMessage[]>): AsyncIterable<string> {
  yield csvLine(['at', 'nick', 'sender', 'kind', 'body', 'id']);
  for await (const slice of slices)
    yield slice.map((row) => csvLine([time(row.at), row.nick, row.sender, kindOf(row), row.body, row.uid])).join('');
}
async function* jsonLines(slices: AsyncIterable<readonly RoomMessage[]>): AsyncIterable<string> {
  for await (const slice of slices) yield slice.map((row) => `${JSON.stringify({ ...present(row), at: time(row.at) })}\n`).join('');
}
