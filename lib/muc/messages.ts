/** What is said in a room: to everyone (XEP-0045 §7.4), the subject (§8.1), to one occupant (§7.5). */
import { sortableId } from '../kernel/ids.ts';
import { makeMessage, stanzaOver } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeText } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type Incoming, inTurn, type MucContext, storeAway, takeHold } from './context.ts';
import { keptXml } from './history.ts';
import { MUC_NS, nickKey } from './names.ts';
import { outgoing } from './outgoing.ts';
import type { Broadcasts } from './presence.ts';
import { maySetSubject, maySpeak, mayWhisper } from './privileges.ts';
import type { Occupant, OccupantSession, Room } from './room.ts';
import { payloadText } from './wire.ts';

export const notInside: StanzaFault = { condition: 'not-acceptable', text: 'You are not in this room.' };
const faults = {
  noVoice: { condition: 'forbidden', text: 'You have no voice in this room. Ask a moderator for it.' },
  noSubject: { condition: 'forbidden', text: 'You may not change the subject of this room.' },
  tooBig: { condition: 'policy-violation', text: 'This message is too large for a room.' },
  noPrivate: { condition: 'not-allowed', text: 'Private messages are not allowed in this room.' },
  nobody: { condition: 'item-not-found', text: 'Nobody in this room has this nickname.' },
  notToOne: { condition: 'bad-request', text: 'A message to a single occupant is not of type "groupchat".' },
} as const satisfies Record<string, StanzaFault>;

/** Longest subject, in characters. */
const MAX_SUBJECT = 4096;

export interface Messages {
  groupchat(room: Room, incoming: Incoming<MessageStanza>): StanzaFault | null;
  whisper(room: Room, incoming: Incoming<MessageStanza>): StanzaFault | null;
  /** From the room itself, or in an occupant's name: kept and sent to everyone. `body` is for search. */
  say(room: Room, what: RoomSaying, done: (() => void) | null): void;
  setSubject(room: Room, by: string, text: string, id?: string): Promise<void>;
  /** `<message/>` from the room with status codes (§10.2.1). */
  notice(room: Room, codes: readonly number[]): void;
}

export interface RoomSaying {
  readonly from: Occupant | null;
  readonly type: 'groupchat';
  readonly id: string;
  readonly lang: string;
  readonly inner: string;
  readonly el: Element | undefined;
  readonly body: string;
  /** Shown to those who enter later, and put into the archive. */
  readonly kept: boolean;
}

export function createMessages(ctx: MucContext, broadcasts: Broadcasts): Messages {
  const { clock, journal, settings } = ctx;

  /** What only a room says is taken out; ids in its name too (XEP-0359 §6). */
  const isForged = (room: Room) => (child: Element) =>
    child.ns === MUC_NS.user ||
    child.ns === MUC_NS.occupantId ||
    child.ns === MUC_NS.hats ||
    (child.ns === NS.stanzaId && child.name === 'stanza-id' && child.attrs.by === room.jid.bare) ||
    (child.ns === NS.delay && child.attrs.from === room.jid.bare);

  function say(room: Room, what: RoomSaying, done: (() => void) | null): void {
    const at = clock.now();
    const uid = sortableId(at);
    const from = what.from?.jid ?? room.jid;
    const inner = what.from === null ? what.inner : `${what.inner}<occupant-id xmlns='${MUC_NS.occupantId}' id='${what.from.occupantId}'/>`;
    const stanzaId = `<stanza-id xmlns='${NS.stanzaId}' by='${room.fromText}' id='${uid}'/>`;
    const out = outgoing('message', what.type, from, inner + stanzaId, {
      id: what.id,
      lang: what.lang,
      ...(what.el === undefined ? {} : { el: what.el }),
    });
    if (what.kept) {
      const message = {
        uid,
        at,
        nick: what.from?.nick ?? '',
        sender: what.from?.bare ?? room.jid.bare,
        occupantId: what.from?.occupantId ?? '',
        xml: keptXml(from.full, what.type, what.id, what.lang, inner),
        body: what.body,
        stanzaId: what.id,
      };
      if (room.isArchived && room.storedId !== null) {
        room.uncommitted++;
        journal.append({ ...message, roomId: room.storedId }, () => {
          room.uncommitted--;
          done?.();
        });
      } else done?.();
      if (what.body !== '') room.remember(message, settings.get().historyOnJoin, settings.get().historyChars);
    } else done?.();
    broadcasts.toAll(room, out, what.body === '' ? 'may-wait' : 'now');
  }

  /**
   * A client that lost its connection enters again and says once more what was never acknowledged to it. What the room has of that already is not said
   * twice: the same words under the same id, from before it entered. The room looks only at what it has in memory; where more than that was said
   * since, the repetition passes: to ask the archive would cost a query for each message of everyone who has just entered.
   */
  function wasSaid(room: Room, session: OccupantSession, id: string, inner: string): boolean {
    if (id === '') return false;
    for (let i = room.history.length - 1; i >= 0; i--) {
      const message = room.history[i]?.message;
      if (message === undefined || message.stanzaId !== id || message.sender !== session.jid.bare) continue;
      return message.at < session.since && message.xml.includes(`>${inner}<`);
    }
    return false;
  }

  function groupchat(room: Room, incoming: Incoming<MessageStanza>): StanzaFault | null {
    const { stanza } = incoming;
    const session = room.sessions.get(stanza.from.full);
    if (session === undefined) return notInside;
    const occupant = session.occupant;
    ctx.counters.messagesIn++;
    let body = '';
    let hasBody = false;
    let subject: Element | null = null;
    let thread = false;
    let storable = false;
    let noStore = false;
    for (const child of stanza.el.children) {
      if (typeof child === 'string') continue;
      if (child.ns === NS.client) {
        if (child.name === 'body') {
          hasBody = true;
          if (body === '') body = child.text();
        } else if (child.name === 'subject') subject ??= child;
        else if (child.name === 'thread') thread = true;
      } else if (child.ns === MUC_NS.hints) {
        if (child.name === 'store') storable = true;
        else if (child.name === 'no-store' || child.name === 'no-permanent-store') noStore = true;
      } else if (KEPT.has(child.ns)) storable = true;
    }
    // §8.1: a subject with a body or a thread is a message that has one.
    if (subject !== null && !hasBody && !thread) return changeSubject(room, occupant, incoming, subject.text());
    if (!maySpeak(occupant.role, room.config)) return faults.noVoice;
    const inner = payloadText(stanza.el, isForged(room));
    if (inner.length > settings.get().maxMessageBytes) return faults.tooBig;
    const kept = (hasBody || storable) && !noStore;
    const lasting = kept && room.isArchived;
    if (lasting && !journal.accepting) return storeAway;
    const hold = lasting ? takeHold(ctx, incoming) : null;
    if (lasting && wasSaid(room, session, stanza.id, inner)) {
      if (hold !== null) ctx.settled(() => hold.done());
      return null;
    }
    say(
      room,
      { from: occupant, type: 'groupchat', id: stanza.id, lang: stanza.lang, inner, el: stanza.el, body, kept },
      hold === null ? null : () => hold.done(),
    );
    return null;
  }

  function changeSubject(room: Room, occupant: Occupant, incoming: Incoming<MessageStanza>, text: string): StanzaFault | null {
    if (!maySetSubject(occupant.role, room.config)) return faults.noSubject;
    if (text.length > MAX_SUBJECT) return faults.tooBig;
    const hold = room.storedId === null ? null : takeHold(ctx, incoming);
    setSubject(room, occupant.nick, text, incoming.stanza.id)
      .catch((error: unknown) => ctx.router().failed(incoming.stanza, error))
      .finally(() => hold?.done());
    return null;
  }

  async function setSubject(room: Room, by: string, text: string, id = ''): Promise<void> {
    const apply = () => {
      room.subject = subject;
      const from = by === '' ? null : room.occupants.get(nickKey(by) ?? '');
      const inner = `<subject>${escapeText(text)}</subject>`;
      broadcasts.toAll(
        room,
        outgoing(
          'message',
          'groupchat',
          from?.jid ?? room.jid,
          from ? `${inner}<occupant-id xmlns='${MUC_NS.occupantId}' id='${from.occupantId}'/>` : inner,
          { id },
        ),
        'now',
      );
    };
    const subject = { text, by, at: clock.now() };
    if (room.storedId === null && room.changing === 0) return apply();
    await inTurn(ctx, room, async () => {
      if (room.gone) return;
      if (room.storedId !== null) await ctx.store.saveSubject(room.storedId, subject);
      apply();
    });
  }

  /** §7.5: from one occupant to another; the real addresses stay hidden. */
  function whisper(room: Room, incoming: Incoming<MessageStanza>): StanzaFault | null {
    const { stanza } = incoming;
    const session = room.sessions.get(stanza.from.full);
    if (session === undefined) return notInside;
    if (stanza.type === 'groupchat') return faults.notToOne;
    const target = room.occupants.get(nickKey(stanza.to?.resource ?? '') ?? '');
    if (target === undefined) return faults.nobody;
    // An error answers a message that was let through.
    if (stanza.type !== 'error') {
      if (!mayWhisper(session.occupant.role, room.config)) return faults.noPrivate;
      const inner = payloadText(stanza.el, isForged(room));
      if (inner.length > settings.get().maxMessageBytes) return faults.tooBig;
    }
    // What the recipient's devices do not take may be kept for the person; the acknowledgement waits for that.
    const hold = stanza.type === 'error' ? null : takeHold(ctx, incoming);
    for (const to of target.sessions) ctx.wire.send(whispered(room, session, stanza, to));
    if (hold !== null) ctx.settled(() => hold.done());
    return null;
  }

  function whispered(room: Room, from: OccupantSession, stanza: MessageStanza, to: OccupantSession): MessageStanza {
    const drop = isForged(room);
    const children = stanza.el.children.filter((child) => typeof child !== 'string' && !drop(child));
    // XEP-0045 §7.5: so that clients and servers know it for what it is.
    if (stanza.type !== 'error') children.push(new Element('x', MUC_NS.user));
    children.push(new Element('occupant-id', MUC_NS.occupantId, { id: from.occupant.occupantId }));
    const el = new Element('message', NS.client, {}, children);
    return stanzaOver('message', stanza.type, from.occupant.jid, to.jid, stanza.id, stanza.lang, el, null) as MessageStanza;
  }

  return {
    groupchat,
    whisper,
    say,
    setSubject,
    notice(room, codes) {
      if (codes.length === 0) return;
      const x = new Element(
        'x',
        MUC_NS.user,
        {},
        codes.map((code) => new Element('status', MUC_NS.user, { code: String(code) })),
      );
      const stanza = makeMessage({ from: room.jid, to: null, type: 'groupchat' }, x);
      broadcasts.toAll(
        room,
        outgoing(
          'message',
          'groupchat',
          room.jid,
          payloadText(stanza.el, () => false),
          { id: stanza.id },
        ),
        'now',
      );
    },
  };
}

/** Without a body, but worth keeping (XEP-0313 §5.1.3). */
const KEPT: ReadonlySet<string> = new Set([
  'urn:xmpp:chat-markers:0',
  'urn:xmpp:receipts',
  'urn:xmpp:message-retract:1',
  'urn:xmpp:message-retract:0',
  'urn:xmpp:fasten:0',
  'urn:xmpp:reactions:0',
  'urn:xmpp:message-correct:0',
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
  'jabber:x:encrypted',
  'jabber:x:oob',
]);
