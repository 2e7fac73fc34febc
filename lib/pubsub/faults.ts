/** Refusals with their application condition (XEP-0060 §17.3). */
import { Element } from '../xmpp/stanza/element.ts';
import type { StanzaCondition, StanzaErrorType, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { PUBSUB_ERRORS } from './names.ts';

const fault = (
  condition: StanzaCondition,
  type: StanzaErrorType,
  detail: string | null,
  text?: string,
  attrs: Record<string, string> = {},
): StanzaFault => ({
  condition,
  type,
  ...(text === undefined ? {} : { text }),
  ...(detail === null ? {} : { detail: new Element(detail, PUBSUB_ERRORS, attrs) }),
});

export const faults = {
  malformed: (text: string) => fault('bad-request', 'modify', null, text),
  nodeIdRequired: fault('bad-request', 'modify', 'nodeid-required', 'The request names no node.'),
  itemRequired: fault('bad-request', 'modify', 'item-required', 'The request names no item.'),
  payloadRequired: fault('bad-request', 'modify', 'payload-required', 'An item of this node needs a payload.'),
  invalidPayload: fault('bad-request', 'modify', 'invalid-payload', 'An item holds exactly one element.'),
  payloadType: fault('bad-request', 'modify', 'invalid-payload', 'The payload is not of the type that this node takes.'),
  payloadTooBig: (bytes: number) =>
    fault('not-acceptable', 'modify', 'payload-too-big', `The payload is too large: ${bytes} bytes are allowed.`),
  invalidJid: fault('bad-request', 'modify', 'invalid-jid', 'The address to subscribe is not the one that asks.'),
  notSubscribed: fault('unexpected-request', 'cancel', 'not-subscribed', 'There is no such subscription.'),
  invalidSubid: fault('not-acceptable', 'modify', 'invalid-subid', 'There is no subscription with this id.'),
  invalidOptions: (text: string) => fault('bad-request', 'modify', 'invalid-options', text),
  noNode: fault('item-not-found', 'cancel', null, 'There is no such node.'),
  noItem: fault('item-not-found', 'cancel', null, 'There is no such item.'),
  exists: fault('conflict', 'cancel', null, 'A node of this name exists already.'),
  forbidden: fault('forbidden', 'auth', null),
  presenceRequired: fault(
    'not-authorized',
    'auth',
    'presence-subscription-required',
    'Only contacts who see the presence of the owner have access.',
  ),
  notInGroup: fault('not-authorized', 'auth', 'not-in-roster-group', 'Only contacts in certain groups have access.'),
  subscriptionRequired: fault('not-authorized', 'auth', 'not-subscribed', 'Only subscribers whom the owner approved have access.'),
  pending: fault('not-authorized', 'auth', 'pending-subscription', 'The owner has not yet answered the request.'),
  closed: fault('not-allowed', 'cancel', 'closed-node', 'Only those whom the owner listed have access.'),
  precondition: (field: string) =>
    fault(
      'conflict',
      'cancel',
      'precondition-not-met',
      `The node is configured otherwise: ${field}. Configure it first, or leave the option out.`,
    ),
  unsupported: (feature: string, text?: string) => fault('feature-not-implemented', 'cancel', 'unsupported', text, { feature }),
  unsupportedModel: fault('not-acceptable', 'modify', 'unsupported-access-model', 'This access model is not offered.'),
  invalidConfig: (text: string) => fault('not-acceptable', 'modify', null, text),
  lastOwner: fault('not-acceptable', 'modify', null, 'A node needs an owner: name another one first.'),
  maxNodes: (limit: number) =>
    fault('conflict', 'wait', 'max-nodes-exceeded', `No more than ${limit} nodes can be made here. Delete one first.`),
  maxItems: (limit: number) => fault('conflict', 'cancel', 'max-items-exceeded', `A publish request holds ${limit} items at most.`),
  tooManySubscriptions: fault('policy-violation', 'wait', 'too-many-subscriptions', 'The limit of subscriptions is reached.'),
  noSpace: fault('resource-constraint', 'wait', null, 'The storage for published items is full. Retract some first.'),
  tooFast: fault('policy-violation', 'wait', null, 'Too many changes in a short time. Try again in a moment.'),
  storeDown: fault('resource-constraint', 'wait', null, 'The server cannot reach its database. Try again in a moment.'),
  notHere: fault('service-unavailable', 'cancel', null),
} as const;
