/** Who may do what with a node (XEP-0060 §4, §6.1.3, §6.5.9, §7.1.3). Pure: facts in, a refusal or nothing out. */
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { faults } from './faults.ts';
import type { Affiliation, NodeConfig, Subscription } from './ports.ts';

/** What is known of somebody at one node. */
export interface Standing {
  readonly affiliation: Affiliation | null;
  readonly subscription: Subscription['state'] | null;
  /** Sees the presence of an owner. */
  readonly sees: boolean;
  /** Groups in which an owner keeps them. */
  readonly groups: readonly string[];
}

const isInside = (affiliation: Affiliation | null): boolean =>
  affiliation === 'owner' || affiliation === 'publisher' || affiliation === 'member';

const inGroup = (config: NodeConfig, groups: readonly string[]): boolean => groups.some((group) => config.rosterGroups.includes(group));

/** Read items, be notified, see the node's description. */
export function mayRead(config: NodeConfig, who: Standing): StanzaFault | null {
  if (who.affiliation === 'outcast') return faults.forbidden;
  if (isInside(who.affiliation)) return null;
  // §4.1: a publish-only publisher may read nothing, whoever else may.
  if (who.affiliation === 'publish-only') return faults.forbidden;
  switch (config.accessModel) {
    case 'open':
      return null;
    case 'presence':
      return who.sees ? null : faults.presenceRequired;
    case 'roster':
      return inGroup(config, who.groups) ? null : faults.notInGroup;
    case 'authorize':
      return who.subscription === 'subscribed' ? null : who.subscription === 'pending' ? faults.pending : faults.subscriptionRequired;
    case 'whitelist':
      return faults.closed;
  }
}

/** Subscribe: like reading, except that `authorize` lets everyone ask. */
export function maySubscribe(config: NodeConfig, who: Standing): StanzaFault | 'ask-owner' | null {
  const read = mayRead(config, who);
  if (read === null || config.accessModel !== 'authorize' || who.affiliation === 'outcast' || who.affiliation === 'publish-only')
    return read;
  return who.subscription === 'pending' ? faults.pending : 'ask-owner';
}

export function mayPublish(config: NodeConfig, who: Standing): StanzaFault | null {
  if (who.affiliation === 'outcast') return faults.forbidden;
  if (who.affiliation === 'owner' || who.affiliation === 'publisher' || who.affiliation === 'publish-only') return null;
  if (config.publishModel === 'open') return null;
  if (config.publishModel === 'subscribers' && who.subscription === 'subscribed') return null;
  return faults.forbidden;
}
