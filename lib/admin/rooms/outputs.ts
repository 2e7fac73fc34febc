import { z } from 'zod';
import { instant } from '../shared/fields.ts';
import { affiliations, roles } from './inputs.ts';

export const roomRow = z.object({
  address: z.string(),
  title: z.string(),
  description: z.string(),
  persistent: z.boolean(),
  public: z.boolean(),
  membersOnly: z.boolean(),
  hasPassword: z.boolean(),
  /** People inside now. */
  occupants: z.int(),
  /** Owners, administrators and members. */
  members: z.int(),
  createdAt: instant,
  createdBy: z.string(),
});
export type RoomRow = z.output<typeof roomRow>;

/** As `configFields` of the inputs; the password is never given out. */
export const roomSettings = z.object({
  title: z.string(),
  description: z.string(),
  lang: z.string(),
  persistent: z.boolean(),
  public: z.boolean(),
  membersOnly: z.boolean(),
  moderated: z.boolean(),
  hasPassword: z.boolean(),
  whois: z.enum(['anyone', 'moderators']),
  maxOccupants: z.int(),
  allowInvites: z.boolean(),
  privateMessages: z.enum(['anyone', 'participants', 'moderators', 'none']),
  changeSubject: z.enum(['moderators', 'participants']),
  presenceBroadcast: z.array(z.enum(roles)),
  memberList: z.enum(['moderators', 'participants', 'anyone']),
  allowRegistration: z.boolean(),
  archived: z.boolean(),
  visitorsMayChangeNick: z.boolean(),
  visitorsMaySendStatus: z.boolean(),
  voiceRequests: z.boolean(),
  mayModerateMessages: z.boolean(),
});
export type RoomSettings = z.output<typeof roomSettings>;

export const roomDetail = z.object({
  room: roomRow,
  settings: roomSettings,
  /** Of the settings: another after each change of them. */
  version: z.string(),
  subject: z.object({ text: z.string(), by: z.string(), at: instant }).nullable(),
  /** Made by a client and not configured yet: nobody else can enter. */
  locked: z.boolean(),
  counts: z.object({ owners: z.int(), admins: z.int(), members: z.int(), outcasts: z.int() }),
  /** First and last kept message; null where nothing is kept. */
  archive: z.object({ firstAt: instant, lastAt: instant }).nullable(),
});
export type RoomDetail = z.output<typeof roomDetail>;

export const occupantRow = z.object({
  nick: z.string(),
  addresses: z.array(z.string()),
  role: z.enum([...roles, 'none']),
  affiliation: z.enum([...affiliations, 'none']),
  /** Titles of the hats they wear (XEP-0317). */
  hats: z.array(z.string()),
  joinedAt: instant,
});
export type OccupantRow = z.output<typeof occupantRow>;

export const memberRow = z.object({
  who: z.string(),
  affiliation: z.enum(affiliations),
  nick: z.string().nullable(),
  reason: z.string(),
});
export type MemberRow = z.output<typeof memberRow>;

export const affiliationOutcome = z.object({
  changed: z.array(z.string()),
  refused: z.array(z.object({ who: z.string(), why: z.string() })),
});

export const destroyPreview = z.object({
  matching: z.int(),
  persistent: z.int(),
  /** People inside now, who are told and leave. */
  occupants: z.int(),
  missing: z.int(),
  sample: z.array(z.object({ address: z.string(), title: z.string(), occupants: z.int() })),
});

export const transcriptRow = z.object({
  id: z.string(),
  at: instant,
  nick: z.string(),
  sender: z.string(),
  body: z.string(),
  /** `other`: without text (a reaction, a marker). */
  kind: z.enum(['text', 'retracted', 'other']),
});
export type TranscriptRow = z.output<typeof transcriptRow>;

export const personRoom = z.object({
  address: z.string(),
  affiliation: z.enum([...affiliations, 'none']),
  /** Reserved nickname, or the one in use inside. */
  nick: z.string().nullable(),
  inside: z.boolean(),
});

export const chatAddress = z.object({
  address: z.string(),
  /** The IM domain before which it is the label; null for an alias. */
  domain: z.string().nullable(),
  rooms: z.int(),
});
export const roomAdministrator = z.object({
  address: z.string(),
  /** Number of the account; null where it is none of this server. */
  userId: z.int().nullable(),
  name: z.string(),
  enabled: z.boolean(),
});
