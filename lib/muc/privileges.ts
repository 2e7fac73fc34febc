/** Who may do what in a room (XEP-0045 §5): the tables of roles and affiliations, and nothing that remembers. */
import type { Affiliation, Role, RoomConfig } from './ports.ts';

const RANK: Readonly<Record<Affiliation, number>> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };
const ROLE_RANK: Readonly<Record<Role, number>> = { none: 0, visitor: 1, participant: 2, moderator: 3 };

export const isAffiliation = (text: string): text is Affiliation => Object.hasOwn(RANK, text);
export const isRole = (text: string): text is Role => Object.hasOwn(ROLE_RANK, text);
export const atLeast = (affiliation: Affiliation, least: Affiliation): boolean => RANK[affiliation] >= RANK[least];
export const roleAtLeast = (role: Role, least: Role): boolean => ROLE_RANK[role] >= ROLE_RANK[least];

/** §5.1.2: the role somebody gets when they enter, or when their affiliation changes. */
export function defaultRole(affiliation: Affiliation, config: Pick<RoomConfig, 'moderated'>): Role {
  switch (affiliation) {
    case 'owner':
    case 'admin':
      return 'moderator';
    case 'member':
      return 'participant';
    case 'none':
      return config.moderated ? 'visitor' : 'participant';
    case 'outcast':
      return 'none';
  }
}

/** §5.1.1: everybody speaks in a room that is not moderated. */
export const maySpeak = (role: Role, config: Pick<RoomConfig, 'moderated'>): boolean =>
  config.moderated ? roleAtLeast(role, 'participant') : role !== 'none';

export const maySetSubject = (role: Role, config: Pick<RoomConfig, 'changeSubject'>): boolean =>
  role === 'moderator' || (config.changeSubject === 'participants' && role === 'participant');

export const mayInvite = (role: Role, affiliation: Affiliation, config: Pick<RoomConfig, 'membersOnly' | 'allowInvites'>): boolean =>
  role === 'moderator' || atLeast(affiliation, 'admin') || (config.allowInvites && role !== 'none');

/** Private messages inside the room: `from` to `to`. */
export function mayWhisper(from: Role, config: Pick<RoomConfig, 'allowPrivateMessages'>): boolean {
  switch (config.allowPrivateMessages) {
    case 'anyone':
      return from !== 'none';
    case 'participants':
      return roleAtLeast(from, 'participant');
    case 'moderators':
      return from === 'moderator';
    case 'none':
      return false;
  }
}

export function mayReadMembers(role: Role, affiliation: Affiliation, config: Pick<RoomConfig, 'memberList'>): boolean {
  if (atLeast(affiliation, 'admin') || role === 'moderator') return true;
  if (config.memberList === 'moderators') return false;
  // §9.5: members may, though they are not inside.
  return affiliation === 'member' || roleAtLeast(role, config.memberList === 'anyone' ? 'visitor' : 'participant');
}

export const seesAddresses = (role: Role, config: Pick<RoomConfig, 'whois'>): boolean =>
  role !== 'none' && (config.whois === 'anyone' || role === 'moderator');

interface Standing {
  readonly role: Role;
  readonly affiliation: Affiliation;
}

/** §8.2-8.4, §9.6-9.7: may `actor` give `target` this role? `not-allowed` where the target stands above, `forbidden` where the actor may not at all. */
export function roleChangeFault(actor: Standing, target: Standing, to: Role): 'forbidden' | 'not-allowed' | null {
  // §8: only moderators change roles; giving and taking the role of moderator is for admins.
  if (actor.role !== 'moderator' && !atLeast(actor.affiliation, 'admin')) return 'forbidden';
  const mine = RANK[actor.affiliation];
  const theirs = RANK[target.affiliation];
  if (to === 'none') {
    // §8.2: no one with a higher affiliation is kicked; a moderator by role alone kicks no other moderator.
    if (theirs > mine || (target.role === 'moderator' && mine < RANK.admin)) return 'not-allowed';
    return null;
  }
  if (to === 'moderator') return atLeast(actor.affiliation, 'admin') ? null : 'forbidden';
  if (target.role === 'moderator') {
    // §9.7: admins and owners are moderators by their affiliation.
    if (!atLeast(actor.affiliation, 'admin')) return 'forbidden';
    return atLeast(target.affiliation, 'admin') ? 'not-allowed' : null;
  }
  // §8.4: not from somebody who stands as high, or above; between people without affiliation the role alone counts.
  return to === 'visitor' && (theirs > mine || (theirs === mine && theirs > RANK.none && mine < RANK.admin)) ? 'not-allowed' : null;
}

/** §9.1-9.5, §10.3-10.8: may `actor` change an affiliation from `was` to `to`? */
export function affiliationChangeFault(actor: Affiliation, was: Affiliation, to: Affiliation): 'forbidden' | 'not-allowed' | null {
  if (actor === 'owner') return null;
  if (actor !== 'admin') return 'forbidden';
  // An admin rules over members, strangers and outcasts only.
  if (RANK[was] >= RANK.admin) return 'not-allowed';
  return RANK[to] >= RANK.admin ? 'forbidden' : null;
}
