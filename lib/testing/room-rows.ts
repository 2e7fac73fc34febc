import { sortableId } from '../kernel/ids.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { RoomConfig, RoomMessage, StoredRoom } from '../muc/ports.ts';

/** A room as it is made when nothing is said about it. */
export const roomConfig = (more: Partial<RoomConfig> = {}): RoomConfig => ({
  title: '',
  description: '',
  lang: '',
  persistent: true,
  isPublic: true,
  membersOnly: false,
  moderated: false,
  password: null,
  whois: 'anyone',
  maxOccupants: 0,
  allowInvites: true,
  allowPrivateMessages: 'anyone',
  changeSubject: 'moderators',
  presenceBroadcast: ['moderator', 'participant', 'visitor'],
  memberList: 'anyone',
  allowRegistration: true,
  archived: true,
  visitorsMayChangeNick: true,
  visitorsMaySendStatus: true,
  voiceRequests: true,
  mayModerateMessages: true,
  avatarHash: '',
  ...more,
});

let at = 1_700_000_000_000;
export function newRoom(
  local: string,
  more: Partial<RoomConfig> = {},
  rest: Partial<Omit<StoredRoom, 'config'>> = {},
): Omit<StoredRoom, 'id'> {
  at += 1_000;
  return {
    jid: (local.includes('@') ? local : `${local}@conference.example.com`) as BareJid,
    config: roomConfig(more),
    subject: null,
    affiliations: [{ who: 'owner@example.com', affiliation: 'owner', nick: null, reason: '' }],
    createdAt: at,
    createdBy: 'owner@example.com',
    vcard: '',
    hats: { kinds: [], worn: [] },
    ...rest,
  };
}

export function roomMessage(roomId: number, nick: string, body: string, more: Partial<RoomMessage> = {}): RoomMessage {
  const uid = sortableId();
  at += 1_000;
  return {
    roomId,
    uid,
    at,
    nick,
    sender: `${nick.toLowerCase()}@example.com` as BareJid,
    occupantId: `o-${nick}`,
    xml: `<message from='room@conference.example.com/${nick}' type='groupchat'><body>${body}</body></message>`,
    body,
    stanzaId: `s-${uid.slice(-8)}`,
    ...more,
  };
}
