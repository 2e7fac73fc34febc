/** What a notification says (XEP-0357 §7), and what an answer of the app server means. Pure. */
import type { PushValues } from '../config/schema/index.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { IqStanza } from '../xmpp/stanza/stanza.ts';
import { type FormField, formElement } from '../xmpp/xeps/xep-0004-forms.ts';

export const PUSH = 'urn:xmpp:push:0';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const SUMMARY = 'urn:xmpp:push:summary';
const MAX_TEXT = 200;

export interface Summary {
  readonly count: number;
  readonly sender: string;
  readonly text: string;
}

export function publication(node: string, options: Element | null, summary: Summary, content: PushValues['content']): Element {
  const fields: FormField[] = [];
  if (content !== 'nothing') fields.push({ name: 'message-count', values: [String(summary.count)] });
  if (content === 'sender' || content === 'text') fields.push({ name: 'last-message-sender', values: [summary.sender] });
  if (content === 'text' && summary.text !== '')
    fields.push({ name: 'last-message-body', values: [[...summary.text].slice(0, MAX_TEXT).join('')] });
  const notification = el('notification', PUSH, {}, ...(fields.length === 0 ? [] : [formElement('result', SUMMARY, fields)]));
  const publish = new Element('publish', PUBSUB, node === '' ? {} : { node }, [el('item', PUBSUB, {}, notification)]);
  return el('pubsub', PUBSUB, {}, publish, ...(options === null ? [] : [el('publish-options', PUBSUB, {}, options)]));
}

export type Verdict = 'taken' | 'failed' | 'gone';

/** Conditions by which an app server says that it does not know the client (any more). */
const GONE = new Set(['item-not-found', 'gone', 'forbidden', 'not-authorized', 'registration-required']);

/** An error of type `wait` is a bad moment; so is no answer. */
export function verdictOf(answer: IqStanza | null): Verdict {
  if (answer === null) return 'failed';
  if (answer.type === 'result') return 'taken';
  const error = answer.el.child('error', NS.client);
  if (error === undefined || error.attrs.type === 'wait') return 'failed';
  return error.elements().some((one) => one.ns === NS.stanzaErrors && GONE.has(one.name)) ? 'gone' : 'failed';
}
