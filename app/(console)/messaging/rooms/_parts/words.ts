export const roomHref = (address: string): string => `/messaging/rooms/${encodeURIComponent(address)}`;

export const affiliationWords = {
  owner: 'Owner',
  admin: 'Administrator',
  member: 'Member',
  outcast: 'Outcast (banned)',
  none: 'None',
} as const;

export const roleWords = { moderator: 'Moderator', participant: 'Participant', visitor: 'Visitor (no voice)', none: 'None' } as const;
