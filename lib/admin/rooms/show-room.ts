import { ok } from '../../kernel/result.ts';
import { configVersion } from '../../muc/ports.ts';
import { defineUseCase } from '../shared/define.ts';
import { pageOf } from '../shared/fields.ts';
import { findMembersInput, findOccupantsInput, getRoomInput } from './inputs.ts';
import { memberRow, occupantRow, roomDetail } from './outputs.ts';
import { pageByName } from './page-by-name.ts';
import { presentSettings, resolveRoom, rowOfLive } from './resolve.ts';

export const getRoom = defineUseCase({
  id: 'rooms.get',
  title: 'Show a room',
  summary: 'One room with its configuration, subject and how many people belong to it and are inside.',
  may: 'rooms.read',
  kind: 'read',
  input: getRoomInput,
  output: roomDetail,
  rest: { method: 'GET', path: '/rooms/{room}' },
  cli: {
    words: ['rooms', 'show'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    examples: ['rollcall rooms show team@conference.example.com'],
  },
  async run(input, { deps }) {
    const found = await resolveRoom(deps, input.room);
    if (!found.ok) return found;
    const room = found.value;
    const edges = room.storedId === null ? null : await deps.rooms.archive.edges(room.storedId);
    const having = (affiliation: string) => room.affiliations.filter((row) => row.affiliation === affiliation).length;
    return ok({
      room: rowOfLive(room),
      settings: presentSettings(room.config),
      version: configVersion(room.config),
      subject: room.subject,
      locked: room.locked,
      counts: { owners: having('owner'), admins: having('admin'), members: having('member'), outcasts: having('outcast') },
      archive: edges === null ? null : { firstAt: edges.first.at, lastAt: edges.last.at },
    });
  },
});

export const findOccupants = defineUseCase({
  id: 'rooms.occupants',
  title: 'Who is in a room',
  summary: 'Lists the people inside a room now, with role, affiliation and real address.',
  may: 'rooms.read',
  kind: 'read',
  input: findOccupantsInput,
  output: pageOf(occupantRow),
  rest: { method: 'GET', path: '/rooms/{room}/occupants' },
  cli: {
    words: ['rooms', 'occupants'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    table: { path: 'items', columns: ['nick', 'addresses', 'role', 'affiliation', 'hats', 'joinedAt'] },
    examples: ['rollcall rooms occupants team@conference.example.com'],
  },
  async run(input, { deps }) {
    const found = await resolveRoom(deps, input.room);
    if (!found.ok) return found;
    const search = input.search?.toLowerCase();
    const rows = found.value.occupants.filter(
      (one) =>
        (input.role === undefined || one.role === input.role) &&
        (!search || one.nick.toLowerCase().includes(search) || one.jids.some((jid) => jid.toLowerCase().includes(search))),
    );
    return pageByName(
      rows,
      (row) => row.nick,
      input,
      ({ nick, jids, role, affiliation, hats, joinedAt }) => ({
        nick,
        addresses: [...jids],
        role,
        affiliation,
        hats: [...hats],
        joinedAt,
      }),
    );
  },
});

export const findMembers = defineUseCase({
  id: 'rooms.members',
  title: 'Who belongs to a room',
  summary: 'Lists owners, administrators, members and outcasts of a room.',
  may: 'rooms.read',
  kind: 'read',
  input: findMembersInput,
  output: pageOf(memberRow),
  rest: { method: 'GET', path: '/rooms/{room}/members' },
  cli: {
    words: ['rooms', 'members'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    table: { path: 'items', columns: ['who', 'affiliation', 'nick', 'reason'] },
    examples: ['rollcall rooms members team@conference.example.com --affiliation owner'],
  },
  async run(input, { deps }) {
    const found = await resolveRoom(deps, input.room);
    if (!found.ok) return found;
    const search = input.search?.toLowerCase();
    const rows = found.value.affiliations.filter(
      (one) =>
        (input.affiliation === undefined || one.affiliation === input.affiliation) &&
        (!search || one.who.includes(search) || (one.nick ?? '').toLowerCase().includes(search)),
    );
    return pageByName(
      rows,
      (row) => row.who,
      input,
      (row) => row,
    );
  },
});
