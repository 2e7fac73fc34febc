/** Every refusal of the roster room on the wire. */
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';

export const rosterFaults = {
  /** RFC 6121 §2.3.3. */
  malformed: (text: string): StanzaFault => ({ condition: 'bad-request', type: 'modify', text }),
  badAddress: { condition: 'jid-malformed', type: 'modify', text: 'The address of the contact is not valid.' },
  unacceptable: (text: string): StanzaFault => ({ condition: 'not-acceptable', type: 'modify', text }),
  /** RFC 6121 §2.3.3, §2.1.5: nobody reads or changes the contact list of another. */
  notYours: { condition: 'forbidden', type: 'auth' },
  /** RFC 6121 §2.5.3. */
  noSuchContact: { condition: 'item-not-found', type: 'cancel', text: 'This contact is not on your contact list.' },
  yourself: { condition: 'not-allowed', type: 'cancel', text: 'You cannot be a contact of your own.' },
  tooManyContacts: (max: number): StanzaFault => ({
    condition: 'not-acceptable',
    type: 'cancel',
    text: `Your contact list is full: it may hold ${max} contacts. Remove one before you add another.`,
  }),
  theirListIsFull: {
    condition: 'not-acceptable',
    type: 'cancel',
    text: 'This person cannot be added: their contact list is full.',
  },
  tooManyWatchers: (max: number): StanzaFault => ({
    condition: 'resource-constraint',
    type: 'cancel',
    text: `No more than ${max} people may see your availability. Withdraw it from one before you approve another.`,
  }),
  theirWatchersAreFull: {
    condition: 'resource-constraint',
    type: 'cancel',
    text: 'This person cannot be added: no more people may see their availability.',
  },
  noSuchServer: { condition: 'remote-server-not-found', type: 'cancel', text: 'This server does not talk to that domain.' },
  requestTooLarge: { condition: 'not-acceptable', type: 'modify', text: 'The request is too large to be kept for the person you asked.' },
} as const satisfies Record<string, StanzaFault | ((value: never) => StanzaFault)>;
