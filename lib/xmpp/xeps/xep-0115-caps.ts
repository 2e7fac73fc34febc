/**
 * Entity capabilities (XEP-0115): the hash over what an entity says of itself. The server puts its own into the stream features and answers for the
 * node that names it. Hashes of others are believed only after `isVerified`, and forms of before 2008 never are.
 */
import { createHash } from 'node:crypto';
import type { Protocol, Room } from '../router/hooks.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { DiscoInfo, DiscoNodes } from './xep-0030-disco.ts';

export const protocol: Protocol = { number: 'XEP-0115', title: 'Entity Capabilities', version: '1.6.0', status: 'complete' };

export const CAPS = 'http://jabber.org/protocol/caps';
/** Names the software, not the installation (XEP-0115 §4). */
const SOFTWARE = 'urn:x-rollcall:server';

/** Order by octets of UTF-8 (`i;octet`), which JavaScript's own order is not outside the basic plane. */
const byOctets = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function formText(form: Element): { type: string; text: string } | null {
  let type: string | null = null;
  const fields: { name: string; values: string[] }[] = [];
  for (const field of form.elements()) {
    if (field.name !== 'field' || field.ns !== NS.dataForms) continue;
    const values = field
      .elements()
      .filter((child) => child.name === 'value')
      .map((child) => child.text());
    const name = field.attrs.var ?? '';
    if (name !== 'FORM_TYPE') fields.push({ name, values: values.sort(byOctets) });
    // Anything but a hidden FORM_TYPE makes the form none of ours (§5.4 3.6).
    else if (field.attrs.type === 'hidden') type = values[0] ?? null;
  }
  if (type === null) return null;
  fields.sort((a, b) => byOctets(a.name, b.name));
  return { type, text: `${type}<${fields.map(({ name, values }) => `${name}<${values.map((v) => `${v}<`).join('')}`).join('')}` };
}

/** The string that is hashed (XEP-0115 §5.1), or null when the information is ill-formed (two forms or features alike, §5.4). */
export function capsText(info: DiscoInfo): string | null {
  const identities = info.identities.map((i) => `${i.category}/${i.type}/${i.lang ?? ''}/${i.name ?? ''}<`).sort(byOctets);
  const features = info.features.map((feature) => `${feature}<`).sort(byOctets);
  const forms = info.forms.map(formText).filter((form) => form !== null);
  forms.sort((a, b) => byOctets(a.type, b.type));
  const differ = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
  if (!differ(identities) || !differ(features) || !differ(forms.map((form) => form.type))) return null;
  return identities.join('') + features.join('') + forms.map((form) => form.text).join('');
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64');

/** Does this answer to disco#info belong to the `ver` an entity announced with hash sha-1? */
export function isVerified(info: DiscoInfo, ver: string): boolean {
  const text = capsText(info);
  return text !== null && hashOf(text) === ver;
}

export interface Caps {
  readonly room: Room;
  /** Answers disco#info for `node#ver`. */
  readonly nodes: DiscoNodes;
  /** `<c/>` for stream features, as text (XEP-0115 §6.3). */
  element(): string;
}

export function createCaps(deps: { serverInfo: () => DiscoInfo }): Caps {
  let hashed = '';
  let ver = '';
  function current(): string {
    const text = capsText(deps.serverInfo());
    if (text === null) throw new Error('the server names an identity, a feature or a form twice');
    if (text !== hashed) {
      hashed = text;
      ver = hashOf(text);
    }
    return ver;
  }
  return {
    room: { name: 'caps', features: { server: [CAPS] }, protocols: [protocol] },
    nodes: {
      info: (_session, node) => (node === `${SOFTWARE}#${current()}` ? deps.serverInfo() : null),
      items: () => null,
    },
    element: () => `<c xmlns='${CAPS}' hash='sha-1' node='${SOFTWARE}' ver='${escapeAttribute(current())}'/>`,
  };
}
