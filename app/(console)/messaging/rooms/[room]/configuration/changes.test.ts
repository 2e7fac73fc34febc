import { describe, expect, it } from 'vitest';
import type { RoomSettings } from '@/lib/admin/rooms/outputs.ts';
import { changesOf, draftOf, problemsIn, rebased } from './changes.ts';

const stored: RoomSettings = {
  title: 'Team',
  description: '',
  lang: '',
  persistent: true,
  public: true,
  membersOnly: false,
  moderated: false,
  hasPassword: false,
  whois: 'anyone',
  maxOccupants: 0,
  allowInvites: true,
  privateMessages: 'anyone',
  changeSubject: 'moderators',
  presenceBroadcast: ['moderator', 'participant', 'visitor'],
  memberList: 'anyone',
  allowRegistration: true,
  archived: true,
  visitorsMayChangeNick: true,
  visitorsMaySendStatus: true,
  voiceRequests: true,
  mayModerateMessages: true,
};

describe('changes of a configuration', () => {
  it('are none as long as nothing differs', () => {
    expect(changesOf(stored, draftOf(stored))).toEqual({});
    const withPassword = { ...stored, hasPassword: true, maxOccupants: 30 };
    expect(changesOf(withPassword, draftOf(withPassword))).toEqual({});
  });

  it('stay on what others have saved meanwhile, and undo nothing of that', () => {
    const draft = { ...draftOf(stored), title: 'Mine', moderated: true };
    const theirs = { ...stored, title: 'Theirs', description: 'Also theirs' };
    const next = rebased(stored, theirs, draft);
    expect(changesOf(theirs, next)).toEqual({ title: 'Mine', moderated: true });
    expect(rebased(stored, theirs, draftOf(stored))).toEqual(draftOf(theirs));
  });

  it('hold only what differs', () => {
    expect(changesOf(stored, { ...draftOf(stored), title: 'New', maxOccupants: ' 40 ', presenceBroadcast: ['moderator'] })).toEqual({
      title: 'New',
      maxOccupants: 40,
      presenceBroadcast: ['moderator'],
    });
    expect(changesOf({ ...stored, maxOccupants: 40 }, draftOf(stored))).toEqual({ maxOccupants: 0 });
  });

  it('set, replace, keep or take away the password', () => {
    const locked = { ...stored, hasPassword: true };
    expect(changesOf(stored, { ...draftOf(stored), asksPassword: true, password: 'sesame' })).toEqual({ password: 'sesame' });
    expect(changesOf(locked, { ...draftOf(locked), password: 'other' })).toEqual({ password: 'other' });
    expect(changesOf(locked, draftOf(locked))).toEqual({});
    expect(changesOf(locked, { ...draftOf(locked), asksPassword: false, password: 'typed before' })).toEqual({ password: null });
  });

  it('are refused with words when they cannot be meant', () => {
    expect(Object.keys(problemsIn(stored, { ...draftOf(stored), asksPassword: true, maxOccupants: 'many' }))).toEqual([
      'maxOccupants',
      'password',
    ]);
    expect(problemsIn(stored, draftOf(stored))).toEqual({});
  });
});
