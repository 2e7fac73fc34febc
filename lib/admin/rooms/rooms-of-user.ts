import { z } from 'zod';
import type { BareJid } from '../../kernel/jid.ts';
import { ok } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { resolveUser } from '../users/resolve.ts';
import { roomServicesInput, roomsOfUserInput } from './inputs.ts';
import { chatAddress, personRoom, roomAdministrator } from './outputs.ts';
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
  summary: 'Lists the domains at which rooms can be made, the label before each IM domain and the aliases, with their persistent rooms.',
  may: 'rooms.read',
  kind: 'read',
  input: roomServicesInput,
  output: z.object({ items: z.array(chatAddress) }),
  rest: { method: 'GET', path: '/rooms/services' },
  cli: { words: ['rooms', 'services'], table: { path: 'items', columns: ['address', 'domain', 'rooms'] } },
  async run(_input, { deps }) {
    const { label } = deps.settings.section('muc').get();
    const counts = await deps.rooms.store.countsByDomain();
    const hosted = deps.domains.hosted.get();
    const items = servicesOf(deps).map((address) => {
      const domain = label !== '' && address.startsWith(`${label}.`) ? address.slice(label.length + 1) : '';
      return { address, domain: hosted.has(domain) ? domain : null, rooms: counts.get(address) ?? 0 };
    });
    return ok({ items });
  },
});

export const roomAdministrators = defineUseCase({
  id: 'rooms.administrators',
  title: 'Group chat system administrators',
  summary: 'Lists the people who are owners of every room, as the setting muc.administrators names them, with their accounts.',
  may: 'rooms.read',
  kind: 'read',
  input: roomServicesInput,
  output: z.object({ items: z.array(roomAdministrator) }),
  rest: { method: 'GET', path: '/rooms/administrators' },
  cli: { words: ['rooms', 'administrators'], table: { path: 'items', columns: ['address', 'name', 'enabled'] } },
  async run(_input, { deps, stores }) {
    const { administrators } = deps.settings.section('muc').get();
    const accounts = await stores.accounts.byBare(administrators as readonly BareJid[]);
    return ok({
      items: administrators.map((address) => {
        const account = accounts.get(address as BareJid);
        return { address, userId: account?.id ?? null, name: account?.name ?? '', enabled: account?.enabled ?? false };
      }),
    });
  },
});
