/** What a new room is like. */
import type { MucValues } from '../config/schema/index.ts';
import type { RoomConfig } from './ports.ts';

export const defaultConfig = (values: MucValues): RoomConfig => ({
  title: '',
  description: '',
  lang: '',
  // Made persistent when its creator accepts the defaults: only then it is stored.
  persistent: false,
  isPublic: values.defaultPublic,
  membersOnly: values.defaultMembersOnly,
  moderated: values.defaultModerated,
  password: null,
  whois: values.defaultAnonymous ? 'moderators' : 'anyone',
  maxOccupants: values.defaultMaxOccupants,
  allowInvites: values.defaultInvites,
  allowPrivateMessages: values.defaultPrivateMessages,
  changeSubject: values.defaultChangeSubject,
  presenceBroadcast: ['moderator', 'participant', 'visitor'],
  memberList: 'participants',
  allowRegistration: values.defaultRegistration,
  archived: values.defaultArchived,
  visitorsMayChangeNick: true,
  visitorsMaySendStatus: true,
  voiceRequests: true,
  mayModerateMessages: true,
  avatarHash: '',
});
