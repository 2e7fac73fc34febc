/** Reading a query of the message archive (XEP-0313 §4, XEP-0059, XEP-0431). Pure: form and set in, question for the store or a fault out. */
import { parseJid } from '../kernel/jid.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { ArchivePageQuery } from './ports.ts';

export const FULL_TEXT = 'urn:xmpp:fulltext:0';
export const FULL_TEXT_FIELD = `{${FULL_TEXT}}fulltext`;

export interface ReadQuery {
  readonly query: ArchivePageQuery;
  readonly queryId: string;
  readonly flip: boolean;
  /** Every id the client named; each must be in the archive (§4.3.1 and XEP-0059). */
  readonly named: readonly string[];
}

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isUid = (text: string): boolean => UID.test(text);

const notFound: StanzaFault = { condition: 'item-not-found', type: 'cancel', text: 'There is no message with this id in the archive.' };
/** A client that reads page after page never gets this: it has one query under way. */
export const tooManyQueries: StanzaFault = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'Too many archive queries are waiting for their turn. Wait for answers before you ask more.',
};
const bad = (text: string): { fault: StanzaFault } => ({ fault: { condition: 'bad-request', type: 'modify', text } });

export function readArchiveQuery(payload: Element, accountId: number, pageSize: number): ReadQuery | { fault: StanzaFault } {
  // XEP-0442: archives of PubSub nodes are not asked for here.
  if (payload.attrs.node !== undefined)
    return { fault: { condition: 'item-not-found', type: 'cancel', text: 'This archive has no nodes.' } };
  const found: { with?: string; start?: number; end?: number; ids?: string[]; beforeUid?: string; afterUid?: string; text?: string } = {};
  const named: string[] = [];
  const form = payload.child('x', NS.dataForms);
  if (form) {
    const type = form.elements().find((field) => field.attrs.var === 'FORM_TYPE');
    if (type !== undefined && type.child('value')?.text() !== NS.archive) return bad('The form is not one of this archive.');
    for (const field of form.elements()) {
      if (field.name !== 'field') continue;
      const values = field
        .elements()
        .filter((one) => one.name === 'value')
        .map((one) => one.text());
      const value = values[0] ?? '';
      switch (field.attrs.var) {
        case 'FORM_TYPE':
          break;
        case 'with': {
          const jid = parseJid(value);
          if (jid === null) return bad('"with" is not a valid address.');
          found.with = jid.full;
          break;
        }
        case 'start':
        case 'end': {
          const at = Date.parse(value);
          if (!/^\d{4}-\d{2}-\d{2}T/.test(value) || Number.isNaN(at)) return bad(`"${field.attrs.var}" is not a date and time (XEP-0082).`);
          found[field.attrs.var] = at;
          break;
        }
        case 'before-id':
        case 'after-id':
          if (!isUid(value)) return { fault: notFound };
          named.push(value);
          found[field.attrs.var === 'before-id' ? 'beforeUid' : 'afterUid'] = value;
          break;
        case 'ids':
          if (!values.every(isUid)) return { fault: notFound };
          named.push(...values);
          found.ids = values;
          break;
        case FULL_TEXT_FIELD:
          found.text = value;
          break;
        default:
          return {
            fault: { condition: 'feature-not-implemented', type: 'modify', text: `This archive has no field "${field.attrs.var ?? ''}".` },
          };
      }
    }
  }
  const set = payload.child('set', NS.resultSets);
  const maxText = set?.child('max')?.text();
  if (maxText !== undefined && !/^\d{1,9}$/.test(maxText)) return bad('"max" is not a number.');
  const max = Math.min(maxText === undefined ? pageSize : Number(maxText), pageSize);
  const after = set?.child('after')?.text();
  const before = set?.child('before');
  if (set?.child('index') !== undefined)
    return { fault: { condition: 'feature-not-implemented', text: 'Pages are named by id, not by number.' } };
  if (after !== undefined) {
    if (!isUid(after)) return { fault: notFound };
    named.push(after);
    if (found.afterUid === undefined || after > found.afterUid) found.afterUid = after;
  }
  const beforeText = before?.text() ?? '';
  if (beforeText !== '') {
    if (!isUid(beforeText)) return { fault: notFound };
    named.push(beforeText);
    if (found.beforeUid === undefined || beforeText < found.beforeUid) found.beforeUid = beforeText;
  }
  return {
    query: { accountId, ...found, direction: before === undefined ? 'forward' : 'backward', max },
    queryId: payload.attrs.queryid ?? '',
    flip: payload.child('flip-page', NS.archive) !== undefined,
    named,
  };
}
