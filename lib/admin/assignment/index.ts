import { z } from 'zod';
import { homesFor, rebalance } from '../../assignment/index.ts';
import { defineFaults, type Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { sliceOf } from '../shared/fields.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { resolveUsers } from '../users/resolve.ts';
import { assignWork, type Move, movesOf } from './assign-work.ts';
import {
  type AssignTarget,
  assignedPeopleInput,
  assignInput,
  previewAssignInput,
  previewRebalanceInput,
  rebalanceInput,
  showAssignmentInput,
  undoAssignInput,
} from './inputs.ts';

const faults = defineFaults('assignment', {
  alone: { kind: 'refused', message: 'This node is alone: it is home to everybody, so there is nothing to assign.' },
  noNode: { kind: 'missing', message: 'There is no node {node} in a redundancy group. Users can be assigned to: {nodes}.' },
  more: { kind: 'conflict', message: 'This would move {count} users by now, not {expected}. Look at the preview again.' },
  nothing: { kind: 'conflict', message: 'Nobody would move.' },
  none: { kind: 'refused', message: 'User assignment is set to None: choose Balanced or Active-Standby first, then rebalance.' },
  noJob: { kind: 'missing', message: 'There is no job {job} whose assignments could be taken back.' },
  unfinished: { kind: 'conflict', message: 'That job still runs. Cancel it first, then take back what it did.' },
});

type Context = UseCaseContext<AdminDeps>;
const nodesOf = async (stores: AdminStores): Promise<string[]> =>
  (await stores.redundancy.read()).groups.flatMap((group) => group.nodes.map((node) => node.name)).sort();

async function againstTarget(ctx: Context, to: string | null): Promise<Fault | null> {
  if (ctx.deps.failover.isAlone) return faults.alone();
  if (to === null) return null;
  const nodes = await nodesOf(ctx.stores);
  return nodes.includes(to) ? null : faults.noNode({ node: to, nodes: nodes.join(', ') || 'none' });
}

/** Everybody meant, with the home they have or are on the way to. */
async function movesFor(stores: AdminStores, target: AssignTarget): Promise<Move[]> {
  const { to } = target;
  const moves: Move[] = [];
  const add = async (accounts: readonly { readonly id: number; readonly userId: string }[]) => {
    const homes = await stores.homes.of(accounts.map(({ id }) => id));
    for (const { id, userId } of accounts) {
      const home = homes.get(id);
      moves.push([id, userId, home === undefined ? null : home.moving ? home.next : home.home, to]);
    }
  };
  if (target.users) {
    const { found, missing } = await resolveUsers(stores, target.users);
    await add(found);
    for (const user of missing) moves.push([0, user, null, to]);
    return moves;
  }
  if (target.from !== undefined) return [...(await movesFrom(stores, target.from, to, Number.POSITIVE_INFINITY))];
  let cursor: string | undefined;
  do {
    const page = await stores.homes.find({ node: null, limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { accountId, userId } of page.items) moves.push([accountId, userId, null, to]);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return moves;
}

async function movesFrom(stores: AdminStores, from: string, to: string | null, most: number): Promise<Move[]> {
  const ids: number[] = [];
  for (let after = 0; ids.length < most; ) {
    const part = await stores.homes.idsOn(from, after, Math.min(1_000, most - ids.length));
    if (part.length === 0) break;
    ids.push(...part);
    after = part.at(-1)!;
  }
  const moves: Move[] = [];
  for (let at = 0; at < ids.length; at += 1_000)
    for await (const accounts of stores.accounts.each({ ids: ids.slice(at, at + 1_000) }))
      for (const { id, userId } of accounts) moves.push([id, userId, from, to]);
  return moves;
}

const preview = z.object({
  /** Who would move, who is there already, and names that mean nobody. */
  moves: z.int(),
  stays: z.int(),
  missing: z.int(),
  sessions: z.int(),
  sample: z.array(z.object({ userId: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
  says: z.string(),
});

function previewOf(moves: readonly Move[], sessions: number): z.output<typeof preview> {
  const real = moves.filter(([id]) => id !== 0);
  const moving = real.filter(([, , from, to]) => from !== to);
  const count = moving.length.toLocaleString('en-US');
  return {
    moves: moving.length,
    stays: real.length - moving.length,
    missing: moves.length - real.length,
    sessions,
    sample: moving.slice(0, 20).map(([, userId, from, to]) => ({ userId, from, to })),
    says:
      moving.length === 0
        ? 'Nobody would move.'
        : `${count} user${moving.length === 1 ? '' : 's'} would get another home. ${sessions === 0 ? 'None of them is signed in on this node.' : `${sessions.toLocaleString('en-US')} session${sessions === 1 ? '' : 's'} on this node would move along.`}`,
  };
}
const sessionsOf = (ctx: Context, moves: readonly Move[]): Promise<number> =>
  countSessions(
    ctx,
    moves.filter(([id, , from, to]) => id !== 0 && from !== to),
  );
async function countSessions({ deps, stores }: Context, moves: readonly Move[]): Promise<number> {
  let sessions = 0;
  for (let at = 0; at < moves.length; at += 1_000)
    for await (const accounts of stores.accounts.each({ ids: moves.slice(at, at + 1_000).map(([id]) => id) }))
      for (const account of accounts) sessions += deps.engine.sessionsOf(account.bare).length;
  return sessions;
}

const show = defineUseCase({
  id: 'assignment.show',
  title: 'User assignment',
  summary: 'How many users have their home on which node, how many have none and cannot sign in, and what a rebalance would do.',
  may: 'assignment.read',
  kind: 'read',
  input: showAssignmentInput,
  output: z.object({
    alone: z.boolean(),
    mode: z.enum(['balanced', 'active-standby', 'none']),
    total: z.int(),
    unassigned: z.int(),
    moving: z.int(),
    nodes: z.array(
      z.object({ node: z.string(), group: z.string(), acting: z.string(), users: z.int(), share: z.number(), isThere: z.boolean() }),
    ),
    /** Users that a rebalance would move. */
    wouldMove: z.int(),
    says: z.string(),
  }),
  rest: { method: 'GET', path: '/assignment' },
  cli: { words: ['users', 'assignment'], table: { path: 'nodes', columns: ['node', 'group', 'acting', 'users', 'share'] } },
  async run(_input, { deps, stores }) {
    const mode = deps.settings.section('cluster').get().assignmentMode;
    if (deps.failover.isAlone) {
      const { total } = await stores.accounts.counts();
      return ok({
        alone: true,
        mode,
        total,
        unassigned: 0,
        moving: 0,
        nodes: [{ node: deps.nodeName, group: '', acting: deps.nodeName, users: total, share: 1, isThere: true }],
        wouldMove: 0,
        says: 'This node is alone, so it is home to everybody.',
      });
    }
    const [{ groups }, counts] = await Promise.all([stores.redundancy.read(), stores.homes.counts()]);
    const known = groups.flatMap((group) => group.nodes.map((node) => ({ node: node.name, group: group.name, acting: node.acting })));
    const strays = [...counts.byNode.keys()].filter((name) => !known.some(({ node }) => node === name));
    const nodes = [...known, ...strays.map((node) => ({ node, group: '', acting: '' }))];
    const flows = mode === 'none' ? [] : rebalance(homesFor(mode, groups), counts.byNode);
    return ok({
      alone: false,
      mode,
      total: counts.total,
      unassigned: counts.unassigned,
      moving: counts.moving,
      nodes: nodes.map((node) => {
        const users = counts.byNode.get(node.node) ?? 0;
        const isThere = deps.failover.nodes().some((facts) => facts.name === node.node && facts.state !== 'gone');
        return { ...node, users, share: counts.total === 0 ? 0 : Math.round((users / counts.total) * 1000) / 1000, isThere };
      }),
      wouldMove: flows.reduce((sum, flow) => sum + flow.count, 0),
      says:
        counts.unassigned > 0
          ? `${counts.unassigned.toLocaleString('en-US')} user${counts.unassigned === 1 ? ' has' : 's have'} no home and cannot sign in.`
          : 'Everybody has a home.',
    });
  },
});

const person = z.object({
  id: z.int(),
  userId: z.string(),
  address: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  home: z.string().nullable(),
  moving: z.boolean(),
  next: z.string().nullable(),
});

const people = defineUseCase({
  id: 'assignment.people',
  title: 'List homes of users',
  summary: 'Users with their home nodes: all, those of one node, those on the way, or those without a home.',
  may: 'assignment.read',
  kind: 'read',
  input: assignedPeopleInput,
  output: sliceOf(person),
  rest: { method: 'GET', path: '/assignment/users' },
  cli: { words: ['users', 'homes'], table: { path: 'items', columns: ['userId', 'address', 'home', 'next'] } },
  async run({ node, unassigned, moving, search, limit, cursor }, { deps, stores }) {
    const isAlone = deps.failover.isAlone;
    if (isAlone && (unassigned || moving || (node !== undefined && node !== deps.nodeName))) return ok({ items: [], next: null });
    const found = await stores.homes.find({
      ...(isAlone ? {} : unassigned ? { node: null } : node === undefined ? {} : { node }),
      ...(moving ? { moving } : {}),
      ...(search ? { search } : {}),
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return ok({
      items: found.items.map((row) => ({
        id: row.accountId,
        userId: row.userId,
        address: row.bare,
        name: row.name,
        enabled: row.enabled,
        home: isAlone ? deps.nodeName : row.home,
        moving: row.moving,
        next: row.next,
      })),
      next: found.nextCursor,
    });
  },
});

const previewAssign = defineUseCase({
  id: 'assignment.preview',
  title: 'Preview an assignment',
  summary: 'How many users would get another home, and how many of their sessions move along. Changes nothing.',
  may: 'assignment.read',
  kind: 'read',
  input: previewAssignInput,
  output: preview,
  rest: { method: 'POST', path: '/assignment/preview' },
  cli: { words: ['users', 'preview-assign'], examples: ['rollcall users preview-assign --from imp1 --to imp2'] },
  async run(input, ctx) {
    const against = await againstTarget(ctx, input.to);
    if (against) return refuse(against);
    const moves = await movesFor(ctx.stores, input);
    return ok(previewOf(moves, await sessionsOf(ctx, moves)));
  },
});

async function enqueue(ctx: Context, title: string, list: () => Promise<readonly Move[]>) {
  const job = await ctx.deps.jobs.enqueue(ctx, assignWork(title, list, ctx.deps, ctx.viewer));
  if (!job.ok) return job;
  ctx.audit({ target: title, targetKey: `job:${job.value.id}` });
  return ok(presentJob(job.value));
}

const assign = defineUseCase({
  id: 'assignment.assign',
  title: 'Assign users to a node',
  summary: 'Gives users another home as a job: those named, all of one home, or all without one. It can be taken back.',
  may: 'assignment.write',
  audit: 'assignment.assign',
  kind: 'change',
  input: assignInput,
  output: jobRow,
  rest: { method: 'POST', path: '/assignment', status: 202 },
  cli: {
    words: ['users', 'assign'],
    waits: true,
    examples: ['rollcall users assign --to imp2 --users anna --users bert', 'rollcall users assign --from imp1 --to imp2'],
  },
  async run({ expect, ...target }, ctx) {
    ctx.audit({ target: target.to ?? 'no node', after: { ...target, users: target.users?.length } });
    const against = await againstTarget(ctx, target.to);
    if (against) return refuse(against);
    if (expect !== undefined) {
      const { moves } = previewOf(await movesFor(ctx.stores, target), 0);
      if (moves > expect) return refuse(faults.more({ count: moves, expected: expect }));
    }
    return enqueue(ctx, target.to === null ? 'Take homes away' : `Assign users to ${target.to}`, () =>
      movesFor(ctx.deps.uow.stores, target),
    );
  },
});

async function planned(ctx: Context): Promise<Result<{ list: () => Promise<Move[]>; flows: ReturnType<typeof rebalance> }, Fault>> {
  const { failover, settings, uow } = ctx.deps;
  if (failover.isAlone) return refuse(faults.alone());
  const mode = settings.section('cluster').get().assignmentMode;
  if (mode === 'none') return refuse(faults.none());
  const flowsNow = async (stores: AdminStores) => {
    const [{ groups }, counts] = await Promise.all([stores.redundancy.read(), stores.homes.counts()]);
    return rebalance(homesFor(mode, groups), counts.byNode);
  };
  const list = async () => {
    const moves: Move[] = [];
    const taken = new Map<string, Move[]>();
    for (const { from, to, count } of await flowsNow(uow.stores)) {
      // One home may give to several: each of its people once.
      const rest = taken.get(from) ?? (await movesFrom(uow.stores, from, null, Number.POSITIVE_INFINITY));
      for (const [id, userId] of rest.splice(0, count)) moves.push([id, userId, from, to]);
      taken.set(from, rest);
    }
    return moves;
  };
  return ok({ list, flows: await flowsNow(ctx.stores) });
}

const previewRebalance = defineUseCase({
  id: 'assignment.previewRebalance',
  title: 'Preview a rebalance',
  summary:
    'How many users would move from which node to which, so that each has its even share as the assignment mode says. Changes nothing.',
  may: 'assignment.read',
  kind: 'read',
  input: previewRebalanceInput,
  output: z.object({ moves: z.int(), flows: z.array(z.object({ from: z.string(), to: z.string(), count: z.int() })), says: z.string() }),
  rest: { method: 'GET', path: '/assignment/rebalance/preview' },
  cli: { words: ['users', 'preview-rebalance'], table: { path: 'flows', columns: ['from', 'to', 'count'] } },
  async run(_input, ctx) {
    const plan = await planned(ctx);
    if (!plan.ok) return plan;
    const moves = plan.value.flows.reduce((sum, flow) => sum + flow.count, 0);
    const flows = plan.value.flows.map((flow) => ({ ...flow }));
    const text = flows.map(({ from, to, count }) => `${count.toLocaleString('en-US')} from ${from} to ${to}`).join(', ');
    return ok({ moves, flows, says: moves === 0 ? 'Nobody would move: the homes are balanced.' : `Users would move: ${text}.` });
  },
});

const runRebalance = defineUseCase({
  id: 'assignment.rebalance',
  title: 'Rebalance users',
  summary: 'Moves the fewest users after which each node has its even share, as a job. It can be taken back.',
  may: 'assignment.write',
  audit: 'assignment.rebalance',
  kind: 'change',
  input: rebalanceInput,
  output: jobRow,
  rest: { method: 'POST', path: '/assignment/rebalance', status: 202 },
  cli: { words: ['users', 'rebalance'], waits: true },
  async run({ expect }, ctx) {
    ctx.audit({ target: 'all users' });
    const plan = await planned(ctx);
    if (!plan.ok) return plan;
    const { flows, list } = plan.value;
    const moves = flows.reduce((sum, flow) => sum + flow.count, 0);
    ctx.audit({ after: { flows } });
    if (moves === 0) return refuse(faults.nothing());
    if (expect !== undefined && moves > expect) return refuse(faults.more({ count: moves, expected: expect }));
    return enqueue(ctx, 'Rebalance users', list);
  },
});

const undoAssign = defineUseCase({
  id: 'assignment.undo',
  title: 'Take assignments back',
  summary: 'Gives users of an earlier job the homes back that they had, as a job. Whoever was assigned since is left alone.',
  may: 'assignment.write',
  audit: 'assignment.undo',
  kind: 'change',
  input: undoAssignInput,
  output: jobRow,
  rest: { method: 'POST', path: '/assignment/undo', status: 202 },
  cli: { words: ['users', 'undo-assign'], positionals: [{ field: 'job', name: 'JOB' }], waits: true },
  async run({ job: id }, ctx) {
    ctx.audit({ target: id, targetKey: `job:${id}` });
    if (ctx.deps.failover.isAlone) return refuse(faults.alone());
    const row = await ctx.stores.jobs.get(id);
    const moves = row === null ? null : movesOf(row);
    if (row === null || moves === null) return refuse(faults.noJob({ job: id }));
    if (row.state === 'running' || row.state === 'waiting') return refuse(faults.unfinished());
    const back = moves
      .filter(([account, , from, to]) => account !== 0 && from !== to)
      .map(([account, userId, from, to]): Move => [account, userId, to, from]);
    if (back.length === 0) return refuse(faults.nothing());
    return enqueue(ctx, `Take back: ${row.title}`, async () => back);
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const assignment = {
  show,
  people,
  preview: previewAssign,
  assign,
  previewRebalance,
  rebalance: runRebalance,
  undo: undoAssign,
} as const;
