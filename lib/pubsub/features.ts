/** What is announced by service discovery (XEP-0060 §10, XEP-0163 §6). */
import { PUBSUB } from './names.ts';

const common = [
  'access-authorize',
  'access-open',
  'access-presence',
  'access-roster',
  'access-whitelist',
  'auto-create',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'instant-nodes',
  'item-ids',
  'last-published',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'publish',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-default-sub',
  'retrieve-items',
  'retrieve-subscriptions',
  'rsm',
  'subscribe',
  'subscription-notifications',
  'subscription-options',
];

const named = (names: readonly string[]): string[] => names.map((name) => `${PUBSUB}#${name}`);

export const serviceFeatures: readonly string[] = [PUBSUB, ...named(common)].sort();
export const personFeatures: readonly string[] = [
  PUBSUB,
  `${PUBSUB}#pep`,
  ...named([...common, 'auto-subscribe', 'filtered-notifications', 'presence-notifications']),
].sort();
