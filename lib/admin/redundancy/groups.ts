import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import { redundancyFaults as faults, haChecks } from '../../redundancy/index.ts';
import type { RedundancyGroup } from '../../redundancy/ports.ts';
import { defineUseCase } from '../shared/define.ts';
import { createGroupInput, groupInput, listGroupsInput, updateGroupInput } from './inputs.ts';
import { groupList } from './outputs.ts';
import { aloneGroup, type Context, findGroup, presentGroups } from './present.ts';

const target = (name: string, id: number) => ({ target: name, targetKey: `redundancy:${id}` });
const changed = (ctx: Context, groupId: number, says: string): void =>
  ctx.afterCommit(() => {
    ctx.deps.events.emit('redundancy.changed', { groupId, says, by: ctx.viewer.name });
    ctx.deps.failover.assigner?.refresh().catch((error: unknown) => ctx.deps.log.warn('assignment.not-refreshed', { error }));
    void ctx.deps.failover.announce();
  });
const done = z.object({ id: z.int(), name: z.string() });

export const listGroups = defineUseCase({
  id: 'redundancy.list',
  title: 'List redundancy groups',
  summary:
    'Groups of nodes that stand in for each other: each node with its state, since when and why, what happens next and when, and what may be asked of it.',
  may: 'redundancy.read',
  kind: 'read',
  input: listGroupsInput,
  output: groupList,
  rest: { method: 'GET', path: '/redundancy-groups' },
  cli: {
    words: ['redundancy', 'list'],
    aliases: [['utils', 'ha', 'status']],
    table: { path: 'nodes', columns: ['group', 'name', 'stateName', 'reasonName', 'since', 'acting', 'users', 'next'] },
    examples: ['rollcall utils ha status'],
  },
  async run(_input, { deps, stores }) {
    const { failover } = deps;
    if (failover.isAlone) {
      const group = aloneGroup(deps, (await stores.accounts.counts()).total);
      return ok({ alone: true, groups: [group], loose: [], nodes: group.nodes });
    }
    const [rows, counts] = await Promise.all([stores.redundancy.read(), stores.homes.counts()]);
    const groups = presentGroups(rows, deps, counts.byNode);
    const isThere = (name: string) => failover.nodes().some((node) => node.name === name && node.state !== 'gone');
    return ok({
      alone: false,
      groups,
      loose: rows.loose.map(({ name }) => ({ name, isThere: isThere(name) })),
      nodes: groups.flatMap((group) => group.nodes),
    });
  },
});

export const createGroup = defineUseCase({
  id: 'redundancy.create',
  title: 'Add a redundancy group',
  summary: 'Puts one or two nodes that are in no group into a new one. High availability is turned on afterwards.',
  may: 'redundancy.write',
  audit: 'redundancy.create',
  kind: 'change',
  input: createGroupInput,
  output: done,
  rest: { method: 'POST', path: '/redundancy-groups', status: 201 },
  cli: {
    words: ['redundancy', 'add'],
    positionals: [{ field: 'name', name: 'NAME' }],
    examples: ['rollcall redundancy add west --first imp3 --second imp4'],
  },
  async run(input, ctx) {
    const nodes = [input.first, ...(input.second === undefined ? [] : [input.second])];
    ctx.audit({ target: input.name, after: { name: input.name, nodes } });
    if (new Set(nodes).size < nodes.length) return refuse(faults.twice({}));
    const made = await ctx.stores.redundancy.create({
      name: input.name,
      description: input.description,
      highAvailability: false,
      automaticFallback: true,
      createdAt: ctx.deps.clock.now(),
      nodes,
    });
    if (made === 'taken') return refuse(faults.nameTaken({ name: input.name }, { fields: { name: 'Taken.' } }));
    if (made === 'node-taken') return refuse(faults.nodeTaken({ nodes: nodes.join(', ') }));
    ctx.audit(target(input.name, made));
    changed(ctx, made, `The group ${input.name} was added.`);
    return ok({ id: made, name: input.name });
  },
});

/** Why the nodes of a group may not change now; null when they may. */
async function againstNewNodes(ctx: Context, group: RedundancyGroup, next: readonly string[]) {
  if (group.highAvailability) return faults.haOn({ group: group.name });
  const away = group.nodes.find((node) => node.acting !== node.name);
  if (away) return faults.standsIn({ group: group.name, acting: away.acting, node: away.name });
  const { byNode } = await ctx.stores.homes.counts();
  const leaving = group.nodes.find((node) => !next.includes(node.name) && (byNode.get(node.name) ?? 0) > 0);
  return leaving ? faults.hasUsers({ node: leaving.name, users: byNode.get(leaving.name) ?? 0 }) : null;
}

export const updateGroup = defineUseCase({
  id: 'redundancy.update',
  title: 'Change a redundancy group',
  summary:
    'Changes name, description, nodes and automatic fallback of a group, and turns its high availability on or off; on only when nothing stands against it.',
  may: 'redundancy.write',
  audit: 'redundancy.update',
  kind: 'change',
  input: updateGroupInput,
  output: done,
  rest: { method: 'PATCH', path: '/redundancy-groups/{group}' },
  cli: {
    words: ['redundancy', 'update'],
    positionals: [{ field: 'group', name: 'GROUP' }],
    examples: ['rollcall redundancy update DefaultCUPSubcluster --second imp2', 'rollcall redundancy update west --high-availability true'],
  },
  async run(input, ctx) {
    ctx.audit({ target: input.group });
    const found = await findGroup(ctx, input.group);
    if (!found.ok) return found;
    const group = found.value;
    const before = group.nodes.map((node) => node.name);
    const { name, description, highAvailability, automaticFallback } = input;
    const first = input.first ?? before[0];
    const second = input.second === undefined ? before[1] : (input.second ?? undefined);
    const nodes = [first, second].filter((node) => node !== undefined);
    const isMoving = nodes.join('\n') !== before.join('\n');
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(highAvailability === undefined ? {} : { highAvailability }),
      ...(automaticFallback === undefined ? {} : { automaticFallback }),
      ...(isMoving ? { nodes } : {}),
    };
    ctx.audit({
      ...target(group.name, group.id),
      before: { name: group.name, nodes: before, highAvailability: group.highAvailability, automaticFallback: group.automaticFallback },
      after: patch,
    });
    if (new Set(nodes).size < nodes.length) return refuse(faults.twice({}));
    if (isMoving) {
      const against = await againstNewNodes(ctx, group, nodes);
      if (against) return refuse(against);
    }
    if (highAvailability === true && !group.highAvailability) {
      const against = isMoving ? ['Save its nodes first, then turn it on.'] : checks(ctx, group);
      if (against.length > 0) return refuse(faults.haChecks({ group: group.name, why: against.join(' ') }));
    }
    const answer = await ctx.stores.redundancy.update(group.id, input.version ?? group.version, patch);
    if (answer === 'stale') return refuse(faults.stale({ group: group.name }));
    if (answer === 'taken') return refuse(faults.nameTaken({ name: name ?? '' }, { fields: { name: 'Taken.' } }));
    if (answer === 'node-taken') return refuse(faults.nodeTaken({ nodes: nodes.join(', ') }));
    changed(ctx, group.id, `The group ${name ?? group.name} was changed.`);
    return ok({ id: group.id, name: name ?? group.name });
  },
});
function checks({ deps: { failover } }: Context, group: RedundancyGroup): readonly string[] {
  if (failover.recovery === null) return ['This node is alone.'];
  const versions = new Map(failover.nodes().map((node) => [node.name, { version: node.version, schema: node.schema }]));
  return haChecks(failover.recovery.viewOf(group), failover.recovery.rules(), versions);
}

export const deleteGroup = defineUseCase({
  id: 'redundancy.delete',
  title: 'Remove a redundancy group',
  summary: 'Takes the nodes of a group out of it and forgets the group. Refused while people have their home on one of them.',
  may: 'redundancy.write',
  audit: 'redundancy.delete',
  kind: 'change',
  input: groupInput,
  output: done,
  rest: { method: 'POST', path: '/redundancy-groups/{group}/delete' },
  cli: { words: ['redundancy', 'remove'], positionals: [{ field: 'group', name: 'GROUP' }] },
  async run({ group: ref }, ctx) {
    ctx.audit({ target: ref });
    const found = await findGroup(ctx, ref);
    if (!found.ok) return found;
    const group = found.value;
    ctx.audit({ ...target(group.name, group.id), before: { nodes: group.nodes.map((node) => node.name) } });
    const against = await againstNewNodes(ctx, group, []);
    if (against) return refuse(against);
    if (!(await ctx.stores.redundancy.remove(group.id, group.version))) return refuse(faults.stale({ group: group.name }));
    changed(ctx, group.id, `The group ${group.name} was removed.`);
    return ok({ id: group.id, name: group.name });
  },
});
