/** vCard4 over XMPP (XEP-0292): kept in the person's own node, and read and written by a plain request too. */
import type { Roster } from '../roster/index.ts';
import type { IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { KeptItem, PersonalNodes } from './ports.ts';

export const vcard4Protocol: Protocol = { number: 'XEP-0292', title: 'vCard4 Over XMPP', version: '0.12.0', status: 'complete' };
export const VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';

const NODE = 'urn:xmpp:vcard4';
const nothing: StanzaFault = { condition: 'item-not-found', type: 'cancel' };
/** The same for people without one, people who show it to others only, and people who do not exist. */
const nobody: StanzaFault = { condition: 'service-unavailable', type: 'cancel' };
const notYours: StanzaFault = { condition: 'forbidden', type: 'auth' };
const options = { access_model: 'open', max_items: '1', persist_items: 'true' };

export function vcard4Handlers({ nodes, roster }: { readonly nodes: PersonalNodes; readonly roster: Roster }): readonly IqHandler[] {
  const newest = (items: readonly KeptItem[] | null): string | null => items?.[items.length - 1]?.xml ?? null;
  return [
    {
      ns: VCARD4,
      name: 'vcard',
      targets: ['self'],
      types: ['get', 'set'],
      async handle({ user, iq, payload }) {
        if (iq.type === 'get') {
          const xml = newest(await nodes.items(user, NODE));
          return xml === null ? { fault: nothing } : { result: xml };
        }
        const fault = await nodes.publish(user, NODE, [{ id: 'current', xml: serialize(payload, '') }], options);
        return fault === null ? { result: null } : { fault };
      },
    },
    {
      ns: VCARD4,
      name: 'vcard',
      targets: ['account'],
      types: ['get'],
      missing: nobody,
      async handle({ session, user }) {
        const model = nodes.modelOf(user, NODE);
        const mayRead = model === 'open' || (model === 'presence' && roster.isWatcher(user, session.user.bare));
        const xml = mayRead ? newest(await nodes.items(user, NODE)) : null;
        return xml === null ? { fault: nobody } : { result: xml };
      },
    },
    { ns: VCARD4, name: 'vcard', targets: ['account'], types: ['set'], missing: notYours, handle: () => ({ fault: notYours }) },
  ];
}
