/**
 * vCards (XEP-0054): one's own to read and write, others' to read. Someone without a vCard and someone who does not exist are answered alike, so
 * that the answer tells no one who has an account.
 */
import type { IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { lasting } from './lasting.ts';
import type { ProfileStore } from './ports.ts';
import { type Photo, photoOf } from './vcard-photo.ts';

export const protocol: Protocol = { number: 'XEP-0054', title: 'vcard-temp', version: '1.2', status: 'complete' };

const VCARD = 'vcard-temp';
/** Octets, picture included. */
export const MAX_VCARD_BYTES = 131_072;

const nothing: StanzaFault = { condition: 'item-not-found', type: 'cancel' };
const nobody: StanzaFault = { condition: 'service-unavailable', type: 'cancel' };
const notYours: StanzaFault = { condition: 'forbidden', type: 'auth' };
const tooLarge: StanzaFault = {
  condition: 'not-acceptable',
  type: 'modify',
  text: `The vCard is too large: ${MAX_VCARD_BYTES / 1024} KiB are allowed. Use a smaller picture.`,
};

/**
 * `saved` hears of a vCard that its owner has stored; `turn` is for whoever else writes the vCard of a person; `cardOf` has one for people who stored
 * none.
 */
export const vcardHandlers = (deps: {
  store: ProfileStore;
  saved?: ((user: User, photo: Photo | null) => void) | undefined;
  turn?: (<T>(user: User, work: () => Promise<T>) => Promise<T>) | undefined;
  cardOf?: ((accountId: number) => Promise<string | null>) | undefined;
}): readonly IqHandler[] => [
  {
    ns: VCARD,
    name: 'vCard',
    targets: ['self'],
    types: ['get', 'set'],
    async handle({ session, user, iq, payload }) {
      if (iq.type === 'get') {
        const xml = (await deps.store.vcard(user.accountId)) ?? (await deps.cardOf?.(user.accountId)) ?? null;
        return xml === null ? { fault: nothing } : { result: xml };
      }
      const xml = serialize(payload, NS.client);
      if (Buffer.byteLength(xml) > MAX_VCARD_BYTES) return { fault: tooLarge };
      const photo = photoOf(payload);
      const save = async () => {
        await deps.store.saveVcard(user.accountId, xml, photo?.hash ?? '');
        deps.saved?.(user, photo);
      };
      return lasting(session, () => (deps.turn === undefined ? save() : deps.turn(user, save)));
    },
  },
  {
    ns: VCARD,
    name: 'vCard',
    targets: ['account'],
    types: ['get'],
    missing: nobody,
    async handle({ user }) {
      const xml = (await deps.store.vcard(user.accountId)) ?? (await deps.cardOf?.(user.accountId)) ?? null;
      return xml === null ? { fault: nobody } : { result: xml };
    },
  },
  { ns: VCARD, name: 'vCard', targets: ['account'], types: ['set'], missing: notYours, handle: () => ({ fault: notYours }) },
];
