/**
 * Flexible offline message retrieval (XEP-0013): a client asks how many messages wait, reads their headers, fetches and removes them one by one. Whoever
 * asks for number or headers before sending presence is not handed the messages unasked (§2.3).
 */
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { formElement } from '../xmpp/xeps/xep-0004-forms.ts';
import type { DiscoInfo, DiscoItem, DiscoNodes } from '../xmpp/xeps/xep-0030-disco.ts';
import { isUid } from './archive-query.ts';
import { stamped } from './kept.ts';
import type { Journal, OfflineQueue, OfflineRow } from './ports.ts';
import { setByHand, stateOf } from './state.ts';

export const offlineProtocol: Protocol = {
  number: 'XEP-0013',
  title: 'Flexible Offline Message Retrieval',
  version: '1.3.0',
  status: 'complete',
};

export const OFFLINE = 'http://jabber.org/protocol/offline';

const PAGE = 200;
/** One list carries this many headers; what is beyond is seen once these are removed. */
const MAX_HEADERS = 1000;
const MAX_ITEMS = 200;

const unknown: StanzaFault = { condition: 'item-not-found', type: 'cancel', text: 'There is no waiting message with this node.' };
const notRead: StanzaFault = { condition: 'bad-request', text: 'Name what to view or remove, fetch or purge.' };

const REFERENCE: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };
/** The full address of the sender: `render` writes it first. */
function senderOf(row: OfflineRow): string {
  const found = /^<message from='([^']*)'/.exec(row.xml)?.[1];
  return found === undefined ? row.from : found.replace(/&(?:amp|lt|gt|quot|apos);/g, (reference) => REFERENCE[reference] ?? reference);
}

/** The message with its node beside the delay (§2.4). */
export function marked(row: OfflineRow, domain: string): string {
  const xml = stamped(row, domain);
  return `${xml.slice(0, -'</message>'.length)}<offline xmlns='${OFFLINE}'><item node='${row.uid}'/></offline></message>`;
}

export function createOfflineRetrieval(deps: { readonly offline: OfflineQueue; readonly journal: Journal; readonly clock: Clock }): {
  readonly iq: readonly IqHandler[];
  readonly nodes: DiscoNodes;
} {
  const { offline, journal } = deps;
  /** What is about to be kept counts: entries commit in order. */
  const settled = (): Promise<void> =>
    journal.accepting ? new Promise((done) => journal.append({ archive: [], offline: [] }, done)) : Promise.resolve();

  async function read(accountId: number, most: number): Promise<OfflineRow[]> {
    const rows: OfflineRow[] = [];
    for (;;) {
      const page = await offline.read(accountId, Math.min(PAGE, most - rows.length), rows.at(-1)?.uid);
      rows.push(...page);
      if (page.length < PAGE || rows.length >= most) return rows;
    }
  }

  /** Those named, in the order named; null when one of them does not wait. */
  async function named(accountId: number, uids: readonly string[]): Promise<OfflineRow[] | null> {
    const wanted = new Set(uids);
    const found = new Map<string, OfflineRow>();
    for (let after: string | undefined; found.size < wanted.size; ) {
      const page = await offline.read(accountId, PAGE, after);
      for (const row of page) if (wanted.has(row.uid)) found.set(row.uid, row);
      after = page.at(-1)?.uid;
      if (page.length < PAGE) break;
    }
    const rows = uids.map((uid) => found.get(uid));
    return rows.every((row) => row !== undefined) ? (rows as OfflineRow[]) : null;
  }

  function remove(session: ClientSession, uids: readonly string[]): Promise<void> {
    const state = stateOf(session.user);
    state.offline = Math.max(0, state.offline - uids.length);
    state.offlineFrom.clear();
    const { accountId } = session.user;
    return new Promise((done) =>
      journal.append({ archive: [], offline: [], offlineRemoved: uids.map((uid) => ({ accountId, uid })) }, done),
    );
  }

  const cannotChange: StanzaFault = {
    condition: 'resource-constraint',
    type: 'wait',
    text: 'The server cannot reach its database. Try again in a moment.',
  };

  async function handle(session: ClientSession, payload: Element, type: string): Promise<IqAnswer> {
    const parts = payload.elements().filter((one) => one.ns === OFFLINE);
    await settled();
    const [first] = parts;
    if (parts.length === 1 && first?.name === 'fetch' && type === 'get') {
      const rows = await read(session.user.accountId, Number.MAX_SAFE_INTEGER);
      for (const row of rows) session.send(marked(row, session.jid.domain), null);
      return { result: null };
    }
    if (parts.length === 1 && first?.name === 'purge' && type === 'set') {
      if (!journal.accepting) return { fault: cannotChange };
      for (;;) {
        const rows = await read(session.user.accountId, MAX_HEADERS);
        if (rows.length === 0) return { result: null };
        await remove(
          session,
          rows.map((row) => row.uid),
        );
      }
    }
    const action = type === 'get' ? 'view' : 'remove';
    const uids = [...new Set(parts.map((one) => one.attrs.node ?? ''))];
    if (parts.length === 0 || parts.length > MAX_ITEMS || parts.some((one) => one.name !== 'item' || one.attrs.action !== action))
      return { fault: notRead };
    if (!uids.every(isUid)) return { fault: unknown };
    const rows = await named(session.user.accountId, uids);
    if (rows === null) return { fault: unknown };
    if (action === 'view') for (const row of rows) session.send(marked(row, session.jid.domain), null);
    else {
      if (!journal.accepting) return { fault: cannotChange };
      await remove(session, uids);
    }
    return { result: null };
  }

  function takeOver(session: ClientSession): void {
    // Only a client that has not been handed the messages already can do without them.
    if (session.presence === null) setByHand(session);
  }

  const nodes: DiscoNodes = {
    async info(session, node): Promise<DiscoInfo | null> {
      if (node !== OFFLINE) return null;
      takeOver(session);
      await settled();
      const { accountId } = session.user;
      const count = (await offline.counts([accountId])).get(accountId) ?? 0;
      return {
        identities: [{ category: 'automation', type: 'message-list' }],
        features: [OFFLINE],
        forms: [formElement('result', OFFLINE, [{ name: 'number_of_messages', values: [String(count)] }])],
      };
    },
    async items(session, node): Promise<readonly DiscoItem[] | null> {
      if (node !== OFFLINE) return null;
      takeOver(session);
      await settled();
      const rows = await read(session.user.accountId, MAX_HEADERS);
      return rows.map((row) => ({ jid: session.user.bare as BareJid, node: row.uid, name: senderOf(row) }));
    },
  };

  return {
    nodes,
    iq: (['get', 'set'] as const).map((type) => ({
      ns: OFFLINE,
      name: 'offline',
      targets: ['self', 'server'] as const,
      types: [type],
      handle: ({ session, payload }) => handle(session, payload, type),
    })),
  };
}
