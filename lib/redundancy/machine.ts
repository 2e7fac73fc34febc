/**
 * The state machine of presence redundancy groups (admin-surface §4): from what is stored and what is seen to the next step, and nothing else. It
 * knows no clock and no database, so that every rule of it can be tried out. Whoever takes a step does so under the version it was decided on.
 *
 * Who stands in for whom is the acting node of a home; the states say how it came to that. `x` is the node in question, `y` the other one.
 */
import type { GroupNode, HaReason, HaState, NodeStep, RedundancyGroup } from './ports.ts';

/** A node as the one that decides sees it now. */
export interface Seen {
  /** Heard of lately; one that cannot hear takes everybody for there. */
  readonly isThere: boolean;
  /** Seen since the one that decides has started. */
  readonly wasSeen: boolean;
  readonly isDraining: boolean;
  /** A heartbeat was missed just now, though it does not count as gone. */
  readonly missedBeat: boolean;
  /** Critical services that do not run, and for how long. */
  readonly down: readonly { readonly service: string; readonly forMs: number; readonly why: string }[];
  readonly provedAgoMs: number;
}

export interface Rules {
  readonly criticalServiceDelayMs: number;
  readonly leaseMs: number;
  readonly fallbackAfterMs: number;
  /** How long a peer that was never seen is waited for. */
  readonly initializationMs: number;
  /** A hand-over that its node neither finishes nor dies in. */
  readonly handOverLimitMs: number;
}

export interface View {
  readonly group: RedundancyGroup;
  readonly seen: ReadonlyMap<string, Seen>;
  /** Wall clock. */
  readonly now: number;
  /** How long the one that decides has been running. */
  readonly runningMs: number;
}

export interface Decision {
  readonly steps: readonly NodeStep[];
  /** For the log and the alarm, in words. */
  readonly says: string;
  /** Whether people lose the node that acted for them. */
  readonly isFailover: boolean;
}

/** Automatic fallback follows these three, and no other (admin-surface §4.5): a service came back, a node came back, the network came back. */
const heals: ReadonlySet<HaReason> = new Set<HaReason>([
  'critical-service-down',
  'database-failure',
  'peer-down',
  'peer-reboot',
  'peer-down-during-initialization',
  'initialization',
  'auto-recovery-critical-service-down',
  'auto-recovery-database-failure',
]);
export const isHealing = (reason: HaReason): boolean => heals.has(reason);

const absent: Seen = {
  isThere: false,
  wasSeen: false,
  isDraining: false,
  missedBeat: false,
  down: [],
  provedAgoMs: Number.POSITIVE_INFINITY,
};
export const seenOf = (view: View, node: GroupNode): Seen => view.seen.get(node.name) ?? absent;

/** It showed lately that it reaches the database; a little over the lease, since the two clocks are read at different moments. */
const proves = (seen: Seen, rules: Rules): boolean => seen.provedAgoMs <= rules.leaseMs + PROOF_SLACK_MS;
const PROOF_SLACK_MS = 500;
/** There to stay, with the database, and all critical services run. */
export const isHealthy = (seen: Seen, rules: Rules): boolean =>
  seen.isThere && !seen.isDraining && proves(seen, rules) && seen.down.length === 0;
/** It certainly does not act any more: the lease it acts under has run out by the clock of the database. */
const isOut = (seen: Seen, rules: Rules): boolean => !proves(seen, rules);

const set = (node: GroupNode, state: HaState, reason: HaReason, more: Partial<NodeStep> = {}): NodeStep => ({
  name: node.name,
  state,
  reason,
  by: '',
  healthySince: null,
  ...more,
});

/** The next step of this group, if there is one now. */
export function decide(view: View, rules: Rules): Decision | null {
  const [first, second] = view.group.nodes;
  if (first === undefined) return null;
  if (second === undefined) return settle(view, rules, first);
  for (const [x, y] of [
    [first, second],
    [second, first],
  ] as const) {
    const step =
      x.state === 'failing-over'
        ? finishFailover(view, rules, x, y)
        : x.state === 'taking-back'
          ? finishFallback(view, rules, x, y)
          : x.acting === y.name && y.state === 'running-in-backup-mode'
            ? whileBackedUp(view, rules, x, y)
            : null;
    if (step) return step;
  }
  for (const [x, y] of [
    [first, second],
    [second, first],
  ] as const) {
    // Even in failed mode nobody is left without a node while there is one that works.
    const lost = seenOf(view, y);
    if (y.state === 'running-in-failed-mode' && !lost.isThere && isOut(lost, rules) && isHealthy(seenOf(view, x), rules))
      return recoverOnto(x, y, 'peer-down', 'it is not heard of any more.');
  }
  const inTransition = [first, second].some((node) => node.state === 'failing-over' || node.state === 'taking-back');
  if (inTransition) return null;
  for (const [x, y] of [
    [first, second],
    [second, first],
  ] as const) {
    const step = settle(view, rules, x) ?? (view.group.highAvailability ? failover(view, rules, x, y) : null);
    if (step) return step;
  }
  return null;
}

/** From initializing to normal, once it is there and its critical services run. */
function settle(view: View, rules: Rules, x: GroupNode): Decision | null {
  if (x.state !== 'initializing' || x.acting !== x.name || !isHealthy(seenOf(view, x), rules)) return null;
  return { steps: [set(x, 'normal', 'normal')], says: `${x.name} works normally.`, isFailover: false };
}

function failover(view: View, rules: Rules, x: GroupNode, y: GroupNode): Decision | null {
  const isPair = (x.state === 'normal' || x.state === 'initializing') && (y.state === 'normal' || y.state === 'initializing');
  if (!isPair || x.acting !== x.name || y.acting !== y.name || !isHealthy(seenOf(view, y), rules) || seenOf(view, y).isDraining)
    return null;
  const why = reasonToTakeOver(view, rules, x);
  if (why === null) return null;
  return {
    steps: [set(x, 'failing-over', why.reason, { handover: 'asked' }), set(y, 'taking-over', why.reason)],
    says: `${y.name} takes over the users of ${x.name}: ${why.says}`,
    isFailover: true,
  };
}

function reasonToTakeOver(view: View, rules: Rules, x: GroupNode): { reason: HaReason; says: string } | null {
  const seen = seenOf(view, x);
  if (!seen.isThere) {
    if (!isOut(seen, rules)) return null;
    if (seen.wasSeen) return { reason: 'peer-down', says: 'it is not heard of any more.' };
    // A whole cluster that starts: the other one may be only slower.
    if (view.runningMs < rules.initializationMs) return null;
    return { reason: 'peer-down-during-initialization', says: 'it has not been seen since this node started.' };
  }
  if (seen.isDraining) return { reason: 'peer-reboot', says: 'it is about to stop.' };
  if (isOut(seen, rules) && x.state !== 'initializing') return { reason: 'database-failure', says: 'it does not reach the database.' };
  const longest = [...seen.down].sort((a, b) => b.forMs - a.forMs)[0];
  if (longest !== undefined && longest.forMs >= rules.criticalServiceDelayMs)
    return { reason: 'critical-service-down', says: `${longest.service} does not run: ${longest.why}` };
  return null;
}

/** The state in which a node is left that was failed over for this reason. */
function leftIn(view: View, rules: Rules, x: GroupNode): HaState {
  if (x.reason === 'on-admin-request') return 'idle';
  return isHealthy(seenOf(view, x), rules) ? 'failed-over' : 'failed-over-critical';
}

function finishFailover(view: View, rules: Rules, x: GroupNode, y: GroupNode): Decision | null {
  const [seenX, seenY] = [seenOf(view, x), seenOf(view, y)];
  if (!seenY.isThere || isOut(seenY, rules)) {
    if (!seenX.isThere || isOut(seenX, rules)) return null;
    // x goes on after all; then the loss of y is looked at by itself.
    return stayed(x, y, isHealthy(seenX, rules), 'take-over-users-failed', `${y.name} did not finish taking over the users of ${x.name}.`);
  }
  const isFree = x.handover === 'done' || isOut(seenX, rules) || view.now - x.since >= rules.handOverLimitMs;
  if (!isFree) return null;
  const state = leftIn(view, rules, x);
  return {
    steps: [
      set(x, state, x.reason, { acting: y.name, by: x.by, healthySince: state === 'failed-over' ? view.now : null }),
      set(y, 'running-in-backup-mode', x.reason, { by: x.by }),
    ],
    says: `${y.name} acts for the users of ${x.name}.`,
    isFailover: true,
  };
}

function finishFallback(view: View, rules: Rules, x: GroupNode, y: GroupNode): Decision | null {
  const [seenX, seenY] = [seenOf(view, x), seenOf(view, y)];
  if (!seenX.isThere || isOut(seenX, rules)) {
    if (!seenY.isThere || isOut(seenY, rules)) return null;
    const says = `${x.name} did not finish taking back its users.`;
    if (!isHealthy(seenY, rules)) return failed(x, y, y, 'take-back-users-failed', says);
    return {
      steps: [set(x, 'failed-over-critical', 'peer-down', { acting: y.name }), set(y, 'running-in-backup-mode', 'peer-down')],
      says,
      isFailover: true,
    };
  }
  const isFree = x.handover === 'done' || isOut(seenY, rules) || view.now - x.since >= rules.handOverLimitMs;
  if (!isFree) return null;
  return {
    steps: [set(x, 'normal', 'normal', { acting: x.name, by: x.by }), set(y, 'normal', 'normal', { by: x.by })],
    says: `${x.name} acts for its own users again.`,
    isFailover: false,
  };
}

function stayed(x: GroupNode, y: GroupNode, isFit: boolean, reason: HaReason, says: string): Decision {
  if (!isFit) return failed(x, y, x, reason, says);
  return { steps: [set(x, 'normal', 'normal', { acting: x.name }), set(y, 'normal', 'normal')], says, isFailover: true };
}

/** A transition broke: `stays` goes on acting for the people of x, and an administrator decides. */
function failed(x: GroupNode, y: GroupNode, stays: GroupNode, reason: HaReason, says: string): Decision {
  return {
    steps: [set(x, 'running-in-failed-mode', reason, { acting: stays.name }), set(y, 'running-in-failed-mode', reason)],
    says,
    isFailover: true,
  };
}

/** y acts for the people of x. */
function whileBackedUp(view: View, rules: Rules, x: GroupNode, y: GroupNode): Decision | null {
  const { group, now } = view;
  const [seenX, seenY] = [seenOf(view, x), seenOf(view, y)];
  const xIsHealthy = isHealthy(seenX, rules);

  if (group.highAvailability) {
    const trouble = reasonToTakeOver(view, rules, y);
    if (trouble && xIsHealthy) {
      if (isOut(seenY, rules)) return recoverOnto(x, y, trouble.reason, trouble.says);
      // It is there and can hand over: first what is not its own, and then, as any node in trouble, its own people.
      const reason = trouble.reason === 'critical-service-down' ? 'auto-recovery-critical-service-down' : trouble.reason;
      return startFallback(x, y, reason, '', `${x.name} takes its users back: ${y.name} acted for both, and ${trouble.says}`);
    }
    if (trouble?.reason === 'critical-service-down' && x.state !== 'idle')
      return {
        steps: [set(x, 'running-in-failed-mode', 'critical-service-down'), set(y, 'running-in-failed-mode', 'critical-service-down')],
        says: `${y.name} acts for ${x.name}, and both lack a critical service: ${trouble.says}`,
        isFailover: false,
      };
  }
  if (x.state === 'failed-over-critical' && xIsHealthy) {
    const reason: HaReason = x.reason === 'peer-down' || x.reason === 'peer-reboot' ? 'initialization' : x.reason;
    return {
      steps: [{ ...set(x, 'failed-over', reason), healthySince: now }],
      says: `${x.name} is back; its users stay with ${y.name} until the fallback.`,
      isFailover: false,
    };
  }
  if (x.state !== 'failed-over') return null;
  if (!xIsHealthy)
    return {
      steps: [set(x, 'failed-over-critical', seenX.isThere ? x.reason : 'peer-down')],
      says: `${x.name} is not fit to take its users back.`,
      isFailover: false,
    };
  const isQuiet = !seenX.missedBeat && !seenY.missedBeat && !seenX.isDraining && !seenY.isDraining;
  if (x.healthySince === null || (!isQuiet && now - x.healthySince > CLOCK_GRAIN_MS))
    return {
      steps: [{ name: x.name, healthySince: now }],
      says: `The time until ${x.name} takes its users back begins anew.`,
      isFailover: false,
    };
  if (!group.automaticFallback || !group.highAvailability || !isHealing(x.reason) || !isHealthy(seenY, rules)) return null;
  if (now - x.healthySince < rules.fallbackAfterMs) return null;
  return startFallback(x, y, 'automatic-fallback', '', `${x.name} takes its users back: it has been healthy for long enough.`);
}
/** The clock of the fallback is written down no more often than this. */
const CLOCK_GRAIN_MS = 1_000;

export function startFallback(x: GroupNode, y: GroupNode, reason: HaReason, by: string, says: string): Decision {
  return {
    steps: [set(x, 'taking-back', reason, { handover: 'asked', by }), set(y, 'falling-back', reason, { by })],
    says,
    isFailover: true,
  };
}

/** The node that stands in is gone itself, and the one it stands in for works: everybody goes there. */
function recoverOnto(x: GroupNode, y: GroupNode, cause: HaReason, why: string): Decision {
  const reason: HaReason = cause === 'database-failure' ? 'auto-recovery-database-failure' : cause;
  return {
    steps: [set(x, 'running-in-backup-mode', reason, { acting: x.name }), set(y, 'failed-over-critical', reason, { acting: x.name })],
    says: `${x.name} takes everybody: ${y.name} acted for both, and ${why}`,
    isFailover: true,
  };
}
