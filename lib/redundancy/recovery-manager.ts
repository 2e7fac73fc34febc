/**
 * The server recovery manager of a node: looks at its own group each second, and takes the step that the state machine names, through the database:
 * of two nodes that decide at the same moment one finds that the group has changed. The database is the witness of a group of two.
 */
import type { Membership, NodeFacts, NodeName } from '../cluster/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { redundancyFaults } from './faults.ts';
import { type Decision, decide, type Rules, type Seen, type View } from './machine.ts';
import type { NodeStep, RedundancyGroup, RedundancyStore } from './ports.ts';

export interface RecoveryTiming extends Rules {
  readonly lookMs: number;
  /** A heartbeat that is later than this was missed. */
  readonly missedBeatMs: number;
}

export interface RecoveryManager {
  /** This node is there: its row is made or its state begins anew. */
  enter(): Promise<void>;
  start(): void;
  stop(): void;
  /** One look, with the steps that follow from it. */
  look(): Promise<void>;
  /** The group as this node sees it now. */
  viewOf(group: RedundancyGroup): View;
  rules(): Rules;
  /** Takes a step somebody asked for, decided on that group as it is now. */
  ask(groupId: number, request: (view: View, rules: Rules) => Result<Decision, Fault>): Promise<Result<Decision, Fault>>;
  alarms(): readonly RecoveryAlarm[];
}
export interface RecoveryAlarm {
  readonly id: string;
  readonly severity: 'critical' | 'warning';
  readonly what: string;
  readonly action: string;
  readonly link: string;
  readonly since: number;
}

const FIRST_GROUP = 'DefaultCUPSubcluster';
/** More steps than this do not follow from one look. */
const MAX_STEPS = 6;

export function createRecoveryManager(deps: {
  readonly self: NodeName;
  readonly store: RedundancyStore;
  readonly membership: Pick<Membership, 'self' | 'nodes' | 'find' | 'onChange'>;
  /** False while this node's own line to the others is down: it judges nobody then. */
  readonly hears: () => boolean;
  /** Tells every node to look at who acts for whom. */
  readonly announce: () => Promise<void>;
  readonly timing: () => RecoveryTiming;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
}): RecoveryManager {
  const { self, store, membership, clock, log } = deps;
  const startedAt = clock.monotonic();
  const everSeen = new Set<NodeName>();
  let timer: { cancel(): void } | null = null;
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let known: readonly RedundancyGroup[] = [];
  let isComplaining = false;

  function seenOf(name: NodeName, provedAgoMs: number): Seen {
    const facts: NodeFacts | undefined = name === self ? membership.self : membership.find(name);
    if (facts !== undefined && facts.state !== 'gone') everSeen.add(name);
    const isSelf = name === self;
    const hears = deps.hears();
    const now = clock.now();
    return {
      isThere: isSelf || !hears || (facts !== undefined && facts.state !== 'gone'),
      wasSeen: everSeen.has(name),
      isDraining: facts?.state === 'draining',
      missedBeat: !isSelf && (!hears || facts === undefined || now - facts.heardAt > deps.timing().missedBeatMs),
      down: (facts?.health.down ?? []).map(({ service, since, why }) => ({ service, why, forMs: now - since })),
      provedAgoMs,
    };
  }
  const viewOf = (group: RedundancyGroup): View => ({
    group,
    seen: new Map(group.nodes.map((node) => [node.name, seenOf(node.name, node.provedAgoMs)])),
    now: clock.now(),
    runningMs: clock.monotonic() - startedAt,
  });

  async function take(group: RedundancyGroup, decision: Decision): Promise<boolean> {
    if (!(await store.step(group.id, group.version, clock.now(), decision.steps))) return false;
    const isOnlyClock = decision.steps.every((step: NodeStep) => step.state === undefined && step.acting === undefined);
    if (!isOnlyClock) {
      const level = decision.isFailover ? 'warn' : 'info';
      log[level]('redundancy.step', { group: group.name, says: decision.says });
      deps.events.emit('redundancy.changed', { groupId: group.id, says: decision.says, by: decision.steps[0]?.by ?? '' });
    }
    if (decision.steps.some((step) => step.acting !== undefined || step.handover !== undefined)) await deps.announce();
    return true;
  }

  async function lookOnce(): Promise<void> {
    for (let steps = 0; steps < MAX_STEPS && !isStopped; steps++) {
      const { groups } = await store.read();
      known = groups;
      const own = groups.find((group) => group.nodes.some((node) => node.name === self));
      if (own === undefined) return;
      const decision = decide(viewOf(own), deps.timing());
      if (decision === null) return;
      await take(own, decision);
    }
  }
  function look(): Promise<void> {
    looking ??= lookOnce()
      .then(
        () => {
          isComplaining = false;
        },
        (error: unknown) => {
          if (!isComplaining) log.warn('redundancy.not-read', { error });
          isComplaining = true;
        },
      )
      .finally(() => {
        looking = null;
      });
    return looking;
  }
  function follow(): void {
    if (isStopped) return;
    timer?.cancel();
    timer = clock.setTimeout(() => {
      void look().then(follow);
    }, deps.timing().lookMs);
  }
  membership.onChange(() => {
    if (!isStopped) void look();
  });

  return {
    async enter() {
      if ((await store.enter(self, FIRST_GROUP, clock.now())) === 'new') return;
      const { groups } = await store.read();
      const group = groups.find((one) => one.nodes.some((node) => node.name === self));
      const own = group?.nodes.find((node) => node.name === self);
      if (group === undefined || own === undefined) return;
      // A process that begins anew: what it did before is over, who acts for whom is not.
      const step: NodeStep | null =
        own.state === 'normal' && own.acting === self
          ? { name: self, state: 'initializing', reason: 'initialization', by: '' }
          : own.state === 'failed-over'
            ? { name: self, reason: 'initialization', healthySince: null }
            : null;
      if (step !== null) await store.step(group.id, group.version, clock.now(), [step]);
    },
    start() {
      isStopped = false;
      follow();
    },
    stop() {
      isStopped = true;
      timer?.cancel();
    },
    look,
    viewOf,
    rules: deps.timing,
    async ask(groupId, request) {
      const { groups } = await store.read();
      const group = groups.find(({ id }) => id === groupId);
      if (group === undefined) return refuse(redundancyFaults.noGroup({ group: groupId }));
      const decided = request(viewOf(group), deps.timing());
      if (!decided.ok) return decided;
      if (!(await take(group, decided.value))) return refuse(redundancyFaults.stale({ group: group.name }));
      await look();
      return ok(decided.value);
    },
    alarms: () => known.flatMap((group) => group.nodes.flatMap((node) => alarmOf(group, node))),
  };
}

function alarmOf(group: RedundancyGroup, node: RedundancyGroup['nodes'][number]): RecoveryAlarm[] {
  const about = { id: `redundancy:${node.name}`, link: '/redundancy-groups', since: node.since };
  if (node.state === 'running-in-failed-mode')
    return [
      {
        ...about,
        severity: 'critical',
        what: `The redundancy group ${group.name} runs in failed mode: ${node.acting} acts for the users of ${node.name}, and nothing takes over any more.`,
        action: 'Mend what is named there, then ask for recovery.',
      },
    ];
  if (node.state === 'failed-over' || node.state === 'failed-over-critical' || node.state === 'idle')
    return [
      {
        ...about,
        severity: node.state === 'failed-over-critical' ? 'critical' : 'warning',
        what: `${node.acting} acts for the users of ${node.name}.`,
        action: node.state === 'idle' ? 'Ask for the fallback when the work on it is done.' : 'Look why, and when its users go back.',
      },
    ];
  return [];
}
