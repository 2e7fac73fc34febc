/** Messages to the room that are not for everyone: invitations and their refusal (XEP-0045 §7.8), asking for voice (§7.13, §8.6). */
import { type Jid, parseJid } from '../kernel/jid.ts';
import { makeMessage } from '../xmpp/stanza/build.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement, readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import { type Affiliations, areTooMany } from './affiliations.ts';
import { roomFaults } from './configure.ts';
import { type Incoming, inTurn, type MucContext, takeHold } from './context.ts';
import { notInside } from './messages.ts';
import { MUC_NS, nickKey } from './names.ts';
import { atLeast, mayInvite } from './privileges.ts';
import type { OccupantSession, Room } from './room.ts';

const faults = {
  badAddress: { condition: 'jid-malformed', text: 'The address of the person to invite is not valid. Nobody was invited.' },
  noInvites: { condition: 'forbidden', text: 'You may not invite people to this room.' },
  tooMany: { condition: 'policy-violation', text: 'Too many people in one invitation.' },
  banned: { condition: 'forbidden', text: 'This person is banned from the room.' },
  noVoiceRequests: { condition: 'not-allowed', text: 'Moderators of this room are not asked for voice.' },
  notModerator: { condition: 'forbidden', text: 'Only moderators give voice.' },
  unknown: { condition: 'bad-request', text: 'A room does not know what to do with this message.' },
} as const satisfies Record<string, StanzaFault>;

/** People invited by one message. */
const MOST_INVITED = 50;

export interface Invitations {
  /** A message of type "normal" to the room. */
  take(room: Room, incoming: Incoming<MessageStanza>): StanzaFault | null;
}

export function createInvitations(deps: { readonly ctx: MucContext; readonly affiliations: Affiliations }): Invitations {
  const { ctx } = deps;

  /** The acknowledgement waits for what the message leaves behind elsewhere: an invitation kept for somebody who is offline. */
  function sendAll(incoming: Incoming<MessageStanza>, messages: readonly MessageStanza[]): void {
    const hold = takeHold(ctx, incoming);
    for (const message of messages) ctx.wire.send(message);
    if (hold !== null) ctx.settled(() => hold.done());
  }

  /** What a client wrote beside the invitation goes along, but not what looks as if the room said it. */
  const parts = (invite: Element): Element[] =>
    invite
      .elements()
      .filter((one) => one.ns === MUC_NS.user && (one.name === 'reason' || one.name === 'continue' || one.name === 'thread'));

  function invitation(room: Room, from: Jid, to: Jid, invite: Element): MessageStanza {
    const x = el('x', MUC_NS.user, {}, el('invite', MUC_NS.user, { from: from.full }, ...parts(invite)));
    const { password } = room.config;
    if (password !== null) x.children.push(el('password', MUC_NS.user, {}, password));
    // XEP-0249: many clients read this one only.
    const direct: Record<string, string> = { jid: room.jid.bare };
    if (password !== null) direct.password = password;
    const reason = invite.child('reason', MUC_NS.user)?.text();
    if (reason) direct.reason = reason;
    return makeMessage({ from: room.jid, to }, x, el('x', MUC_NS.direct, direct));
  }

  /**
   * §9.5: who is invited to a room for members becomes one; in an open room an invitation changes nobody's standing. Inside a turn of the room, since
   * what waits before it may change the lists.
   */
  async function admit(room: Room, people: readonly { readonly to: Jid }[], actor: string): Promise<StanzaFault | null> {
    if (room.gone) return roomFaults.gone;
    const changes = new Map<string, { who: string; affiliation: 'member'; reason: string }>();
    for (const { to } of people) {
      const standing = ctx.standingOf(room, to);
      if (standing === 'outcast') return faults.banned;
      if (!atLeast(standing, 'member')) changes.set(to.bare, { who: to.bare, affiliation: 'member', reason: '' });
    }
    if (areTooMany(room, changes.values(), ctx.settings.get().maxAffiliations)) return roomFaults.tooMany;
    if (changes.size > 0) await deps.affiliations.apply(room, [...changes.values()], actor);
    return null;
  }

  function invite(
    room: Room,
    incoming: Incoming<MessageStanza>,
    session: OccupantSession,
    invites: readonly Element[],
  ): StanzaFault | null {
    const { occupant } = session;
    if (!mayInvite(occupant.role, occupant.affiliation, room.config)) return faults.noInvites;
    if (invites.length > MOST_INVITED) return faults.tooMany;
    const people: { readonly to: Jid; readonly invite: Element }[] = [];
    for (const one of invites) {
      const to = parseJid(one.attrs.to ?? '');
      if (to === null || to.local === '') return faults.badAddress;
      if (ctx.standingOf(room, to) === 'outcast') return faults.banned;
      people.push({ to, invite: one });
    }
    const messages = people.map(({ to, invite: one }) => invitation(room, session.jid, to, one));
    if (!room.config.membersOnly) sendAll(incoming, messages);
    else {
      const hold = takeHold(ctx, incoming);
      inTurn(ctx, room, () => admit(room, people, occupant.nick))
        .then((fault) => {
          if (fault !== null) ctx.router().bounce(incoming.stanza, fault);
          else for (const message of messages) ctx.wire.send(message);
          ctx.settled(() => hold?.done());
        })
        .catch((error: unknown) => {
          ctx.router().failed(incoming.stanza, error);
          hold?.done();
        });
    }
    return null;
  }

  function decline(room: Room, incoming: Incoming<MessageStanza>, declined: Element): StanzaFault | null {
    const to = parseJid(declined.attrs.to ?? '');
    if (to === null) return faults.badAddress;
    const { from } = incoming.stanza;
    // Only to somebody inside: otherwise a room would carry messages between strangers.
    const targets = [...room.sessions.values()].filter(({ jid }) => (to.resource === '' ? jid.bare === to.bare : jid.full === to.full));
    const x = el('x', MUC_NS.user, {}, el('decline', MUC_NS.user, { from: from.bare }, ...parts(declined)));
    sendAll(
      incoming,
      targets.map(({ jid }) => makeMessage({ from: room.jid, to: jid }, x)),
    );
    return null;
  }

  /** §7.13: the moderators get a form to fill in. */
  function askForVoice(room: Room, incoming: Incoming<MessageStanza>, session: OccupantSession): StanzaFault | null {
    if (!room.config.voiceRequests) return faults.noVoiceRequests;
    const { occupant } = session;
    // Who has voice needs none.
    if (occupant.role !== 'visitor') return null;
    const fields: FormField[] = [
      {
        name: 'muc#role',
        type: 'list-single',
        label: 'Requested role',
        values: ['participant'],
        options: [{ label: 'Participant', value: 'participant' }],
      },
      { name: 'muc#jid', type: 'jid-single', label: 'Address', values: [session.jid.full] },
      { name: 'muc#roomnick', type: 'text-single', label: 'Nickname', values: [occupant.nick] },
      { name: 'muc#request_allow', type: 'boolean', label: 'Give voice to this person?', values: ['false'] },
    ];
    const form = formElement('form', MUC_NS.request, fields, {
      title: 'Request for voice',
      instructions: 'To let this person speak, choose "Give voice to this person?" and send the form.',
    });
    const moderators = [...room.sessions.values()].filter((one) => one.occupant.role === 'moderator');
    sendAll(
      incoming,
      moderators.map(({ jid }) => makeMessage({ from: room.jid, to: jid }, form)),
    );
    return null;
  }

  /** §8.6: a moderator's answer. */
  function giveVoice(room: Room, session: OccupantSession, values: ReadonlyMap<string, readonly string[]>): StanzaFault | null {
    if (session.occupant.role !== 'moderator') return faults.notModerator;
    const allowed = values.get('muc#request_allow')?.[0];
    if (allowed !== 'true' && allowed !== '1') return null;
    const target = room.occupants.get(nickKey(values.get('muc#roomnick')?.[0] ?? '') ?? '');
    const jid = parseJid(values.get('muc#jid')?.[0] ?? '');
    // The nickname may be another person's by now.
    if (target === undefined || (jid !== null && jid.bare !== target.bare)) return null;
    if (target.role === 'visitor') deps.affiliations.setRole(room, target, 'participant', session.occupant.nick, '');
    return null;
  }

  return {
    take(room, incoming) {
      const { stanza } = incoming;
      const x = stanza.el.child('x', MUC_NS.user);
      const declined = x?.child('decline', MUC_NS.user);
      if (declined !== undefined) return decline(room, incoming, declined);
      const session = room.sessions.get(stanza.from.full);
      if (session === undefined) return notInside;
      const invites = x?.elements().filter((one) => one.name === 'invite' && one.ns === MUC_NS.user) ?? [];
      if (invites.length > 0) return invite(room, incoming, session, invites);
      const values = readSubmission(stanza.el.child('x', NS.dataForms));
      if (values?.get('FORM_TYPE')?.[0] !== MUC_NS.request) return faults.unknown;
      return values.has('muc#request_allow') ? giveVoice(room, session, values) : askForVoice(room, incoming, session);
    },
  };
}
