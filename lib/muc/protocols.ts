/** What the room service speaks; the protocols page is printed from this. */
import type { Protocol } from '../xmpp/router/hooks.ts';

export const mucProtocols: readonly Protocol[] = [
  { number: 'XEP-0045', title: 'Multi-User Chat', version: '1.35.5', status: 'complete' },
  { number: 'XEP-0249', title: 'Direct MUC Invitations', version: '1.2', status: 'complete' },
  { number: 'XEP-0307', title: 'Unique Room Names for Multi-User Chat', version: '0.1', status: 'complete' },
  { number: 'XEP-0317', title: 'Hats', version: '0.3.1', status: 'complete' },
  { number: 'XEP-0410', title: 'MUC Self-Ping (Schrödinger’s Chat)', version: '1.1.0', status: 'complete' },
  { number: 'XEP-0421', title: 'Occupant identifiers for semi-anonymous MUCs', version: '1.0.1', status: 'complete' },
  { number: 'XEP-0424', title: 'Message Retraction', version: '0.4.2', status: 'complete', note: 'Passed on and kept in rooms.' },
  { number: 'XEP-0425', title: 'Moderated Message Retraction', version: '0.3.0', status: 'complete', note: 'Both namespaces in use.' },
  {
    number: 'XEP-0433',
    title: 'Extended Channel Search',
    version: '0.1.0',
    status: 'complete',
    note: 'On the address of the room service.',
  },
  { number: 'XEP-0486', title: 'MUC Avatars', version: '0.1.0', status: 'complete' },
];
