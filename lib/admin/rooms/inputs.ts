import { z } from 'zod';
import { pageCursor, pageLimit, secretFields } from '../shared/fields.ts';

/** How a room is named everywhere: its address. */
export const roomRef = z.string().trim().min(3).max(3100).describe('Address of the room, for example team@conference.example.com');
const reason = z.string().trim().max(500).default('').describe('Told to the people it concerns');
const who = z.string().trim().min(1).max(2047).describe('Address of a person, or a domain');

const filterFields = {
  search: z.string().trim().max(255).optional().describe('Start of the address, or of any word of title or description'),
  domain: z.string().trim().min(1).max(255).optional().describe('Only rooms of this chat server address'),
  persistent: z.boolean().optional().describe('Only persistent rooms (true), or those that vanish with their last occupant (false)'),
  public: z.boolean().optional().describe('Only public (true) or hidden (false) rooms'),
};

export const roomSorts = ['address', 'title', 'createdAt', 'occupants'] as const;
export const findRoomsInput = z.strictObject({
  ...filterFields,
  occupied: z.literal(true).optional().describe('Only rooms with somebody inside'),
  sort: z.enum(roomSorts).default('address').describe('Order of the list; by occupants it holds only rooms with somebody inside'),
  descending: z.boolean().default(false).describe('Last first'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const getRoomInput = z.strictObject({ room: roomRef });

export const affiliations = ['owner', 'admin', 'member', 'outcast'] as const;
export const roles = ['moderator', 'participant', 'visitor'] as const;
export const findOccupantsInput = z.strictObject({
  room: roomRef,
  search: z.string().trim().max(255).optional().describe('Part of nickname or address'),
  role: z.enum(roles).optional().describe('Only occupants with this role'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const findMembersInput = z.strictObject({
  room: roomRef,
  search: z.string().trim().max(255).optional().describe('Part of address or reserved nickname'),
  affiliation: z.enum(affiliations).optional().describe('Only people with this affiliation'),
  limit: pageLimit,
  cursor: pageCursor,
});

/** What an owner decides of a room; field for field XEP-0045's `muc#roomconfig_*`. */
const configFields = {
  title: z.string().trim().max(255).describe('Name shown in lists of rooms'),
  description: z.string().trim().max(1000).describe('What the room is for'),
  lang: z
    .string()
    .trim()
    .max(35)
    .regex(/^$|^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/, 'Must be a language tag such as en or pt-BR.')
    .describe('Language of the room, for example en'),
  persistent: z.boolean().describe('Stays when everybody has left'),
  public: z.boolean().describe('Is found by discovery and search'),
  membersOnly: z.boolean().describe('Only members can enter'),
  moderated: z.boolean().describe('Newcomers cannot speak before a moderator gives them voice'),
  // 255 characters are what a client's form can be trusted with; empty is no password.
  password: z.string().max(255).nullable().describe('Asked for at entering; null for none').register(secretFields, { secret: true }),
  whois: z.enum(['anyone', 'moderators']).describe('Who sees the addresses behind nicknames'),
  maxOccupants: z.int().min(0).max(100_000).describe('How many can be inside; 0 for the limit of the chat server'),
  allowInvites: z.boolean().describe('Everybody inside can invite others; off: only moderators'),
  privateMessages: z.enum(['anyone', 'participants', 'moderators', 'none']).describe('Who can send private messages inside the room'),
  changeSubject: z.enum(['moderators', 'participants']).describe('Who can change the subject'),
  presenceBroadcast: z.array(z.enum(roles)).max(3).describe('Roles whose presence is shown to the others'),
  memberList: z.enum(['moderators', 'participants', 'anyone']).describe('Who can read the list of members'),
  allowRegistration: z.boolean().describe('People can register themselves as members'),
  archived: z.boolean().describe('Messages are kept and shown to those who enter'),
  visitorsMayChangeNick: z.boolean().describe('Visitors can change their nickname'),
  visitorsMaySendStatus: z.boolean().describe('Status messages of visitors are shown'),
  voiceRequests: z.boolean().describe('Visitors can ask for voice'),
  mayModerateMessages: z.boolean().describe('Moderators can take back messages of others'),
};
const configChange = z.object(configFields).partial().shape;

export const createRoomInput = z.strictObject({
  room: z
    .string()
    .trim()
    .min(1)
    .max(3100)
    .describe('Address of the room, or only its name: it is then made at the first address of the chat server'),
  owners: z.array(who).min(1).max(100).describe('Addresses of the owners, at least one'),
  ...configChange,
});
export const configureRoomInput = z.strictObject({
  room: roomRef,
  ...configChange,
  version: z.string().max(64).optional().describe('The version seen (of the room shown); refused when the room was configured since'),
});

export const setAffiliationInput = z.strictObject({
  room: roomRef,
  who: z.array(who).min(1).max(500).describe('Addresses of people, or domains'),
  affiliation: z
    .enum(['owner', 'admin', 'member', 'outcast', 'none'])
    .describe('What they become: owner, admin, member, outcast (banned), or none'),
  reason,
});
export const kickInput = z.strictObject({
  room: roomRef,
  nick: z.string().min(1).max(1023).describe('Nickname inside the room'),
  reason,
});
export const setSubjectInput = z.strictObject({
  room: roomRef,
  subject: z.string().trim().max(2000).describe('The new subject; empty for none'),
});
const alternate = z.string().trim().max(3100).optional().describe('Another room to which people are sent');
export const destroyRoomInput = z.strictObject({ room: roomRef, reason, alternate });

const bulkFields = {
  rooms: z.array(roomRef).min(1).max(10_000).optional().describe('These rooms'),
  ...filterFields,
  all: z.boolean().default(false).describe('Really all rooms, when there is no other filter'),
};
export interface RoomsTarget {
  readonly rooms?: readonly string[] | undefined;
  readonly search?: string | undefined;
  readonly domain?: string | undefined;
  readonly persistent?: boolean | undefined;
  readonly public?: boolean | undefined;
  readonly all: boolean;
}
const isFiltered = (input: RoomsTarget) =>
  Boolean(input.search) || input.domain !== undefined || input.persistent !== undefined || input.public !== undefined;
const namesTarget = (input: RoomsTarget) => Number(input.rooms !== undefined) + Number(isFiltered(input)) + Number(input.all) === 1;
const targetProblem = { message: 'Name either rooms, or a filter (search, domain, persistent, public), or all.', path: ['rooms'] };
export const previewDestroyInput = z.strictObject(bulkFields).refine(namesTarget, targetProblem);
export const destroyManyInput = z
  .strictObject({
    ...bulkFields,
    reason,
    alternate,
    expect: z.int().optional().describe('Refuse when more rooms than this would be destroyed'),
  })
  .refine(namesTarget, targetProblem);

const transcriptFields = {
  room: roomRef,
  search: z.string().trim().max(255).optional().describe('Words of the message; each must begin a word'),
  nick: z.string().max(1023).optional().describe('Only from this nickname'),
  sender: z.string().trim().max(3100).optional().describe('Only from this address'),
  since: z.number().optional().describe('Not before this moment, in milliseconds since 1970'),
  until: z.number().optional().describe('Not after this moment, in milliseconds since 1970'),
};
export const transcriptInput = z.strictObject({ ...transcriptFields, limit: pageLimit, cursor: pageCursor });
export const exportTranscriptInput = z.strictObject({
  ...transcriptFields,
  format: z.enum(['csv', 'json']).default('csv').describe('CSV, or JSON with one message a line'),
});

export const roomsOfUserInput = z.strictObject({ user: z.string().trim().min(1).max(3100).describe('User ID, address, or id:NUMBER') });
export const roomServicesInput = z.strictObject({});
