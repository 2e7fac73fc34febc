/** The picture of a room (XEP-0486), kept as its vCard (XEP-0054, XEP-0153). */
import { createHash } from 'node:crypto';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { Configuring } from './configure.ts';
import type { MucContext } from './context.ts';
import { MUC_NS } from './names.ts';
import type { Room } from './room.ts';

const notOwner: StanzaFault = { condition: 'forbidden', text: 'Only owners change the picture of the room.' };
const tooLarge: StanzaFault = { condition: 'not-acceptable', text: 'The picture is too large. Use a smaller one.' };
const noVcard: StanzaFault = { condition: 'item-not-found' };

/** XEP-0153 §4.1: SHA-1 of the picture itself. Empty without one. */
function photoHash(vcard: Element): string {
  const data = vcard.child('PHOTO', MUC_NS.vcard)?.child('BINVAL', MUC_NS.vcard)?.text().replace(/\s+/g, '') ?? '';
  return data === '' ? '' : createHash('sha1').update(Buffer.from(data, 'base64')).digest('hex');
}

export interface VcardIq {
  get(room: Room): IqAnswer;
  set(room: Room, ask: ServiceAsk): Promise<IqAnswer> | IqAnswer;
}

export const createVcardIq = (deps: { readonly ctx: MucContext; readonly configuring: Configuring }): VcardIq => ({
  get: (room) => (room.vcard === '' ? { fault: noVcard } : { result: room.vcard }),
  set(room, ask) {
    if (deps.ctx.standingOf(room, ask.iq.from) !== 'owner') return { fault: notOwner };
    const vcard = new Element('vCard', MUC_NS.vcard, {}, ask.payload.children);
    const xml = vcard.elements().length === 0 ? '' : serialize(vcard, NS.client);
    if (Buffer.byteLength(xml) > deps.ctx.settings.get().maxAvatarBytes) return { fault: tooLarge };
    return deps.configuring.saveVcard(room, xml, photoHash(vcard)).then(() => ({ result: null }));
  },
});
