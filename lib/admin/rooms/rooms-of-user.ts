import { z } from 'zod';
import { ok } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { resolveUser } from '../users/resolve.ts';
import { roomServicesInput, roomsOfUserInput } from './inputs.ts';
import { personRoom } from './outputs.ts';
import { servicesOf } from './resolve.ts';

export const roomsOfUser = defineUseCase({
  id: 'rooms.ofUser',
  title: 'Rooms of a user',
  summary: 'Lists the persistent rooms to which a user belongs, and all in which they are now.',
  may: 'rooms.read',
  kind: 'read',
  input: roomsOfUserInput,
  output: z.object({ user: z.string(), items: z.array(personRoom) }),
  rest: { method: 'GET', path: '/users/{user}/rooms' },
  cli: {
    words: ['users', 'rooms'],
    positionals: [{ field: 'user', name: 'USER' }],
    table: { path: 'items', columns: ['address', 'affiliation', 'nick', 'inside'] },
    examples: ['rollcall users rooms anna'],
  },
  async run(input, { stores, deps }) {
    const found = await resolveUser(stores, input.user);
    if (!found.ok) return found;
    const { bare } = found.value;
    const rooms = new Map<string, z.input<typeof personRoom>>();
    for (const { jid, affiliation, nick } of await deps.rooms.store.ofPerson(bare))
      rooms.set(jid, { address: jid, affiliation, nick, inside: false });
    for (const { jid, nick } of deps.rooms.door.inside(bare))
      rooms.set(jid, { address: jid, affiliation: rooms.get(jid)?.affiliation ?? 'none', nick, inside: true });
    return ok({ user: bare, items: [...rooms.values()].sort((a, b) => (a.address < b.address ? -1 : 1)) });
  },
});

export const roomServices = defineUseCase({
  id: 'rooms.services',
  title: 'Addresses of the chat server',
  summary: 'Lists the domains at which rooms can be made: the label before each IM domain, and the aliases.',
  may: 'rooms.read',
  kind: 'read',
  input: roomServicesInput,
  output: z.object({ items: z.array(z.string()) }),
  rest: { method: 'GET', path: '/rooms/services' },
  cli: { words: ['rooms', 'services'] },
  run: async (_input, { deps }) => ok({ items: servicesOf(deps) }),
});
