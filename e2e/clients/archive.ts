import type { RawClient } from './raw.ts';
import { child, childText, escapeXml, find, type XmlElement } from './xml.ts';

export interface ArchivedMessage {
  /** The archive's own id (XEP-0359). */
  readonly archiveId: string;
  /** The id its sender wrote. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly stamp: string;
}

export interface ArchivePage {
  readonly messages: readonly ArchivedMessage[];
  readonly complete: boolean;
  readonly first: string;
  readonly last: string;
  readonly count: string;
}

const mam = 'urn:xmpp:mam:2';
let queries = 0;

/** One page of the client's own archive (XEP-0313), or of the room `to`. `set` is the content of the RSM element, `fields` of the form. */
export async function archivePage(
  client: RawClient,
  set: string,
  fields: Readonly<Record<string, string>> = {},
  to?: string,
): Promise<ArchivePage> {
  const queryId = `page${++queries}`;
  const from = client.mark();
  const form = Object.entries({ FORM_TYPE: mam, ...fields })
    .map(
      ([name, value]) => `<field var='${name}'${name === 'FORM_TYPE' ? " type='hidden'" : ''}><value>${escapeXml(value)}</value></field>`,
    )
    .join('');
  const answer = await client.query(
    'set',
    `<query xmlns='${mam}' queryid='${queryId}'><x xmlns='jabber:x:data' type='submit'>${form}</x><set xmlns='http://jabber.org/protocol/rsm'>${set}</set></query>`,
    to,
  );
  const fin = child(answer, 'fin');
  if (!fin) throw new Error(`the archive refused: ${answer.source}`);
  const messages: ArchivedMessage[] = [];
  for (const event of client.events.slice(from)) {
    if (event.is !== 'element') continue;
    const result = child(event.element, 'result', mam);
    if (result?.attrs.queryid === queryId) messages.push(archived(result));
  }
  const rsm = child(fin, 'set');
  return {
    messages,
    complete: fin.attrs.complete === 'true',
    first: childText(rsm, 'first'),
    last: childText(rsm, 'last'),
    count: childText(rsm, 'count'),
  };
}

function archived(result: XmlElement): ArchivedMessage {
  const message = find(result, 'message');
  return {
    archiveId: result.attrs.id ?? '',
    id: message?.attrs.id ?? '',
    from: message?.attrs.from ?? '',
    to: message?.attrs.to ?? '',
    body: childText(message, 'body'),
    stamp: find(result, 'delay')?.attrs.stamp ?? '',
  };
}

/** The whole archive, oldest first: the client's own, or that of a room. */
export async function wholeArchive(client: RawClient, to?: string): Promise<ArchivedMessage[]> {
  const all: ArchivedMessage[] = [];
  for (let after = ''; ; ) {
    const page = await archivePage(client, `<max>100</max>${after === '' ? '' : `<after>${escapeXml(after)}</after>`}`, {}, to);
    all.push(...page.messages);
    if (page.complete || page.messages.length === 0) return all;
    after = page.last;
  }
}
