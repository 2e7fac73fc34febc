import { z } from 'zod';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { nodeInput, showTopologyInput } from './inputs.ts';
import { topologySentences } from './sentences.ts';

const topologyFaults = defineFaults('topology', {
  unknown: { kind: 'missing', message: 'There is no node called {name} in this cluster.' },
  running: { kind: 'conflict', message: 'Node {name} is running. Stop it first; a node can be removed once it is gone or stopped.' },
  self: { kind: 'conflict', message: 'Node {name} is the one that answers you and cannot remove itself. Ask another node.' },
  alone: {
    kind: 'conflict',
    message: 'This node is alone: it was started without NATS_URL, so there is nothing to change about its cluster.',
  },
});

const nodeView = z.object({
  name: z.string(),
  /** The one that answers. */
  self: z.boolean(),
  role: z.enum(['publisher', 'subscriber']),
  state: z.enum(['joining', 'up', 'draining', 'gone', 'stopped']),
  since: instant,
  why: z.string(),
  version: z.string(),
  schema: z.int(),
  /** Of its console. */
  address: z.string(),
  startedAt: instant,
  heardAt: instant,
  /** Milliseconds there and back; null when it was not measured yet. */
  delayMs: z.number().nullable(),
  sessions: z.int(),
  users: z.int(),
  database: z.enum(['up', 'down']),
  /** Critical services that do not run. */
  down: z.array(z.object({ service: z.string(), since: instant, why: z.string() })),
  /** Octets that wait for it here. */
  waiting: z.int(),
});
export type NodeView = z.output<typeof nodeView>;

type Context = UseCaseContext<AdminDeps>;

/** Those that are known on the bus, then those the database knows to have stopped. */
async function viewNodes({ stores, deps }: Pick<Context, 'stores' | 'deps'>): Promise<NodeView[]> {
  const self = deps.nodes.self();
  const known = deps.nodes.details().map(({ facts, address, since, why }): NodeView => {
    const { name, role, state, version, schema, startedAt, heardAt, delayMs, health } = facts;
    return {
      ...{ name, role, state, version, schema, startedAt, heardAt, delayMs, address, since, why },
      self: name === self,
      sessions: state === 'gone' ? 0 : health.sessions,
      users: state === 'gone' ? 0 : health.users,
      database: health.database,
      down: health.down.map((each) => ({ ...each })),
      waiting: deps.nodes.waiting(name),
    };
  });
  if (deps.nodes.isAlone()) return known;
  const stopped = (await stores.cluster.nodes()).flatMap((row): NodeView[] => {
    if (known.some(({ name }) => name === row.name)) return [];
    const { name, role, version, schema, address, startedAt } = row;
    const at = row.seenAt ?? startedAt;
    const quiet = { delayMs: null, sessions: 0, users: 0, database: 'up' as const, down: [], waiting: 0, self: false };
    return [
      {
        ...{ name, role, version, schema, address, startedAt, ...quiet },
        state: 'stopped',
        since: at,
        heardAt: at,
        why: 'It was stopped.',
      },
    ];
  });
  return [...known, ...stopped];
}

const showTopology = defineUseCase({
  id: 'topology.show',
  title: 'Show the nodes',
  summary: 'The nodes of the cluster: role, state since when and why, people and sessions, health, and the delay on the way to each.',
  may: 'cluster.read',
  kind: 'read',
  input: showTopologyInput,
  output: z.object({
    alone: z.boolean(),
    /** Whether the node that answers hears the others. */
    hearing: z.boolean(),
    sentences: z.array(z.object({ tone: z.enum(['good', 'bad', 'neutral']), text: z.string() })),
    nodes: z.array(nodeView),
    /** Who was not let in lately. */
    refused: z.array(z.object({ at: instant, name: z.string(), address: z.string(), why: z.string() })),
  }),
  rest: { method: 'GET', path: '/cluster/nodes' },
  cli: {
    words: ['cluster', 'nodes'],
    aliases: [['show', 'network', 'cluster']],
    table: { path: 'nodes', columns: ['name', 'role', 'state', 'since', 'why', 'users', 'sessions', 'delayMs', 'version'] },
  },
  async run(_input, ctx) {
    const nodes = await viewNodes(ctx);
    const facts = { isAlone: ctx.deps.nodes.isAlone(), isHearing: ctx.deps.nodes.isHearing() };
    return ok({
      alone: facts.isAlone,
      hearing: facts.isHearing,
      sentences: topologySentences(nodes, facts),
      nodes,
      refused: ctx.deps.nodes.refusals().map((each) => ({ ...each })),
    });
  },
});

const target = (name: string) => ({ target: name, targetKey: `node:${name}` });

const removeNode = defineUseCase({
  id: 'topology.remove',
  title: 'Remove a node',
  summary: 'Takes a node that is gone or stopped off the list. Its process may join again while it knows the join secret.',
  may: 'cluster.write',
  audit: 'cluster.remove-node',
  kind: 'change',
  input: nodeInput,
  output: z.object({ name: z.string() }),
  rest: { method: 'DELETE', path: '/cluster/nodes/{name}' },
  cli: { words: ['cluster', 'remove'], positionals: [{ field: 'name', name: 'NODE' }] },
  async run({ name }, ctx) {
    if (ctx.deps.nodes.isAlone()) return refuse(topologyFaults.alone());
    if (name === ctx.deps.nodes.self()) return refuse(topologyFaults.self({ name }));
    const node = (await viewNodes(ctx)).find((each) => each.name === name);
    if (!node) return refuse(topologyFaults.unknown({ name }));
    if (node.state !== 'gone' && node.state !== 'stopped') return refuse(topologyFaults.running({ name }));
    await ctx.stores.cluster.remove(name);
    ctx.audit({ ...target(name), before: { role: node.role, state: node.state } });
    ctx.afterCommit(() => ctx.deps.nodes.changed());
    return ok({ name });
  },
});

const promoteNode = defineUseCase({
  id: 'topology.promote',
  title: 'Make a node the publisher',
  summary:
    'The publisher is the node that others wait for at their start, and whose word counts for what only one may do. Every other one becomes a subscriber.',
  may: 'cluster.write',
  audit: 'cluster.promote-node',
  kind: 'change',
  input: nodeInput,
  output: z.object({ name: z.string() }),
  rest: { method: 'POST', path: '/cluster/nodes/{name}/promote' },
  cli: { words: ['cluster', 'promote'], positionals: [{ field: 'name', name: 'NODE' }] },
  async run({ name }, ctx) {
    if (ctx.deps.nodes.isAlone()) return refuse(topologyFaults.alone());
    const before = (await ctx.stores.cluster.nodes()).find(({ role }) => role === 'publisher')?.name ?? '';
    if (!(await ctx.stores.cluster.promote(name))) return refuse(topologyFaults.unknown({ name }));
    ctx.audit({ ...target(name), before: { publisher: before }, after: { publisher: name } });
    ctx.afterCommit(() => ctx.deps.nodes.changed());
    return ok({ name });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const topology = { show: showTopology, remove: removeNode, promote: promoteNode } as const;
