import type { NodeFacts } from '../../cluster/ports.ts';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { actionsOf, haChecks, reasonNames, redundancyFaults, stateNames, whatNext } from '../../redundancy/index.ts';
import type { GroupNode, RedundancyGroup } from '../../redundancy/ports.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import type { GroupNodeView, GroupView } from './outputs.ts';

export type Context = UseCaseContext<AdminDeps>;
type Rows = Awaited<ReturnType<AdminStores['redundancy']['read']>>;

const plural = (count: number, one: string): string => `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
export const usersText = (count: number): string => plural(count, 'user');

export function presentGroups(rows: Rows, deps: AdminDeps, users: ReadonlyMap<string, number>): GroupView[] {
  return rows.groups.map((group) => presentGroup(group, deps, users));
}

function presentGroup(group: RedundancyGroup, deps: AdminDeps, users: ReadonlyMap<string, number>): GroupView {
  const { id, name, description, highAvailability, automaticFallback, version } = group;
  const nodes = group.nodes.map((node) => presentNode(group, node, deps, users));
  return {
    id,
    name,
    description,
    highAvailability,
    automaticFallback,
    version,
    nodes,
    ...howIs(group, nodes),
    against: [...against(group, deps)],
  };
}

function against(group: RedundancyGroup, { failover }: AdminDeps): readonly string[] {
  if (failover.recovery === null) return ['This node is alone; it takes two nodes in a group.'];
  const versions = new Map(failover.nodes().map((node) => [node.name, { version: node.version, schema: node.schema }]));
  return haChecks(failover.recovery.viewOf(group), failover.recovery.rules(), versions);
}

function presentNode(group: RedundancyGroup, node: GroupNode, deps: AdminDeps, users: ReadonlyMap<string, number>): GroupNodeView {
  const { recovery } = deps.failover;
  const facts: NodeFacts | undefined = deps.failover.nodes().find(({ name }) => name === node.name);
  const isThere = facts !== undefined && facts.state !== 'gone';
  const view = recovery?.viewOf(group);
  const next = recovery === null || view === undefined ? { says: '', at: null } : whatNext(view, recovery.rules(), node.name);
  return {
    name: node.name,
    group: group.name,
    position: node.position,
    acting: node.acting,
    isThere,
    state: isThere ? node.state : 'unknown',
    stateName: isThere ? stateNames[node.state] : 'Does not answer',
    reason: node.reason,
    reasonName: reasonNames[node.reason],
    since: node.since,
    by: node.by,
    next: next.says,
    nextAt: next.at,
    actions: recovery === null || view === undefined ? [] : actionsOf(view, recovery.rules(), node.name),
    users: users.get(node.name) ?? 0,
    sessions: isThere ? (facts?.health.sessions ?? null) : null,
    version: facts?.version ?? '',
    down: (facts?.health.down ?? []).map(({ service, why }) => `${service}: ${why}`),
  };
}

function howIs(group: RedundancyGroup, nodes: readonly GroupNodeView[]): Pick<GroupView, 'says' | 'tone'> {
  const failed = group.nodes.find((node) => node.state === 'running-in-failed-mode');
  if (failed) return { tone: 'bad', says: 'It runs in failed mode: nothing takes over any more until somebody asks for recovery.' };
  const away = group.nodes.find((node) => node.acting !== node.name);
  if (away)
    return {
      tone: 'notice',
      says: `${away.acting} acts for ${usersText(nodes.find((n) => n.name === away.name)?.users ?? 0)} of ${away.name}.`,
    };
  const gone = nodes.find((node) => !node.isThere);
  if (gone) return { tone: 'bad', says: `${gone.name} does not answer, and nobody acts for its ${usersText(gone.users)}.` };
  if (group.nodes.length < 2) return { tone: 'notice', says: 'It has one node: nothing takes over when that fails.' };
  if (!group.highAvailability) return { tone: 'notice', says: 'High availability is off: neither node takes over when the other fails.' };
  if (group.nodes.every((node) => node.state === 'normal'))
    return { tone: 'good', says: 'Both nodes work; each takes over when the other fails.' };
  return { tone: 'notice', says: 'Its nodes are just changing their state.' };
}

/** The one group of a node that is alone, as it would be. */
export function aloneGroup(deps: AdminDeps, users: number): GroupView {
  const [self] = deps.failover.nodes();
  const name = self?.name ?? deps.nodeName;
  const down = deps.services.list().filter((service) => service.critical && service.state !== 'started');
  const isUp = down.length === 0;
  const node: GroupNodeView = {
    name,
    group: 'DefaultCUPSubcluster',
    position: 1,
    acting: name,
    isThere: true,
    state: isUp ? 'normal' : 'initializing',
    stateName: isUp ? stateNames.normal : 'Critical Services Not Running',
    reason: isUp ? 'normal' : 'critical-service-down',
    reasonName: isUp ? reasonNames.normal : reasonNames['critical-service-down'],
    since: self?.startedAt ?? 0,
    by: '',
    next: 'Nothing: this node is alone, so nobody takes over when it fails.',
    nextAt: null,
    actions: [],
    users,
    sessions: self?.health.sessions ?? null,
    version: self?.version ?? '',
    down: down.map((service) => `${service.title}: ${service.why}`),
  };
  return {
    id: 0,
    name: node.group,
    description: '',
    highAvailability: false,
    automaticFallback: false,
    version: 0,
    nodes: [node],
    says: isUp
      ? 'This node is alone and works. Nothing takes over when it fails.'
      : 'This node is alone, and critical services of it do not run.',
    tone: isUp ? 'notice' : 'bad',
    against: ['This node is alone; it takes two nodes in a group.'],
  };
}

export async function findGroup(ctx: Context, ref: string): Promise<Result<RedundancyGroup, Fault>> {
  const { groups } = await ctx.stores.redundancy.read();
  const number = /^id:(\d{1,9})$/i.exec(ref)?.[1];
  const found = groups.find((group) =>
    number === undefined ? group.name.toLowerCase() === ref.toLowerCase() : group.id === Number(number),
  );
  return found ? ok(found) : refuse(redundancyFaults.noGroup({ group: ref }));
}

export async function findGroupOf(ctx: Context, node: string): Promise<Result<RedundancyGroup, Fault>> {
  const { groups } = await ctx.stores.redundancy.read();
  const found = groups.find((group) => group.nodes.some(({ name }) => name === node));
  return found ? ok(found) : refuse(redundancyFaults.noNode({ node }));
}
