/** What rooms and their service say of themselves (XEP-0045 §6, XEP-0030, XEP-0433). */
import type { IqAnswer, MaybePromise } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement, readSubmission } from '../xmpp/xeps/xep-0004-forms.ts';
import { infoElement, itemsElement } from '../xmpp/xeps/xep-0030-disco.ts';
import { COMMANDS } from '../xmpp/xeps/xep-0050-commands.ts';
import type { MucContext } from './context.ts';
import { hatsHash } from './hats.ts';
import type { HatsIq } from './hats-iq.ts';
import { MUC_NS } from './names.ts';
import { atLeast } from './privileges.ts';
import type { RegisterIq } from './register-iq.ts';
import type { Room } from './room.ts';
import { type PublicRoom, pageSet, type RoomPage, readPageWish } from './room-pages.ts';

const notFound: StanzaFault = { condition: 'item-not-found', text: 'There is no such room.' };
const noNode: StanzaFault = { condition: 'item-not-found' };
const noWords: StanzaFault = {
  condition: 'bad-request',
  text: 'Say what to search for, or that all rooms are wanted.',
  detail: el('no-search-conditions', MUC_NS.searchError),
};
const badOrder: StanzaFault = {
  condition: 'feature-not-implemented',
  type: 'modify',
  text: 'Rooms are given in the order of their addresses.',
  detail: el('invalid-sort-key', MUC_NS.searchError),
};
const badSearch: StanzaFault = { condition: 'bad-request', text: 'Send the filled-in search form.' };

/** Rooms in one answer, whether asked for by pages or not. */
const MOST_ITEMS = 500;
const NICK_NODE = 'x-roomuser-item';

export interface Discovery {
  serviceInfo(ask: ServiceAsk): IqAnswer;
  serviceItems(ask: ServiceAsk): MaybePromise<IqAnswer>;
  roomInfo(room: Room, ask: ServiceAsk): IqAnswer;
  roomItems(room: Room, ask: ServiceAsk): IqAnswer;
  searchForm(): IqAnswer;
  search(ask: ServiceAsk): MaybePromise<IqAnswer>;
  /** A hidden or unconfigured room is there for those inside and for its members only. */
  isThereFor(room: Room, ask: ServiceAsk): boolean;
}

export function createDiscovery(deps: {
  readonly ctx: MucContext;
  readonly registration: RegisterIq;
  readonly hats: HatsIq;
  readonly pages: (
    domain: string,
    wish: { max: number; after?: string; before?: string; backward: boolean },
    text?: string,
  ) => Promise<RoomPage>;
}): Discovery {
  const { ctx } = deps;

  const isInside = (room: Room, ask: ServiceAsk): boolean => room.occupantsOf(ask.iq.from.bare).length > 0;

  function isThereFor(room: Room, ask: ServiceAsk): boolean {
    const affiliation = ctx.standingOf(room, ask.iq.from);
    if (room.locked) return affiliation === 'owner';
    return room.config.isPublic || atLeast(affiliation, 'member') || isInside(room, ask);
  }

  function serviceInfo(ask: ServiceAsk): IqAnswer {
    if (ask.payload.attrs.node !== undefined) return { fault: noNode };
    return {
      result: infoElement(
        {
          identities: [
            { category: 'conference', type: 'text', name: 'Chat rooms' },
            { category: 'directory', type: 'chatroom', name: 'Chat rooms' },
          ],
          features: [
            NS.discoInfo,
            NS.discoItems,
            NS.ping,
            NS.resultSets,
            MUC_NS.muc,
            MUC_NS.stableId,
            MUC_NS.unique,
            MUC_NS.occupantId,
            MUC_NS.search,
            MUC_NS.vcard,
            'jabber:x:conference',
          ],
          forms: [],
        },
        undefined,
      ),
    };
  }

  async function serviceItems(ask: ServiceAsk): Promise<IqAnswer> {
    if (ask.payload.attrs.node !== undefined) return { fault: noNode };
    const wish = readPageWish(ask.payload, MOST_ITEMS);
    if ('fault' in wish) return wish;
    const page = await deps.pages(ask.iq.to?.domain ?? '', wish);
    const items = page.rooms.map(
      ({ jid, title }) => `<item jid='${escapeAttribute(jid)}' name='${escapeAttribute(title || jid.slice(0, jid.indexOf('@')))}'/>`,
    );
    const asked = ask.payload.child('set', NS.resultSets) !== undefined;
    return { result: `<query xmlns='${NS.discoItems}'>${items.join('')}${pageSet(page, asked)}</query>` };
  }

  function features(room: Room): string[] {
    const { config } = room;
    const list = [
      MUC_NS.muc,
      MUC_NS.stableId,
      MUC_NS.selfPing,
      MUC_NS.occupantId,
      MUC_NS.request,
      MUC_NS.vcard,
      NS.discoInfo,
      NS.discoItems,
      NS.ping,
      NS.stanzaId,
      MUC_NS.hats,
      COMMANDS,
      config.persistent ? 'muc_persistent' : 'muc_temporary',
      config.isPublic ? 'muc_public' : 'muc_hidden',
      config.membersOnly ? 'muc_membersonly' : 'muc_open',
      config.moderated ? 'muc_moderated' : 'muc_unmoderated',
      config.whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous',
      config.password === null ? 'muc_unsecured' : 'muc_passwordprotected',
    ];
    if (config.mayModerateMessages) list.push(MUC_NS.moderate, MUC_NS.moderateOld);
    if (config.allowRegistration && !config.membersOnly) list.push(NS.register);
    if (room.isArchived) list.push(NS.archive, `${NS.archive}#extended`, MUC_NS.fullText);
    return list;
  }

  function infoForm(room: Room): Element {
    const { config } = room;
    const fields: FormField[] = [
      { name: 'muc#roominfo_description', type: 'text-single', label: 'Description', values: [config.description] },
      { name: 'muc#roomconfig_roomname', type: 'text-single', label: 'Name', values: [config.title] },
      { name: 'muc#roominfo_occupants', type: 'text-single', label: 'People inside', values: [String(room.occupants.size)] },
      { name: 'muc#roominfo_subject', type: 'text-single', label: 'Subject', values: [room.subject?.text ?? ''] },
      {
        name: 'muc#roominfo_subjectmod',
        type: 'boolean',
        label: 'Everybody with voice can change the subject',
        values: [config.changeSubject === 'participants' ? '1' : '0'],
      },
      {
        name: 'muc#roominfo_changesubject',
        type: 'boolean',
        label: 'Everybody with voice can change the subject',
        values: [config.changeSubject === 'participants' ? '1' : '0'],
      },
      { name: 'muc#roominfo_lang', type: 'text-single', label: 'Language', values: [config.lang] },
      {
        name: 'muc#maxhistoryfetch',
        type: 'text-single',
        label: 'Most messages shown when entering',
        values: [String(ctx.settings.get().historyOnJoin)],
      },
      {
        name: 'muc#roomconfig_allowinvites',
        type: 'boolean',
        label: 'Everybody can invite others',
        values: [config.allowInvites ? '1' : '0'],
      },
      {
        name: 'muc#roomconfig_allowpm',
        type: 'list-single',
        label: 'Who may send private messages',
        values: [config.allowPrivateMessages],
      },
    ];
    if (config.avatarHash !== '') fields.push({ name: 'muc#roominfo_avatarhash', type: 'text-multi', values: [config.avatarHash] });
    const hash = hatsHash(room);
    if (hash !== null) fields.push({ name: 'hats#hash', type: 'text-single', label: 'Hats', values: [hash] });
    return formElement('result', MUC_NS.roomInfo, fields);
  }

  function roomInfo(room: Room, ask: ServiceAsk): IqAnswer {
    if (!isThereFor(room, ask)) return { fault: notFound };
    const node = ask.payload.attrs.node;
    if (node === NICK_NODE) {
      const nick = deps.registration.reservedNick(room, ask.iq.from.bare);
      // §7.12: no identity when none is reserved.
      const identities = nick === null ? [] : [{ category: 'conference', type: 'text', name: nick }];
      return { result: infoElement({ identities, features: [], forms: [] }, node) };
    }
    if (node !== undefined && node !== '') {
      const info = deps.hats.nodeInfo(room, ask, node);
      return info === null ? { fault: noNode } : { result: infoElement(info, node) };
    }
    const name = room.config.title || room.jid.local;
    return {
      result: infoElement(
        { identities: [{ category: 'conference', type: 'text', name }], features: features(room), forms: [infoForm(room)] },
        node,
      ),
    };
  }

  /** §6.4: who is inside is told to those inside. */
  function roomItems(room: Room, ask: ServiceAsk): IqAnswer {
    if (!isThereFor(room, ask)) return { fault: notFound };
    const node = ask.payload.attrs.node;
    if (node === COMMANDS) return { result: itemsElement(deps.hats.items(room, ask), node) };
    if (!isInside(room, ask)) return { result: itemsElement([], undefined) };
    return {
      result: itemsElement(
        [...room.occupants.values()].slice(0, MOST_ITEMS).map(({ jid }) => ({ jid: jid.full })),
        undefined,
      ),
    };
  }

  function searchForm(): IqAnswer {
    const form = formElement('form', MUC_NS.searchParams, [
      { name: 'q', type: 'text-single', label: 'Words' },
      { name: 'all', type: 'boolean', label: 'All rooms', values: ['0'] },
      {
        name: 'key',
        type: 'list-single',
        label: 'Order',
        values: [`{${MUC_NS.searchOrder}}address`],
        options: [{ label: 'Address', value: `{${MUC_NS.searchOrder}}address` }],
      },
    ]);
    return { result: el('search', MUC_NS.search, {}, form) };
  }

  const resultItem = (room: PublicRoom): string =>
    `<item address='${escapeAttribute(room.jid)}'><name>${escapeText(room.title || room.jid)}</name>` +
    (room.description === '' ? '' : `<description>${escapeText(room.description)}</description>`) +
    `<nusers>${room.occupants}</nusers><service-type>xep-0045</service-type>${room.isOpen ? '<is-open/>' : ''}` +
    (room.isAnonymous === null
      ? ''
      : `<anonymity-mode>${room.isAnonymous ? 'muc_semianonymous' : '{urn:xmpp:channel-search:0:anonymity}none'}</anonymity-mode>`) +
    '</item>';

  async function search(ask: ServiceAsk): Promise<IqAnswer> {
    const values = readSubmission(ask.payload.child('x', NS.dataForms));
    if (values === null) return { fault: badSearch };
    const words = (values.get('q')?.[0] ?? '').trim().slice(0, 200);
    const all = values.get('all')?.[0];
    if (words === '' && all !== '1' && all !== 'true') return { fault: noWords };
    const key = values.get('key')?.[0];
    // Pages without gaps need an order that does not move.
    if (key !== undefined && key !== `{${MUC_NS.searchOrder}}address`) return { fault: badOrder };
    const wish = readPageWish(ask.payload, MOST_ITEMS);
    if ('fault' in wish) return wish;
    const page = await deps.pages(ask.iq.to?.domain ?? '', wish, words === '' ? undefined : words);
    return { result: `<result xmlns='${MUC_NS.search}'>${page.rooms.map(resultItem).join('')}${pageSet(page, true)}</result>` };
  }

  return { serviceInfo, serviceItems, roomInfo, roomItems, searchForm, search, isThereFor };
}
