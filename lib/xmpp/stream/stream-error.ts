import { NS } from '../stanza/namespaces.ts';
import { escapeText } from '../stanza/serialize.ts';
import type { StreamCondition } from '../stanza/stanza.ts';

/** `<stream:error/>`: condition, text, application condition, in this order (RFC 6120 §4.9.2). `detail` is text. */
export const streamErrorXml = (condition: StreamCondition, text: string, detail: string): string =>
  `<stream:error><${condition} xmlns='${NS.streamErrors}'/>${
    text === '' ? '' : `<text xmlns='${NS.streamErrors}' xml:lang='en'>${escapeText(text)}</text>`
  }${detail}</stream:error>`;
