/** Which items an answer holds (XEP-0060 §6.5.4 to §6.5.7 with XEP-0059): pages in the order of publishing, named by item id. Pure. */
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { NS } from '../../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../../xmpp/stanza/stanza.ts';
import { tag } from '../core.ts';
import { faults } from '../faults.ts';
import type { ItemHead } from '../ports.ts';

export interface Page {
  readonly heads: readonly ItemHead[];
  /** To go into the answer when a page was asked for, or the answer is not the whole. */
  readonly set: Element | null;
}

/** Without a page asked for, more than this is given in pages all the same. */
const UNASKED = 1000;
const MAX_PAGE = 500;

export function readPage(set: Element | undefined, maxItems: string | undefined, all: readonly ItemHead[]): Result<Page, StanzaFault> {
  if (maxItems !== undefined && !/^\d{1,9}$/.test(maxItems)) return refuse(faults.malformed('"max_items" is not a number.'));
  const newest = maxItems === undefined ? undefined : Number(maxItems);
  if (set === undefined) {
    // §6.5.7: the newest.
    const wanted = newest === undefined ? all : newest === 0 ? [] : all.slice(-newest);
    const { kept, isWhole } = fitting(wanted.slice(-UNASKED), 'last');
    return ok({ heads: kept, set: isWhole && kept.length === wanted.length ? null : summary(all, kept) });
  }
  const maxText = set.child('max', NS.resultSets)?.text();
  if (maxText !== undefined && !/^\d{1,9}$/.test(maxText)) return refuse(faults.malformed('"max" is not a number.'));
  const max = Math.min(maxText === undefined ? MAX_PAGE : Number(maxText), MAX_PAGE);
  const after = set.child('after', NS.resultSets)?.text() ?? '';
  const before = set.child('before', NS.resultSets)?.text();
  const index = set.child('index', NS.resultSets)?.text();
  let from = newest === undefined ? 0 : Math.max(0, all.length - newest);
  let to = all.length;
  if (index !== undefined) {
    if (!/^\d{1,9}$/.test(index)) return refuse(faults.malformed('"index" is not a number.'));
    from = Math.max(from, Number(index));
  }
  if (after !== '') {
    const at = all.findIndex((head) => head.id === after);
    if (at < 0) return refuse(faults.noItem);
    from = Math.max(from, at + 1);
  }
  if (before !== undefined && before !== '') {
    const at = all.findIndex((head) => head.id === before);
    if (at < 0) return refuse(faults.noItem);
    to = at;
  }
  const range = all.slice(from, Math.max(from, to));
  // XEP-0059 §2.6: only the count.
  if (max === 0) return ok({ heads: [], set: summary(all, []) });
  const page = before === undefined ? range.slice(0, max) : range.slice(-max);
  const { kept } = fitting(page, before === undefined ? 'first' : 'last');
  return ok({ heads: kept, set: summary(all, kept) });
}

function summary(all: readonly ItemHead[], page: readonly ItemHead[]): Element {
  const set = tag('set', NS.resultSets);
  const [first] = page;
  const last = page[page.length - 1];
  if (first !== undefined && last !== undefined) {
    set.children.push(
      tag('first', NS.resultSets, { index: String(all.indexOf(first)) }, first.id),
      tag('last', NS.resultSets, {}, last.id),
    );
  }
  set.children.push(tag('count', NS.resultSets, {}, String(all.length)));
  return set;
}

/** Bytes of payload in one answer: a stanza must stay one that clients and servers take. */
const ANSWER_BYTES = 1024 * 1024;

/** From one end as many as fit, one at least. */
export function fitting(heads: readonly ItemHead[], from: 'first' | 'last'): { kept: readonly ItemHead[]; isWhole: boolean } {
  let bytes = 0;
  let count = 0;
  const at = (i: number): ItemHead | undefined => (from === 'first' ? heads[i] : heads[heads.length - 1 - i]);
  for (; count < heads.length; count++) {
    bytes += (at(count)?.bytes ?? 0) + 100;
    if (count > 0 && bytes > ANSWER_BYTES) break;
  }
  if (count === heads.length) return { kept: heads, isWhole: true };
  return { kept: from === 'first' ? heads.slice(0, count) : heads.slice(heads.length - count), isWhole: false };
}
