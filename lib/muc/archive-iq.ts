/** The archive of a room (XEP-0313 on the room's address), and searching it (XEP-0431). */
import { FULL_TEXT_FIELD, type ReadQuery, readArchiveQuery, tooManyQueries } from '../im/index.ts';
import { parseJid } from '../kernel/jid.ts';
import { createTurns } from '../kernel/turns.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { stanzaOver } from '../xmpp/stanza/build.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { formElement } from '../xmpp/xeps/xep-0004-forms.ts';
import type { MucContext } from './context.ts';
import type { RoomArchiveQuery, RoomMessage } from './ports.ts';
import { userXml } from './presence.ts';
import { atLeast, seesAddresses } from './privileges.ts';
import type { Room } from './room.ts';
import { elementOfText } from './wire.ts';

const faults = {
  none: { condition: 'service-unavailable', text: 'This room keeps no archive.' },
  mayNot: { condition: 'forbidden', text: 'You may not read the archive of this room.' },
  notFound: { condition: 'item-not-found', text: 'There is no message with this id in the archive.' },
  hidden: { condition: 'forbidden', text: 'This room hides the addresses of people. Name an occupant instead.' },
} as const satisfies Record<string, StanzaFault>;

const iso = (at: number) => new Date(at).toISOString();

export interface ArchiveIq {
  query(room: Room, ask: ServiceAsk): Promise<IqAnswer>;
  form(room: Room, ask: ServiceAsk): IqAnswer;
  metadata(room: Room, ask: ServiceAsk): Promise<IqAnswer>;
  /** A session has ended: nothing of it waits any longer. */
  ended(session: ClientSession): void;
}

export function createArchiveIq(ctx: MucContext): ArchiveIq {
  /** Of a person in all rooms together. */
  const turns = createTurns({ clock: ctx.clock, rate: () => ctx.settings.get().archiveQueriesPerSecond });

  /** those inside, members and up, and whoever could enter just so; asked again when the answer is there. */
  function accessFault(room: Room, ask: ServiceAsk): StanzaFault | null {
    if (room.gone || !room.isArchived) return faults.none;
    const { from } = ask.iq;
    const affiliation = ctx.standingOf(room, from);
    if (affiliation === 'outcast') return faults.mayNot;
    if (atLeast(affiliation, 'member') || room.occupantsOf(from.bare).length > 0) return null;
    const { membersOnly, password } = room.config;
    return room.locked || membersOnly || password !== null ? faults.mayNot : null;
  }

  function mayNameAddresses(room: Room, ask: ServiceAsk): boolean {
    const { from } = ask.iq;
    if (atLeast(ctx.standingOf(room, from), 'admin')) return true;
    const roles = room.occupantsOf(from.bare).map(({ role }) => role);
    return roles.some((role) => seesAddresses(role, room.config));
  }

  function resultXml(message: RoomMessage, read: ReadQuery, withAddresses: boolean): string {
    const query = read.queryId === '' ? '' : ` queryid='${escapeAttribute(read.queryId)}'`;
    let inner = message.xml.replace(/^<message/, `<message xmlns='${NS.client}'`);
    // XEP-0313 §5.1.2: who it was, for those who may know. Never from what was kept: only from what may be seen now.
    if (withAddresses && message.nick !== '') {
      const item = userXml(`<item jid='${escapeAttribute(message.sender)}'/>`);
      inner = `${inner.slice(0, -'</message>'.length)}${item}</message>`;
    }
    return (
      `<result xmlns='${NS.archive}'${query} id='${message.uid}'>` +
      `<forwarded xmlns='${NS.forward}'><delay xmlns='${NS.delay}' stamp='${iso(message.at)}'/>${inner}</forwarded></result>`
    );
  }

  function send(room: Room, ask: ServiceAsk, result: string): void {
    const { iq, sender } = ask;
    if (sender !== null) {
      sender.send(`<message from='${room.fromText}' to='${escapeAttribute(iq.from.full)}'>${result}</message>`, null);
      return;
    }
    const element = elementOfText(`<message>${result}</message>`);
    if (element === null) return;
    ctx.wire.send(
      stanzaOver('message', 'normal', room.jid, iq.from, '', '', new Element('message', NS.client, {}, element.children), null),
    );
  }

  /** `with` of the form as the room understands it. */
  function withOf(room: Room, ask: ServiceAsk, text: string): RoomArchiveQuery['with'] | StanzaFault {
    const jid = parseJid(text);
    if (jid?.bare === room.jid.bare) return { nick: jid.resource };
    return mayNameAddresses(room, ask) ? { sender: jid?.bare ?? text } : faults.hidden;
  }

  async function query(room: Room, ask: ServiceAsk): Promise<IqAnswer> {
    const refused = accessFault(room, ask);
    if (refused !== null) return { fault: refused };
    // Who asks from another server has no session here that could end.
    const turn = turns.take(ask.iq.from.bare, ask.sender ?? ctx);
    if ((turn instanceof Promise ? await turn : turn) !== 'now') return { fault: tooManyQueries };
    const read = readArchiveQuery(ask.payload, 0, ctx.settings.get().archivePageSize);
    if ('fault' in read) return read;
    const { accountId: _, with: named, ...rest } = read.query;
    let whom: RoomArchiveQuery['with'];
    if (named !== undefined) {
      const given = withOf(room, ask, named);
      if (given !== undefined && 'condition' in given) return { fault: given };
      whom = given;
    }
    const roomId = room.storedId ?? -1;
    // A client may name, or expect to find, what it received a moment ago and what is being committed now.
    await new Promise<void>((done) => ctx.settled(done));
    if (read.named.length > 0) {
      const there = new Set(await ctx.archive.existing(roomId, read.named));
      if (!read.named.every((uid) => there.has(uid))) return { fault: faults.notFound };
    }
    const page = await ctx.archive.page({ roomId, ...rest, ...(whom === undefined ? {} : { with: whom }) });
    const late = accessFault(room, ask);
    if (late !== null) return { fault: late };
    const withAddresses = mayNameAddresses(room, ask);
    const rows = read.flip ? [...page.rows].reverse() : page.rows;
    for (const row of rows) send(room, ask, resultXml(row, read, withAddresses));
    const from = rows[0];
    const to = rows[rows.length - 1];
    const ends = from && to ? `<first>${from.uid}</first><last>${to.uid}</last>` : '';
    const count = page.count === null ? '' : `<count>${page.count}</count>`;
    const complete = page.complete ? " complete='true'" : '';
    return { result: `<fin xmlns='${NS.archive}'${complete}><set xmlns='${NS.resultSets}'>${ends}${count}</set></fin>` };
  }

  return {
    query,
    ended: (session) => turns.leave(session.user.bare, session),
    form(room, ask) {
      const refused = accessFault(room, ask);
      if (refused !== null) return { fault: refused };
      const fields = ['with', 'start', 'end', 'before-id', 'after-id', 'ids', FULL_TEXT_FIELD];
      const type = (name: string) => (name === 'with' ? 'jid-single' : name === 'ids' ? 'list-multi' : 'text-single');
      return {
        result: el(
          'query',
          NS.archive,
          {},
          formElement(
            'form',
            NS.archive,
            fields.map((name) => ({ name, type: type(name) })),
          ),
        ),
      };
    },
    async metadata(room, ask) {
      const refused = accessFault(room, ask);
      if (refused !== null) return { fault: refused };
      const edges = await ctx.archive.edges(room.storedId ?? -1);
      const mark = (name: string, edge: { uid: string; at: number }) => el(name, NS.archive, { id: edge.uid, timestamp: iso(edge.at) });
      return { result: el('metadata', NS.archive, {}, ...(edges ? [mark('start', edges.first), mark('end', edges.last)] : [])) };
    },
  };
}
