import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { redundancyFaults as faults, requestFailover, requestFallback, requestRecover } from '../../redundancy/index.ts';
import type { RedundancyGroup } from '../../redundancy/ports.ts';
import { defineUseCase } from '../shared/define.ts';
import { type haActions, nodeActionInput, previewActionInput, recoverInput } from './inputs.ts';
import { actionPreview } from './outputs.ts';
import { type Context, findGroup, findGroupOf, usersText } from './present.ts';

type Action = (typeof haActions)[number];
const request = { failover: requestFailover, fallback: requestFallback } as const;

const alone = ({ deps }: Context, node: string): Fault => (node === deps.nodeName ? faults.alone({ node }) : faults.noNode({ node }));

/** How many people, and sessions, change the node that acts for them. */
async function touched(ctx: Context, group: RedundancyGroup, action: Action, node: string): Promise<{ users: number; sessions: number }> {
  const { byNode } = await ctx.stores.homes.counts();
  const homes = action === 'recover' ? group.nodes.filter((one) => one.state === 'running-in-failed-mode').map((one) => one.name) : [node];
  const users = homes.reduce((sum, home) => sum + (byNode.get(home) ?? 0), 0);
  // Sessions are counted by the node that acts; those of one home are its share of them.
  const actors = new Map(group.nodes.map((one) => [one.name, one.acting]));
  let sessions = 0;
  for (const home of homes) {
    const acting = actors.get(home);
    const shared = group.nodes.filter((one) => one.acting === acting).reduce((sum, one) => sum + (byNode.get(one.name) ?? 0), 0);
    const online = ctx.deps.failover.nodes().find((facts) => facts.name === acting)?.health.sessions ?? 0;
    if (shared > 0) sessions += Math.round((online * (byNode.get(home) ?? 0)) / shared);
  }
  return { users, sessions };
}

function decided(ctx: Context, group: RedundancyGroup, action: Action, node: string): Result<unknown, Fault> {
  const { recovery } = ctx.deps.failover;
  if (recovery === null) return refuse(faults.alone({ node }));
  const view = recovery.viewOf(group);
  return action === 'recover'
    ? requestRecover(view, recovery.rules(), ctx.viewer.name)
    : request[action](view, recovery.rules(), node, ctx.viewer.name);
}

export const previewAction = defineUseCase({
  id: 'redundancy.preview',
  title: 'Preview a failover, fallback or recovery',
  summary: 'How many users and sessions change the node that acts for them, and whether it would be refused now. Changes nothing.',
  may: 'redundancy.read',
  kind: 'read',
  input: previewActionInput,
  output: actionPreview,
  rest: { method: 'GET', path: '/redundancy-groups/nodes/{node}/preview' },
  cli: {
    words: ['redundancy', 'preview'],
    positionals: [
      { field: 'action', name: 'ACTION' },
      { field: 'node', name: 'NODE' },
    ],
    examples: ['rollcall redundancy preview failover imp1'],
  },
  async run({ node, action }, ctx) {
    if (ctx.deps.failover.isAlone) return refuse(alone(ctx, node));
    const found = await findGroupOf(ctx, node);
    if (!found.ok) return found;
    const group = found.value;
    const numbers = await touched(ctx, group, action, node);
    const other = group.nodes.find((one) => one.name !== node)?.name ?? '';
    const decision = decided(ctx, group, action, node);
    const who = `${usersText(numbers.users)} (about ${numbers.sessions.toLocaleString('en-US')} sessions)`;
    const says = {
      failover: `${other} takes over ${who} of ${node}. Their clients stay signed in where they resume, others sign in again; ${node} stays idle until somebody asks for the fallback.`,
      fallback: `${node} takes back its ${who} from ${other}. Their clients stay signed in where they resume, others sign in again.`,
      recover: `Both nodes of ${group.name} begin anew. It concerns ${who}.`,
    }[action];
    return ok({ ...numbers, says, refused: decision.ok ? '' : decision.fault.message });
  },
});

const outcome = z.object({ group: z.string(), says: z.string() });

async function act(ctx: Context, group: RedundancyGroup, action: Action, node: string, expect: number | undefined) {
  const { recovery } = ctx.deps.failover;
  if (recovery === null) return refuse(faults.alone({ node }));
  const { users } = await touched(ctx, group, action, node);
  ctx.audit({
    target: node || group.name,
    targetKey: `redundancy:${group.id}`,
    before: Object.fromEntries(group.nodes.map((one) => [one.name, `${one.state}, ${one.acting} acts`])),
    after: { action, users },
  });
  if (expect !== undefined && users !== expect) return refuse(faults.changedCount({ count: users, expected: expect }));
  const by = ctx.viewer.name;
  const done = await recovery.ask(group.id, (view, rules) =>
    action === 'recover' ? requestRecover(view, rules, by) : request[action](view, rules, node, by),
  );
  if (!done.ok) return done;
  ctx.audit({ detail: done.value.says });
  return ok({ group: group.name, says: done.value.says });
}

const nodeAction = (action: 'failover' | 'fallback', title: string, summary: string) =>
  defineUseCase({
    id: `redundancy.${action}`,
    title,
    summary,
    may: 'redundancy.write',
    audit: `redundancy.${action}`,
    kind: 'effect',
    input: nodeActionInput,
    output: outcome,
    rest: { method: 'POST', path: `/redundancy-groups/nodes/{node}/${action}` },
    cli: {
      words: ['utils', 'ha', action],
      positionals: [{ field: 'node', name: 'NODE' }],
      examples: [`rollcall utils ha ${action} imp1`],
    },
    async run({ node, expect }, ctx) {
      ctx.audit({ target: node });
      if (ctx.deps.failover.isAlone) return refuse(alone(ctx, node));
      const found = await findGroupOf(ctx, node);
      return found.ok ? act(ctx, found.value, action, node, expect) : found;
    },
  });

export const failoverNode = nodeAction(
  'failover',
  'Fail a node over',
  'The other node of its group acts for the users of this one until somebody asks for the fallback.',
);
export const fallbackNode = nodeAction(
  'fallback',
  'Let a node take its users back',
  'A node that was failed over acts for its own users again.',
);

export const recoverGroup = defineUseCase({
  id: 'redundancy.recover',
  title: 'Recover a redundancy group',
  summary: 'Begins anew with a group that runs in failed mode. A node that is not fit stays failed over.',
  may: 'redundancy.write',
  audit: 'redundancy.recover',
  kind: 'effect',
  input: recoverInput,
  output: outcome,
  rest: { method: 'POST', path: '/redundancy-groups/{group}/recover' },
  cli: {
    words: ['utils', 'ha', 'recover'],
    positionals: [{ field: 'group', name: 'GROUP' }],
    examples: ['rollcall utils ha recover DefaultCUPSubcluster'],
  },
  async run({ group: ref, expect }, ctx) {
    ctx.audit({ target: ref });
    if (ctx.deps.failover.isAlone) return refuse(faults.alone({ node: ctx.deps.nodeName }));
    const found = await findGroup(ctx, ref);
    return found.ok ? act(ctx, found.value, 'recover', '', expect) : found;
  },
});
