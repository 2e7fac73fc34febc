/** What the PubSub room speaks; the protocols page is printed from this. */
import type { Protocol } from '../xmpp/router/hooks.ts';

export const pubsubProtocols: readonly Protocol[] = [
  {
    number: 'XEP-0060',
    title: 'Publish-Subscribe',
    version: '1.31.0',
    status: 'complete',
    note: 'Leaf nodes; one subscription for each address; no collections.',
  },
  { number: 'XEP-0163', title: 'Personal Eventing Protocol', version: '1.2.2', status: 'complete' },
  { number: 'XEP-0222', title: 'Persistent Storage of Public Data via PubSub', version: '1.0.1', status: 'complete' },
  { number: 'XEP-0223', title: 'Persistent Storage of Private Data via PubSub', version: '1.1.1', status: 'complete' },
  {
    number: 'XEP-0490',
    title: 'Message Displayed Synchronization',
    version: '1.0.0',
    status: 'complete',
    note: 'By a node of the person.',
  },
  { number: 'XEP-0384', title: 'OMEMO Encryption', version: '0.8.3', status: 'complete', note: 'Nodes for devices and keys, open to all.' },
  { number: 'XEP-0172', title: 'User Nickname', version: '1.1', status: 'complete' },
  { number: 'XEP-0080', title: 'User Location', version: '1.10.0', status: 'complete' },
  { number: 'XEP-0107', title: 'User Mood', version: '1.2.1', status: 'complete' },
  { number: 'XEP-0108', title: 'User Activity', version: '1.3.1', status: 'complete' },
  { number: 'XEP-0118', title: 'User Tune', version: '1.3.0', status: 'complete' },
];
