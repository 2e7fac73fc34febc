/** Moderators take back what somebody said (XEP-0425, in both namespaces that clients use). */
import { secretId } from '../kernel/ids.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type MucContext, storeAway } from './context.ts';
import { keptXml } from './history.ts';
import type { Messages } from './messages.ts';
import { MUC_NS } from './names.ts';
import type { OccupantSession, Room } from './room.ts';
import { elementOfText } from './wire.ts';

const faults = {
  notModerator: { condition: 'forbidden', text: 'Only moderators take back messages of others.' },
  off: { condition: 'not-allowed', text: 'Messages of this room are not taken back by moderators.' },
  unknown: { condition: 'item-not-found', text: 'There is no such message in this room.' },
  bad: { condition: 'bad-request', text: 'Name the message by its stanza-id and say what to do with it.' },
} as const satisfies Record<string, StanzaFault>;

export interface Moderation {
  /** `id` of the message, `reason`; of either namespace. */
  retract(room: Room, session: OccupantSession | undefined, id: string, reason: string): Promise<IqAnswer>;
}

/** What is asked for: the id and the reason, or null when the request is not understood. */
export function readModeration(payload: Element): { readonly id: string; readonly reason: string } | null {
  if (payload.ns === MUC_NS.moderate) {
    const id = payload.attrs.id ?? '';
    if (id === '' || payload.child('retract', MUC_NS.retract) === undefined) return null;
    return { id, reason: payload.child('reason', MUC_NS.moderate)?.text() ?? '' };
  }
  const moderate = payload.child('moderate', MUC_NS.moderateOld);
  const id = payload.attrs.id ?? '';
  if (id === '' || moderate?.child('retract', MUC_NS.retractOld) === undefined) return null;
  return { id, reason: moderate.child('reason', MUC_NS.moderateOld)?.text() ?? '' };
}

export const badModeration: IqAnswer = { fault: faults.bad };

export function createModeration(deps: { readonly ctx: MucContext; readonly messages: Messages }): Moderation {
  const { ctx } = deps;

  const reasonXml = (reason: string): string => (reason === '' ? '' : `<reason>${escapeText(reason)}</reason>`);

  /** Who did it, as XEP-0425 writes it in each of its forms. */
  function moderatedXml(by: OccupantSession, id: string, reason: string): string {
    const who = escapeAttribute(by.occupant.jid.full);
    const occupant = `<occupant-id xmlns='${MUC_NS.occupantId}' id='${by.occupant.occupantId}'/>`;
    return (
      `<retract xmlns='${MUC_NS.retract}' id='${escapeAttribute(id)}'><moderated xmlns='${MUC_NS.moderate}' by='${who}'>${occupant}</moderated>${reasonXml(reason)}</retract>` +
      `<apply-to xmlns='${MUC_NS.fasten}' id='${escapeAttribute(id)}'><moderated xmlns='${MUC_NS.moderateOld}' by='${who}'><retract xmlns='${MUC_NS.retractOld}'/>${reasonXml(reason)}</moderated></apply-to>`
    );
  }

  /** XEP-0424 §4: what stays in the place of the message. */
  function tombstone(by: OccupantSession, reason: string, from: string, id: string, occupantId: string): string {
    const stamp = new Date(ctx.clock.now()).toISOString();
    const who = escapeAttribute(by.occupant.jid.full);
    const moderator = `<occupant-id xmlns='${MUC_NS.occupantId}' id='${by.occupant.occupantId}'/>`;
    const author = occupantId === '' ? '' : `<occupant-id xmlns='${MUC_NS.occupantId}' id='${occupantId}'/>`;
    const inner =
      `<retracted xmlns='${MUC_NS.retract}' stamp='${stamp}'><moderated xmlns='${MUC_NS.moderate}' by='${who}'>${moderator}</moderated>${reasonXml(reason)}</retracted>` +
      `<moderated xmlns='${MUC_NS.moderateOld}' by='${who}'><retracted xmlns='${MUC_NS.retractOld}' stamp='${stamp}'/>${reasonXml(reason)}</moderated>${author}`;
    return keptXml(from, 'groupchat', id, '', inner);
  }

  return {
    async retract(room, session, id, reason) {
      if (session?.occupant.role !== 'moderator') return { fault: faults.notModerator };
      if (!room.config.mayModerateMessages) return { fault: faults.off };
      const at = room.history.findIndex(({ message }) => message.uid === id);
      const remembered = room.history[at]?.message;
      const storedId = room.isArchived ? room.storedId : null;
      if (storedId === null && remembered === undefined) return { fault: faults.unknown };
      const short = reason.slice(0, 1024);
      if (storedId !== null) {
        if (!ctx.journal.accepting) return { fault: storeAway };
        // What was said a moment ago may not be in the archive yet.
        await new Promise<void>((done) => ctx.settled(done));
        const [row] =
          remembered === undefined ? (await ctx.archive.page({ roomId: storedId, ids: [id], direction: 'forward', max: 1 })).rows : [];
        const message = remembered ?? row;
        if (message === undefined || room.gone) return { fault: faults.unknown };
        const from = elementOfText(message.xml)?.attrs.from ?? room.jid.bare;
        const xml = tombstone(session, short, from, message.stanzaId, message.occupantId);
        await new Promise<void>((done) => ctx.journal.retract(storedId, id, xml, done));
      }
      room.unremember(id);
      const inner = moderatedXml(session, id, short);
      await new Promise<void>((done) =>
        deps.messages.say(
          room,
          { from: null, type: 'groupchat', id: secretId(12), lang: '', inner, el: undefined, body: '', kept: true },
          done,
        ),
      );
      return { result: null };
    },
  };
}
