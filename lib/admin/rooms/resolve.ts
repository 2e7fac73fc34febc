import type { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { type BareJid, parseJid, prepareDomain } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { LiveRoom, LiveRoomRow, RoomConfig, RoomListRow } from '../../muc/ports.ts';
import type { AdminDeps } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { roomFaults } from './faults.ts';
import type { configureRoomInput } from './inputs.ts';
import type { RoomRow, RoomSettings } from './outputs.ts';

/** Addresses of the chat server: the one of the default domain first, then of the other domains, then the aliases. */
export function servicesOf({ settings, domains }: Pick<AdminDeps, 'settings' | 'domains'>): string[] {
  const { label, aliases } = settings.section('muc').get();
  const main = domains.default.get();
  const hosted = [main, ...[...domains.hosted.get()].filter((domain) => domain !== main).sort()];
  return [...new Set([...(label === '' ? [] : hosted.map((domain) => `${label}.${domain}`)), ...aliases])];
}

export function roomAddress(text: string): BareJid | null {
  const jid = parseJid(text);
  return jid !== null && jid.local !== '' && jid.resource === '' ? jid.bare : null;
}

export async function resolveRoom(deps: AdminDeps, text: string): Promise<Result<LiveRoom, Fault>> {
  const bare = roomAddress(text);
  if (bare === null) return refuse(roomFaults.badAddress({ room: text, service: servicesOf(deps)[0] ?? 'conference.example.com' }));
  const room = await deps.rooms.door.inspect(bare);
  return room === null ? refuse(roomFaults.missing({ room: bare })) : ok(room);
}

/** A person's bare address, or a domain, which only members and outcasts may be. */
export function whoFrom(text: string, affiliation: string): Result<string, Fault> {
  const jid = text.includes('@') ? parseJid(text) : null;
  if (jid !== null && jid.local !== '') return ok(jid.bare);
  const domain = text.includes('@') ? null : prepareDomain(text);
  if (domain === null) return refuse(roomFaults.badWho({ who: text }));
  if (affiliation === 'owner' || affiliation === 'admin') return refuse(roomFaults.ownerIsDomain({ who: text }));
  return ok(domain);
}

/** The room to which people are sent, null for none. */
export function alternateFrom(text: string | undefined, room: BareJid | null): Result<BareJid | null, Fault> {
  if (text === undefined || text === '') return ok(null);
  const alternate = roomAddress(text);
  const fault = alternate === null ? roomFaults.badAlternate({ alternate: text }) : alternate === room ? roomFaults.sameAlternate() : null;
  return fault === null ? ok(alternate) : refuse(invalidFields({ alternate: fault.message }));
}

type ConfigInput = Omit<z.output<typeof configureRoomInput>, 'room' | 'version'>;

/** What was given of the configuration, in the words of the engine. */
export function configFrom(input: ConfigInput): Partial<RoomConfig> {
  const { public: isPublic, privateMessages: allowPrivateMessages, password, ...rest } = input;
  const given = { ...rest, isPublic, allowPrivateMessages, password: password === '' ? null : password };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<RoomConfig>;
}

export function presentSettings(config: RoomConfig): RoomSettings {
  const { isPublic, allowPrivateMessages, password, avatarHash: _, presenceBroadcast, ...rest } = config;
  return {
    ...rest,
    public: isPublic,
    privateMessages: allowPrivateMessages,
    hasPassword: password !== null,
    presenceBroadcast: [...presenceBroadcast],
  };
}

export function presentRoom(row: Omit<RoomListRow, 'id'> | LiveRoomRow, occupants: number): RoomRow {
  const { jid, title, description, persistent, isPublic, membersOnly, hasPassword, members, createdAt, createdBy } = row;
  return {
    address: jid,
    title,
    description,
    persistent,
    public: isPublic,
    membersOnly,
    hasPassword,
    occupants,
    members,
    createdAt,
    createdBy,
  };
}

export const rowOfLive = (room: LiveRoom): RoomRow =>
  presentRoom(
    {
      ...room.config,
      jid: room.jid,
      hasPassword: room.config.password !== null,
      members: room.affiliations.filter((row) => row.affiliation !== 'outcast').length,
      createdAt: room.createdAt,
      createdBy: room.createdBy,
    },
    room.occupants.length,
  );

/** What the audit log keeps of a change of configuration: the fields touched, the password only as whether there is one. */
export function auditedConfig(config: RoomConfig, touched: Partial<RoomConfig>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(touched).map((key) =>
      key === 'password' ? ['hasPassword', config.password !== null] : [key, config[key as keyof RoomConfig]],
    ),
  );
}
