/** What an administrator may ask of a group: the step it takes, or why not. */
import type { Fault } from '../kernel/faults.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { redundancyFaults as faults } from './faults.ts';
import { type Decision, isHealing, isHealthy, type Rules, type Seen, seenOf, startFallback, type View } from './machine.ts';
import type { GroupNode, HaState } from './ports.ts';
import { durationInWords, stateNames } from './words.ts';

const moving: ReadonlySet<HaState> = new Set<HaState>(['failing-over', 'taking-over', 'falling-back', 'taking-back']);
export const isInTransition = (node: Pick<GroupNode, 'state'>): boolean => moving.has(node.state);

function busy({ group }: View): Fault | null {
  const doing = group.nodes.find(isInTransition);
  return doing ? faults.busy({ group: group.name, doing: doing.state.includes('back') ? 'falling back' : 'failing over' }) : null;
}

/** Why a node could not act for people now; empty when it could. */
export function whyUnfit(seen: Seen, rules: Rules): string {
  if (!seen.isThere) return 'it is not there.';
  if (!isHealthy({ ...seen, down: [] }, rules)) return 'it does not reach the database.';
  if (seen.isDraining) return 'it is about to stop.';
  const [down] = seen.down;
  return down === undefined ? '' : `${down.service} does not run (${down.why})`;
}

function pairOf(view: View, name: string): Result<{ x: GroupNode; y: GroupNode }, Fault> {
  const x = view.group.nodes.find((node) => node.name === name);
  if (x === undefined) return refuse(faults.noNode({ node: name }));
  const y = view.group.nodes.find((node) => node.name !== name);
  return y === undefined ? refuse(faults.alone({ node: name })) : ok({ x, y });
}

export function requestFailover(view: View, rules: Rules, name: string, by: string): Result<Decision, Fault> {
  const pair = pairOf(view, name);
  if (!pair.ok) return pair;
  const { x, y } = pair.value;
  if (!view.group.highAvailability) return refuse(faults.haOff({ group: view.group.name }));
  const already = busy(view);
  if (already) return refuse(already);
  for (const node of [x, y])
    if (node.state !== 'normal' || node.acting !== node.name)
      return refuse(faults.notNormal({ node: node.name, state: stateNames[node.state] }));
  const unfit = whyUnfit(seenOf(view, y), rules);
  if (unfit !== '') return refuse(faults.notHealthy({ node: y.name, why: unfit }));
  const reason = 'on-admin-request';
  return ok({
    steps: [
      { name: x.name, state: 'failing-over', reason, by, healthySince: null, handover: 'asked' },
      { name: y.name, state: 'taking-over', reason, by, healthySince: null },
    ],
    says: `${y.name} takes over the users of ${x.name}, asked for by ${by}.`,
    isFailover: true,
  });
}

export function requestFallback(view: View, rules: Rules, name: string, by: string): Result<Decision, Fault> {
  const pair = pairOf(view, name);
  if (!pair.ok) return pair;
  const { x, y } = pair.value;
  const already = busy(view);
  if (already) return refuse(already);
  if ((x.state !== 'idle' && x.state !== 'failed-over' && x.state !== 'failed-over-critical') || x.acting !== y.name)
    return refuse(faults.notFailedOver({ node: x.name, state: stateNames[x.state] }));
  const unfit = whyUnfit(seenOf(view, x), rules);
  if (unfit !== '') return refuse(faults.notHealthy({ node: x.name, why: unfit }));
  return ok(startFallback(x, y, 'on-admin-request', by, `${x.name} takes its users back, asked for by ${by}.`));
}

/** Both begin anew; the people of a node that is not fit stay with the one that is. */
export function requestRecover(view: View, rules: Rules, by: string): Result<Decision, Fault> {
  const { group } = view;
  if (!group.nodes.some((node) => node.state === 'running-in-failed-mode')) return refuse(faults.notFailed({ group: group.name }));
  const fit = group.nodes.filter((node) => whyUnfit(seenOf(view, node), rules) === '');
  const [one] = fit;
  if (one === undefined) {
    const [node] = group.nodes;
    return refuse(faults.notHealthy({ node: node?.name ?? '', why: node ? whyUnfit(seenOf(view, node), rules) : '' }));
  }
  const reason = 'on-admin-request';
  const says = `The group ${group.name} recovers, asked for by ${by}.`;
  if (fit.length === group.nodes.length)
    return ok({
      steps: group.nodes.map((node) => ({
        name: node.name,
        state: 'initializing',
        reason,
        by,
        healthySince: null,
        ...(node.acting === node.name ? { handover: 'none' } : { acting: node.name }),
      })),
      says,
      isFailover: true,
    });
  return ok({
    steps: group.nodes.map((node) => ({
      name: node.name,
      state: node === one ? 'running-in-backup-mode' : 'failed-over-critical',
      reason: 'peer-down',
      by,
      healthySince: null,
      ...(node.acting === one.name ? { handover: 'none' } : { acting: one.name }),
    })),
    says: `${says} ${one.name} acts for everybody until the other is back.`,
    isFailover: true,
  });
}

/** What stands against high availability in this group (admin-surface §2.2); empty when nothing does. */
export function haChecks(
  view: View,
  rules: Rules,
  versions: ReadonlyMap<string, { readonly version: string; readonly schema: number }>,
): string[] {
  const { nodes } = view.group;
  if (nodes.length < 2) return ['The group has one node; it takes two.'];
  const against: string[] = [];
  for (const node of nodes) {
    const unfit = whyUnfit(seenOf(view, node), rules);
    if (unfit !== '') against.push(`${node.name}: ${unfit}`);
    if (node.acting !== node.name) against.push(`${node.acting} acts for the users of ${node.name}.`);
  }
  const facts = nodes.flatMap((node) => versions.get(node.name) ?? []);
  const [a, b] = facts;
  if (a && b && (a.version !== b.version || a.schema !== b.schema))
    against.push(`The nodes run different releases: ${nodes[0]?.name} ${a.version}, ${nodes[1]?.name} ${b.version}.`);
  return against;
}

export type HaAction = 'failover' | 'fallback' | 'recover';

/** What may be asked of this node now. */
export function actionsOf(view: View, rules: Rules, name: string): HaAction[] {
  const actions: HaAction[] = [];
  if (requestFailover(view, rules, name, '').ok) actions.push('failover');
  if (requestFallback(view, rules, name, '').ok) actions.push('fallback');
  const own = view.group.nodes.find((node) => node.name === name);
  if (own?.state === 'running-in-failed-mode' && requestRecover(view, rules, '').ok) actions.push('recover');
  return actions;
}

/** What happens next to this node by itself, and when; for people. */
export function whatNext(view: View, rules: Rules, name: string): { readonly says: string; readonly at: number | null } {
  const x = view.group.nodes.find((node) => node.name === name);
  if (x === undefined) return { says: '', at: null };
  const y = view.group.nodes.find((node) => node.name !== name);
  const seen = seenOf(view, x);
  const { group, now } = view;
  switch (x.state) {
    case 'initializing':
      return { says: 'It becomes Normal as soon as its critical services run.', at: null };
    case 'failing-over':
    case 'taking-over':
    case 'falling-back':
    case 'taking-back':
      return {
        says: 'The users change the node that acts for them; this takes seconds.',
        at: (isInTransition(x) ? x.since : now) + rules.handOverLimitMs,
      };
    case 'idle':
      return { says: `It stays idle until somebody asks for the fallback. ${y?.name ?? ''} acts for its users.`, at: null };
    case 'failed-over': {
      if (!group.highAvailability) return { says: 'High availability is off: its users come back only by a fallback by hand.', at: null };
      if (!group.automaticFallback || !isHealing(x.reason)) return { says: 'Its users come back only by a fallback by hand.', at: null };
      const at = (x.healthySince ?? now) + rules.fallbackAfterMs;
      return {
        says: `It takes its users back in ${durationInWords(at - now)}, if no heartbeat is missed until then; a missed one starts the clock anew.`,
        at,
      };
    }
    case 'failed-over-critical':
      return {
        says: seen.isThere
          ? `It cannot take its users back yet: ${whyUnfit(seen, rules)}`
          : 'It cannot take its users back until it is there again.',
        at: null,
      };
    case 'running-in-failed-mode':
      return { says: `${x.acting} acts for its users. Nothing more happens until somebody asks for recovery.`, at: null };
    case 'running-in-backup-mode':
      return { says: `It serves its own users and those of ${y?.name ?? 'the other node'} until that takes them back.`, at: null };
    default: {
      const longest = [...seen.down].sort((a, b) => b.forMs - a.forMs)[0];
      if (longest && group.highAvailability && y)
        return {
          says: `${longest.service} does not run. When that lasts, ${y.name} takes over.`,
          at: now + Math.max(0, rules.criticalServiceDelayMs - longest.forMs),
        };
      if (y && group.highAvailability) return { says: `${y.name} takes over when it fails.`, at: null };
      return {
        says: y ? 'Nothing: high availability is off, so nobody takes over when it fails.' : 'Nothing: it is alone in its group.',
        at: null,
      };
    }
  }
}
