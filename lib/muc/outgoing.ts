/**
 * What a room sends. A stanza is written once; for each recipient only `to` is put in between, so that a message to a thousand occupants costs
 * a thousand times joining three pieces of text that exist already.
 */
import type { Jid } from '../kernel/jid.ts';
import { stanzaOver } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { Stanza } from '../xmpp/stanza/stanza.ts';

const NOTHING = new Element('presence', NS.client);

/** A stanza whose recipient is still open. `head` ends where the address of the recipient begins, `tail` begins after it. */
export interface Outgoing {
  readonly stanza: Stanza;
  readonly head: string;
  readonly tail: string;
}

const typeText = (type: string): string => (type === '' || type === 'normal' ? '' : ` type='${type}'`);

/** From its parts as text. `inner` stands in `jabber:client`. */
export function outgoing(
  kind: 'message' | 'presence',
  type: string,
  from: Jid,
  inner: string,
  more: { readonly id?: string; readonly lang?: string; readonly el?: Element } = {},
): Outgoing {
  const id = more.id === undefined || more.id === '' ? '' : ` id='${escapeAttribute(more.id)}'`;
  const lang = more.lang === undefined || more.lang === '' ? '' : ` xml:lang='${escapeAttribute(more.lang)}'`;
  return {
    // For the recipient's block list and for the message room: who it is from, and what kind of stanza.
    stanza: stanzaOver(kind, type, from, null, more.id ?? '', more.lang ?? '', more.el ?? NOTHING, null),
    head: `<${kind} from='${escapeAttribute(from.full)}' to='`,
    tail: `'${typeText(type)}${id}${lang}>${inner}</${kind}>`,
  };
}
