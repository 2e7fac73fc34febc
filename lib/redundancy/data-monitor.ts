/**
 * The data monitor (admin-surface §3.4): looks whether what is stored is complete where this node reads it, and keeps feature services waiting until
 * it is. The publisher gives up waiting after a while; a subscriber waits alone, without an end, and the others go on.
 */
import type { NodeFacts } from '../cluster/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ReplicationFacts, ReplicationSource } from './ports.ts';
import { durationInWords } from './words.ts';

/** The first full sync of users from elsewhere; whoever does such a sync registers it. */
export interface FirstSync {
  readonly name: string;
  /** Null: done, or there is nothing to sync. */
  waitsFor(): string | null;
}

export interface DataMonitorState {
  readonly gate: 'open' | 'waiting' | 'given-up';
  readonly since: number;
  /** In words; empty while nothing is wanting. */
  readonly wanting: readonly string[];
  /** When the publisher gives up; null when it does not wait, or waits without an end. */
  readonly givesUpAt: number | null;
  readonly replication: ReplicationFacts | null;
  /** When the database was last asked; null before the first answer. */
  readonly lookedAt: number | null;
  readonly why: string;
}

export interface DataMonitor {
  /** A sync that the gate waits for. Call it while the node is composed. */
  register(sync: FirstSync): void;
  look(): Promise<void>;
  state(): DataMonitorState;
  /** Resolves when feature services may start. */
  opened(): Promise<void>;
  alarms(): readonly {
    readonly id: string;
    readonly severity: 'critical' | 'warning';
    readonly what: string;
    readonly action: string;
    readonly link: string;
    readonly since: number;
  }[];
}

export function createDataMonitor(deps: {
  readonly source: ReplicationSource;
  /** Null: the node is alone, and waits for nobody's replication. */
  readonly role: () => NodeFacts['role'] | null;
  readonly timing: () => { readonly waitMs: number; readonly lagMs: number };
  readonly clock: Clock;
  readonly log: Log;
}): DataMonitor {
  const { clock, log } = deps;
  const syncs: FirstSync[] = [];
  const startedAt = clock.now();
  const startedMono = clock.monotonic();
  let replication: ReplicationFacts | null = null;
  let lookedAt: number | null = null;
  let failure = 'The database was not asked yet.';
  let gate: DataMonitorState['gate'] = 'waiting';
  let since = startedAt;
  let wanting: readonly string[] = [];
  const waiters: (() => void)[] = [];
  let hasComplained = false;

  function behind(): string[] {
    if (replication === null) return [`The database does not answer: ${failure}`];
    if (replication.isStandby) return ['The database that this node talks to is a copy that cannot be written.'];
    return replication.standbys.flatMap(({ name, address, state, lagMs }) => {
      const who = `The standby ${name || address}`;
      if (lagMs !== null && lagMs > deps.timing().lagMs) return [`${who} is ${durationInWords(lagMs)} behind.`];
      // What may not be seen is not held against it.
      return state === 'streaming' || state === 'unknown' ? [] : [`${who} does not stream: it is in the state ${state}.`];
    });
  }
  /** What keeps feature services of this node waiting. A standby that lags is no reason for a node that is alone or a subscriber. */
  function missing(): string[] {
    const unsynced = syncs.flatMap((sync) => {
      const what = sync.waitsFor();
      return what === null ? [] : [`${sync.name}: ${what}`];
    });
    const unreachable = replication === null || replication.isStandby;
    switch (deps.role()) {
      case 'publisher':
        return [...behind(), ...unsynced];
      case 'subscriber':
        return unreachable ? behind() : [];
      default:
        return unreachable ? behind() : [];
    }
  }
  function open(next: 'open' | 'given-up'): void {
    const waited = clock.monotonic() - startedMono;
    if (next === 'given-up') log.error('data-monitor.gave-up', { wanting: wanting.join(' ') });
    else if (hasComplained) log.info('data-monitor.complete', { waitedMs: Math.round(waited) });
    gate = next;
    since = clock.now();
    for (const wake of waiters.splice(0)) wake();
  }
  function judge(): void {
    wanting = missing();
    if (gate === 'open') return;
    if (wanting.length === 0) return open('open');
    if (gate === 'given-up') return;
    if (!hasComplained) log.warn('data-monitor.services-delayed', { wanting: wanting.join(' ') });
    hasComplained = true;
    if (deps.role() === 'publisher' && clock.monotonic() - startedMono >= deps.timing().waitMs) open('given-up');
  }

  return {
    register: (sync) => void syncs.push(sync),
    async look() {
      try {
        replication = await deps.source.read();
        lookedAt = clock.now();
      } catch (error) {
        replication = null;
        failure = error instanceof Error ? error.message : String(error);
      }
      judge();
    },
    state: () => ({
      gate,
      since,
      wanting,
      givesUpAt: gate === 'waiting' && deps.role() === 'publisher' ? startedAt + deps.timing().waitMs : null,
      replication,
      lookedAt,
      why:
        gate === 'open'
          ? 'What is stored is complete here: feature services run.'
          : gate === 'given-up'
            ? `This node, the publisher, waited ${durationInWords(deps.timing().waitMs)} and started its feature services without: ${wanting.join(' ')}`
            : `Feature services of this node wait: ${wanting.join(' ')}`,
    }),
    opened: () => (gate === 'waiting' ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
    alarms() {
      const link = '/data-monitor';
      if (gate === 'waiting' && hasComplained)
        return [
          {
            id: 'data-monitor',
            severity: 'critical',
            what: `Feature services of this node wait until what is stored is complete: ${wanting.join(' ')}`,
            action:
              deps.role() === 'publisher' ? 'Mend it, or wait until this node starts without it.' : 'Mend it; other nodes go on meanwhile.',
            link,
            since: startedAt,
          },
        ];
      if (gate === 'given-up' && wanting.length > 0)
        return [
          {
            id: 'data-monitor',
            severity: 'warning',
            what: `Feature services started although something was wanting: ${wanting.join(' ')}`,
            action: 'Mend it; the alarm goes by itself.',
            link,
            since,
          },
        ];
      const lagging = replication === null ? [] : behind();
      return lagging.length === 0
        ? []
        : [
            {
              id: 'data-monitor',
              severity: 'warning',
              what: lagging.join(' '),
              action: 'Look at the database servers and the line between them.',
              link,
              since: lookedAt ?? startedAt,
            },
          ];
    },
  };
}
