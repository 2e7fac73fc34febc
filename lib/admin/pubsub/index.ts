import { z } from 'zod';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { sliceOf } from '../shared/fields.ts';
import { findNodesInput, nodeInput, nodeItemsInput } from './inputs.ts';
import { nodeItem, nodeRow, nodeView } from './outputs.ts';

const nodeFaults = defineFaults('pubsub', {
  missing: { kind: 'missing', message: 'There is no node "{node}" of {owner}.' },
});

const kindOf = (owner: string): 'person' | 'service' => (owner.includes('@') ? 'person' : 'service');
const targetOf = ({ owner, node }: { owner: string; node: string }) => ({
  target: `${node} of ${owner}`,
  targetKey: `node:${owner}:${node}`,
});
const positionals = [
  { field: 'owner', name: 'OWNER' },
  { field: 'node', name: 'NODE' },
];

const findNodes = defineUseCase({
  id: 'pubsub.find',
  title: 'Find nodes',
  summary: 'Lists nodes of people and of the publish-subscribe service, the newest first.',
  may: 'pubsub.read',
  kind: 'read',
  input: findNodesInput,
  output: sliceOf(nodeRow),
  rest: { method: 'GET', path: '/pubsub/nodes' },
  cli: {
    words: ['pubsub', 'list'],
    positionals: [{ field: 'owner', name: 'OWNER' }],
    table: { path: 'items', columns: ['owner', 'node', 'accessModel', 'items', 'bytes', 'subscribers', 'lastItemAt'] },
    examples: ['rollcall pubsub list anna@example.com', 'rollcall pubsub list --kind service'],
  },
  async run({ cursor, owner, kind, name, limit }, { deps }) {
    const page = await deps.pubsub.find({
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
      ...(owner === undefined ? {} : { owner }),
      ...(kind === undefined ? {} : { kind }),
      ...(name === undefined || name === '' ? {} : { name }),
    });
    const last = page.items[page.items.length - 1];
    return ok({
      items: page.items.map((node) => ({
        id: node.id,
        owner: node.owner,
        kind: kindOf(node.owner),
        node: node.name,
        title: node.config.title,
        accessModel: node.config.accessModel,
        items: node.itemCount,
        bytes: node.itemBytes,
        subscribers: node.subscribers,
        createdAt: node.at,
        lastItemAt: node.lastItemAt,
      })),
      next: page.next && last !== undefined ? last.id : null,
    });
  },
});

const showNode = defineUseCase({
  id: 'pubsub.show',
  title: 'Show a node',
  summary: 'The configuration of a node, who has a part in it and who is subscribed.',
  may: 'pubsub.read',
  kind: 'read',
  input: nodeInput,
  output: nodeView,
  rest: { method: 'GET', path: '/pubsub/nodes/{owner}/{node}' },
  cli: { words: ['pubsub', 'show'], positionals, examples: ['rollcall pubsub show pubsub.example.com news'] },
  async run(input, { deps }) {
    const node = await deps.pubsub.show(input.owner, input.node);
    if (node === null) return refuse(nodeFaults.missing(input));
    const { config } = node;
    return ok({
      id: node.id,
      owner: input.owner,
      kind: kindOf(input.owner),
      node: node.name,
      title: config.title,
      description: config.description,
      accessModel: config.accessModel,
      publishModel: config.publishModel,
      rosterGroups: [...config.rosterGroups],
      persistItems: config.persistItems,
      maxItems: config.maxItems,
      itemExpire: config.itemExpire,
      sendLast: config.sendLast,
      items: node.itemCount,
      bytes: node.itemBytes,
      createdAt: node.at,
      creator: node.creator,
      affiliations: [...node.affiliations].map(([address, affiliation]) => ({ address, affiliation })),
      subscriptions: node.subscriptions.map(({ jid, state, deliver }) => ({ address: jid, state, notified: deliver })),
    });
  },
});

const listItems = defineUseCase({
  id: 'pubsub.items',
  title: 'List items of a node',
  summary: 'The newest first. Payloads are shown of nodes that are open to everyone only.',
  may: 'pubsub.read',
  kind: 'read',
  input: nodeItemsInput,
  output: sliceOf(nodeItem),
  rest: { method: 'GET', path: '/pubsub/nodes/{owner}/{node}/items' },
  cli: {
    words: ['pubsub', 'items'],
    positionals,
    table: { path: 'items', columns: ['id', 'publisher', 'at', 'bytes'] },
    examples: ['rollcall pubsub items pubsub.example.com news'],
  },
  async run({ owner, node, limit, cursor }, { deps }) {
    const found = await deps.pubsub.show(owner, node);
    const page = found === null ? null : await deps.pubsub.items(owner, node, limit, cursor);
    if (found === null || page === null) return refuse(nodeFaults.missing({ owner, node }));
    const isOpen = found.config.accessModel === 'open';
    return ok({
      items: page.items.map(({ id, publisher, at, bytes, xml }) => ({ id, publisher, at, bytes, payload: isOpen ? xml : null })),
      next: page.next,
    });
  },
});

const deleteNode = defineUseCase({
  id: 'pubsub.delete',
  title: 'Delete a node',
  summary: 'Deletes a node with its items and subscriptions, and tells subscribers.',
  may: 'pubsub.write',
  audit: 'node.delete',
  kind: 'effect',
  input: nodeInput,
  output: z.object({ deleted: z.boolean() }),
  rest: { method: 'DELETE', path: '/pubsub/nodes/{owner}/{node}' },
  cli: { words: ['pubsub', 'delete'], positionals, examples: ['rollcall pubsub delete pubsub.example.com news'] },
  async run(input, ctx) {
    ctx.audit(targetOf(input));
    const node = await ctx.deps.pubsub.show(input.owner, input.node);
    if (node === null || !(await ctx.deps.pubsub.remove(input.owner, input.node))) return refuse(nodeFaults.missing(input));
    ctx.audit({ before: { items: node.itemCount, bytes: node.itemBytes, subscriptions: node.subscriptions.length } });
    return ok({ deleted: true });
  },
});

const purgeNode = defineUseCase({
  id: 'pubsub.purge',
  title: 'Empty a node',
  summary: 'Deletes all items of a node; the node, its configuration and its subscriptions stay.',
  may: 'pubsub.write',
  audit: 'node.purge',
  kind: 'effect',
  input: nodeInput,
  output: z.object({ removed: z.number() }),
  rest: { method: 'POST', path: '/pubsub/nodes/{owner}/{node}/purge' },
  cli: { words: ['pubsub', 'purge'], positionals, examples: ['rollcall pubsub purge pubsub.example.com news'] },
  async run(input, ctx) {
    ctx.audit(targetOf(input));
    const node = await ctx.deps.pubsub.show(input.owner, input.node);
    if (node === null || (node.config.persistItems && !(await ctx.deps.pubsub.purge(input.owner, input.node))))
      return refuse(nodeFaults.missing(input));
    ctx.audit({ before: { items: node.itemCount, bytes: node.itemBytes } });
    return ok({ removed: node.itemCount });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const pubsub = { find: findNodes, show: showNode, items: listItems, delete: deleteNode, purge: purgeNode } as const;
