import type { IqType, MessageType } from '../stanza/stanza.ts';

/**
 * RFC 6121 §8.5 as a table. What happens to a message for a local address, from its type, the kind of address, and who is available.
 * Where the RFC leaves a choice, ours: an error instead of silence for messages whose sender would otherwise believe them delivered, silence for
 * what nobody waits for.
 */
export type Address = 'bare' | 'full';
export type Situation = 'no-account' | 'none-available' | 'only-negative' | 'non-negative';
export type MessageRoute =
  /** Drop without a word. */
  | 'silent'
  /** `service-unavailable` to the sender. */
  | 'error'
  /** Keep for later, or refuse when that is off. */
  | 'offline'
  /** To the resource addressed. */
  | 'exact'
  /** To resources by the rule of the im room (most available, or all until one answers). */
  | 'chosen'
  /** To every available resource with non-negative priority. */
  | 'all';

export function messageRoute(type: MessageType, address: Address, situation: Situation, match: boolean): MessageRoute {
  // §8.5.1: no such account. An error never answers an error.
  if (situation === 'no-account') return type === 'error' || type === 'headline' ? 'silent' : 'error';
  // §8.5.3.1: a full JID that matches gets it, whatever the type and priority.
  if (address === 'full' && match) return 'exact';
  // §8.5.3.2 and §8.5.2: an error without the resource that asked is of no use to anyone.
  if (type === 'error') return 'silent';
  if (address === 'full') {
    // §8.5.3.2.1: only chat is treated as if to the bare JID.
    if (type === 'headline') return 'silent';
    if (type !== 'chat') return 'error';
  }
  // §8.5.2.1.1, §8.5.2.2.1
  if (type === 'groupchat') return 'error';
  if (type === 'headline') return situation === 'non-negative' ? 'all' : 'silent';
  return situation === 'non-negative' ? 'chosen' : 'offline';
}

export type IqRoute = 'handle' | 'exact' | 'error' | 'silent';

/** §8.5.2.1.3, §8.5.3.1, §8.5.3.2.3: an IQ to a bare JID is answered by the server for the account, never forwarded. */
export function iqRoute(type: IqType, address: Address, match: boolean, mayReach: boolean): IqRoute {
  const asks = type === 'get' || type === 'set';
  if (address === 'bare') return asks ? 'handle' : 'silent';
  if (!match) return asks ? 'error' : 'silent';
  return asks && !mayReach ? 'error' : 'exact';
}
