import { describe, expect, it } from 'vitest';
import type { Affiliation, Role } from './ports.ts';
import { affiliationChangeFault, defaultRole, maySetSubject, maySpeak, mayWhisper, roleChangeFault, seesAddresses } from './privileges.ts';

describe('the role that an affiliation gives (XEP-0045 table 5)', () => {
  it.each<[Affiliation, Role, Role]>([
    ['outcast', 'none', 'none'],
    ['none', 'visitor', 'participant'],
    ['member', 'participant', 'participant'],
    ['admin', 'moderator', 'moderator'],
    ['owner', 'moderator', 'moderator'],
  ])('%s: %s in a moderated room, %s in another', (affiliation, moderated, open) => {
    expect([defaultRole(affiliation, { moderated: true }), defaultRole(affiliation, { moderated: false })]).toEqual([moderated, open]);
  });
});

describe('what a role may (tables 3 and 4)', () => {
  it.each<[Role, boolean, boolean, boolean]>([
    ['none', false, false, false],
    ['visitor', false, true, false],
    ['participant', true, true, false],
    ['moderator', true, true, true],
  ])('%s speaks in a moderated room: %s, in another: %s, sets the subject: %s', (role, moderated, open, subject) => {
    expect([
      maySpeak(role, { moderated: true }),
      maySpeak(role, { moderated: false }),
      maySetSubject(role, { changeSubject: 'moderators' }),
    ]).toEqual([moderated, open, subject]);
  });

  it('private messages follow their setting', () => {
    const allowed = (setting: 'anyone' | 'participants' | 'moderators' | 'none') =>
      (['visitor', 'participant', 'moderator'] as const).filter((role) => mayWhisper(role, { allowPrivateMessages: setting }));
    expect([allowed('anyone'), allowed('participants'), allowed('moderators'), allowed('none')]).toEqual([
      ['visitor', 'participant', 'moderator'],
      ['participant', 'moderator'],
      ['moderator'],
      [],
    ]);
  });

  it('addresses are for moderators, unless the room hides nothing', () => {
    const sees = (whois: 'anyone' | 'moderators') =>
      (['none', 'visitor', 'participant', 'moderator'] as const).filter((role) => seesAddresses(role, { whois }));
    expect([sees('moderators'), sees('anyone')]).toEqual([['moderator'], ['visitor', 'participant', 'moderator']]);
  });
});

describe('changing a role', () => {
  const at = (affiliation: Affiliation, role: Role) => ({ affiliation, role });
  it.each<[string, { affiliation: Affiliation; role: Role }, { affiliation: Affiliation; role: Role }, Role, string | null]>([
    ['a participant kicks nobody', at('none', 'participant'), at('none', 'visitor'), 'none', 'forbidden'],
    ['a moderator kicks a participant', at('none', 'moderator'), at('none', 'participant'), 'none', null],
    ['not a member, who stands above', at('none', 'moderator'), at('member', 'participant'), 'none', 'not-allowed'],
    ['nor another moderator', at('member', 'moderator'), at('member', 'moderator'), 'none', 'not-allowed'],
    ['an admin kicks a moderator', at('admin', 'moderator'), at('member', 'moderator'), 'none', null],
    ['but no owner', at('admin', 'moderator'), at('owner', 'moderator'), 'none', 'not-allowed'],
    ['a moderator gives voice', at('none', 'moderator'), at('none', 'visitor'), 'participant', null],
    ['and takes it', at('none', 'moderator'), at('none', 'participant'), 'visitor', null],
    ['not from a member, if a member itself', at('member', 'moderator'), at('member', 'participant'), 'visitor', 'not-allowed'],
    ['never from an admin', at('admin', 'moderator'), at('admin', 'moderator'), 'visitor', 'not-allowed'],
    ['a moderator makes no moderators', at('none', 'moderator'), at('none', 'participant'), 'moderator', 'forbidden'],
    ['an admin does', at('admin', 'moderator'), at('none', 'participant'), 'moderator', null],
    ['and unmakes them', at('admin', 'moderator'), at('none', 'moderator'), 'participant', null],
    ['owners stay moderators', at('owner', 'moderator'), at('owner', 'moderator'), 'participant', 'not-allowed'],
  ])('%s', (_, actor, target, to, expected) => {
    expect(roleChangeFault(actor, target, to)).toBe(expected);
  });
});

describe('changing an affiliation', () => {
  it.each<[Affiliation, Affiliation, Affiliation, string | null]>([
    ['owner', 'owner', 'none', null],
    ['owner', 'none', 'owner', null],
    ['admin', 'none', 'member', null],
    ['admin', 'member', 'outcast', null],
    ['admin', 'outcast', 'none', null],
    ['admin', 'none', 'admin', 'forbidden'],
    ['admin', 'admin', 'none', 'not-allowed'],
    ['admin', 'owner', 'outcast', 'not-allowed'],
    ['member', 'none', 'member', 'forbidden'],
    ['none', 'none', 'member', 'forbidden'],
  ])('%s changes %s to %s: %s', (actor, was, to, expected) => {
    expect(affiliationChangeFault(actor, was, to)).toBe(expected);
  });
});
