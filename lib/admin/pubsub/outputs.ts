import { z } from 'zod';
import { instant } from '../shared/fields.ts';

export const nodeRow = z.object({
  id: z.string(),
  owner: z.string(),
  kind: z.enum(['person', 'service']),
  node: z.string(),
  title: z.string(),
  accessModel: z.enum(['open', 'presence', 'roster', 'authorize', 'whitelist']),
  items: z.number(),
  bytes: z.number(),
  subscribers: z.number(),
  createdAt: instant,
  /** When the newest item was published; null without items. */
  lastItemAt: instant.nullable(),
});
export type NodeRow = z.output<typeof nodeRow>;

export const nodeView = nodeRow.omit({ lastItemAt: true, subscribers: true }).extend({
  creator: z.string(),
  description: z.string(),
  publishModel: z.enum(['publishers', 'subscribers', 'open']),
  rosterGroups: z.array(z.string()),
  persistItems: z.boolean(),
  /** 0: as many as the server allows. */
  maxItems: z.number(),
  /** Seconds; 0: never. */
  itemExpire: z.number(),
  sendLast: z.enum(['never', 'on_sub', 'on_sub_and_presence']),
  affiliations: z.array(
    z.object({ address: z.string(), affiliation: z.enum(['owner', 'publisher', 'publish-only', 'member', 'outcast']) }),
  ),
  subscriptions: z.array(z.object({ address: z.string(), state: z.enum(['subscribed', 'pending']), notified: z.boolean() })),
});
export type NodeView = z.output<typeof nodeView>;

export const nodeItem = z.object({
  id: z.string(),
  publisher: z.string(),
  at: instant,
  bytes: z.number(),
  /** Null where the node is not open to everyone: what people keep for themselves or for contacts is not shown. */
  payload: z.string().nullable(),
});
export type NodeItem = z.output<typeof nodeItem>;
