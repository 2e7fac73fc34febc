/** The personal message archive as clients read it (XEP-0313). */
import type { ArchiveValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import { createTurns } from '../kernel/turns.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { HookRegistration, IqAnswer, IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, escapeText } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { FULL_TEXT_FIELD, readArchiveQuery, tooManyQueries } from './archive-query.ts';
import type { Archive, ArchivePrefs, ArchiveRow } from './ports.ts';
import { stateOf } from './state.ts';

export const archiveProtocols: readonly Protocol[] = [
  {
    number: 'XEP-0313',
    title: 'Message Archive Management',
    version: '1.1.3',
    status: 'complete',
    note: 'Archives of people and of persistent chat rooms.',
  },
  { number: 'XEP-0431', title: 'Full Text Search in MAM', version: '0.3.0', status: 'complete' },
  { number: 'XEP-0441', title: 'Message Archive Management Preferences', version: '0.2.0', status: 'complete' },
  {
    number: 'XEP-0059',
    title: 'Result Set Management',
    version: '1.0',
    status: 'complete',
    note: 'For archives, by id, and lists of rooms, by address.',
  },
];

const notYours: StanzaFault = { condition: 'forbidden', type: 'auth', text: 'This archive belongs to somebody else.' };
const notFound: StanzaFault = { condition: 'item-not-found', type: 'cancel', text: 'There is no message with this id in the archive.' };
const iso = (at: number) => new Date(at).toISOString();

/** XEP-0313 §6.1. */
export function metadataElement(edges: Awaited<ReturnType<Archive['edges']>>): Element {
  const mark = (name: string, edge: { uid: string; at: number }) => el(name, NS.archive, { id: edge.uid, timestamp: iso(edge.at) });
  return el('metadata', NS.archive, {}, ...(edges ? [mark('start', edges.first), mark('end', edges.last)] : []));
}

export function archiveHandlers(deps: {
  archive: Archive;
  settings: Live<ArchiveValues>;
  clock: Clock;
  /** Resolves when everything handed to the journal before has been committed. */
  settled: () => Promise<void>;
}): { readonly iq: readonly IqHandler[]; readonly hooks: readonly HookRegistration[] } {
  const { archive, settings, clock } = deps;
  const turns = createTurns({ clock, rate: () => settings.get().queriesPerSecond });

  function resultXml(session: ClientSession, row: ArchiveRow, queryId: string): string {
    const query = queryId === '' ? '' : ` queryid='${escapeAttribute(queryId)}'`;
    const inner = row.xml.replace(/^<message/, `<message xmlns='${NS.client}'`);
    return (
      `<message from='${escapeAttribute(session.user.bare)}' to='${escapeAttribute(session.jid.full)}'><result xmlns='${NS.archive}'${query} id='${row.uid}'>` +
      `<forwarded xmlns='${NS.forward}'><delay xmlns='${NS.delay}' stamp='${iso(row.at)}'/>${inner}</forwarded></result></message>`
    );
  }

  async function query(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const turn = turns.take(session.user.bare, session);
    if ((turn instanceof Promise ? await turn : turn) !== 'now') return { fault: tooManyQueries };
    const accountId = session.user.accountId;
    const read = readArchiveQuery(payload, accountId, settings.get().pageSize);
    if ('fault' in read) return read;
    // A client may name, or expect to find, what it received a moment ago and what is being committed now.
    await deps.settled();
    if (read.named.length > 0) {
      const there = new Set(await archive.existing(accountId, read.named));
      if (!read.named.every((uid) => there.has(uid))) return { fault: notFound };
    }
    const page = await archive.page(read.query);
    const rows = read.flip ? [...page.rows].reverse() : page.rows;
    for (const row of rows) session.send(resultXml(session, row, read.queryId), null);
    const first = page.rows[0];
    const last = page.rows[page.rows.length - 1];
    const [from, to] = read.flip ? [last, first] : [first, last];
    let set = `<set xmlns='${NS.resultSets}'>`;
    if (from && to) set += `<first>${from.uid}</first><last>${to.uid}</last>`;
    if (page.count !== null) set += `<count>${page.count}</count>`;
    return { result: `<fin xmlns='${NS.archive}'${page.complete ? " complete='true'" : ''}>${set}</set></fin>` };
  }

  function fieldsForm(): Element {
    const field = (name: string, type: string, ...rest: Element[]) => el('field', NS.dataForms, { var: name, type }, ...rest);
    return el(
      'x',
      NS.dataForms,
      { type: 'form' },
      field('FORM_TYPE', 'hidden', el('value', NS.dataForms, {}, NS.archive)),
      field('with', 'jid-single'),
      field('start', 'text-single'),
      field('end', 'text-single'),
      field('before-id', 'text-single'),
      field('after-id', 'text-single'),
      field('ids', 'list-multi'),
      field(FULL_TEXT_FIELD, 'text-single'),
    );
  }

  async function metadata(session: ClientSession): Promise<IqAnswer> {
    return { result: metadataElement(await archive.edges(session.user.accountId)) };
  }

  const prefsXml = (prefs: ArchivePrefs): string => {
    const list = (name: string, jids: readonly string[]) =>
      `<${name}>${jids.map((jid) => `<jid>${escapeText(jid)}</jid>`).join('')}</${name}>`;
    return `<prefs xmlns='${NS.archive}' default='${prefs.default}'>${list('always', prefs.always)}${list('never', prefs.never)}</prefs>`;
  };
  const prefsOf = (session: ClientSession): ArchivePrefs =>
    stateOf(session.user).prefs ?? { default: settings.get().defaultPolicy, always: [], never: [] };

  async function savePrefs(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const policy = payload.attrs.default;
    if (policy !== 'always' && policy !== 'never' && policy !== 'roster')
      return { fault: { condition: 'bad-request', text: '"default" is always, never or roster.' } };
    const lists: { always: string[]; never: string[] } = { always: [], never: [] };
    for (const name of ['always', 'never'] as const) {
      for (const item of payload.child(name)?.elements() ?? []) {
        const jid = parseJid(item.text().trim());
        if (jid === null) return { fault: { condition: 'jid-malformed', text: 'One of the addresses is not valid. Nothing was changed.' } };
        if (!lists[name].includes(jid.bare)) lists[name].push(jid.bare);
      }
    }
    const most = settings.get().maxPreferences;
    if (lists.always.length + lists.never.length > most)
      return { fault: { condition: 'resource-constraint', text: `At most ${most} addresses.` } };
    const prefs: ArchivePrefs = { default: policy, ...lists };
    await archive.savePrefs(session.user.accountId, prefs);
    stateOf(session.user).prefs = prefs;
    return { result: prefsXml(prefs) };
  }

  const mine = { ns: NS.archive, targets: ['self'] } as const;
  const iq: readonly IqHandler[] = [
    { ...mine, name: 'query', types: ['set'], handle: ({ session, payload }) => query(session, payload) },
    { ...mine, name: 'query', types: ['get'], handle: () => ({ result: el('query', NS.archive, {}, fieldsForm()) }) },
    { ...mine, name: 'metadata', types: ['get'], handle: ({ session }) => metadata(session) },
    { ...mine, name: 'prefs', types: ['get'], handle: ({ session }) => ({ result: prefsXml(prefsOf(session)) }) },
    { ...mine, name: 'prefs', types: ['set'], handle: ({ session, payload }) => savePrefs(session, payload) },
    { ns: NS.archive, name: 'query', targets: ['account'], types: ['set', 'get'], missing: notYours, handle: () => ({ fault: notYours }) },
    { ns: NS.archive, name: 'prefs', targets: ['account'], types: ['set', 'get'], missing: notYours, handle: () => ({ fault: notYours }) },
  ];
  return {
    iq,
    hooks: [{ hook: 'session.ended', stage: 'record', run: (session) => turns.leave(session.user.bare, session) }],
  };
}
