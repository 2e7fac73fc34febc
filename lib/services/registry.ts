import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';
import { serviceFaults } from './faults.ts';

/**
 * What the original calls services (design §6): parts of the node that can be started and stopped one by one. Whoever shows or
 * decides by the state of a part asks here. Stopping one first stops what needs it; starting one first starts what it needs.
 */
export type ServiceState = 'stopped' | 'starting' | 'started' | 'degraded' | 'stopping' | 'failed';

export interface ServiceHealth {
  readonly ok: boolean;
  /** One sentence when not ok. */
  readonly why: string;
}

export interface ServiceEntry {
  /** Stable id for scripts, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly purpose: string;
  /** Names of the services that must run before this one. */
  readonly needs: readonly string[];
  /** A failed critical service makes the node not ready (and, in a cluster, fail over). */
  readonly critical: boolean;
  /** The node cannot be administered without it, so it stops only with the node. */
  readonly essential?: boolean;
  /** Resolves with a refusal for expected reasons (a port is taken); a throw counts as failed too. */
  start(): Promise<Result<void, Fault>>;
  stop(): Promise<void>;
  /** Asked now and then while started; must be cheap. Absent: started is healthy. */
  health?(): ServiceHealth;
  /** How many client sessions end when it stops; told before. Absent: none. */
  sessionsTouched?(): number;
}

export interface ServiceStatus {
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly needs: readonly string[];
  readonly neededBy: readonly string[];
  readonly critical: boolean;
  readonly essential: boolean;
  readonly state: ServiceState;
  /** Milliseconds since 1970 of the last change of state. */
  readonly since: number;
  /** Why it is in this state: who stopped it, or what failed. */
  readonly why: string;
}

export interface StopPreview {
  /** In the order they stop; the one asked for is the last. */
  readonly stops: readonly { readonly name: string; readonly title: string }[];
  readonly sessions: number;
  /** The whole effect in one or two sentences. */
  readonly says: string;
}

export interface Services {
  add(entry: ServiceEntry): void;
  list(): readonly ServiceStatus[];
  get(name: string): ServiceStatus | null;
  /**
   * Starts all in the order of their needs. One that fails leaves those that need it stopped; the rest starts all the same. `hold`: these, and what
   * needs them, stay stopped for that reason; calling it again without starts them.
   */
  startAll(hold?: {
    readonly names: readonly string[];
    readonly why: string;
  }): Promise<readonly { readonly name: string; readonly fault: Fault }[]>;
  /** Stops all in the opposite order; a failure is logged and the rest stops. */
  stopAll(): Promise<void>;
  start(name: string, by: string): Promise<Result<readonly ServiceStatus[], Fault>>;
  stop(name: string, by: string): Promise<Result<readonly ServiceStatus[], Fault>>;
  /** Stops it and what needs it, then starts again all that ran. */
  restart(name: string, by: string): Promise<Result<readonly ServiceStatus[], Fault>>;
  previewStop(name: string): Result<StopPreview, Fault>;
  /** For a part that finds out by itself that it does not work any more, or works again. */
  report(name: string, health: ServiceHealth): void;
  /** Asks each started service how it is. */
  checkHealth(): void;
}

interface Held {
  readonly entry: ServiceEntry;
  state: ServiceState;
  since: number;
  why: string;
}

export function createServices(deps: {
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly nearest: (typed: string, known: Iterable<string>) => string | null;
}): Services {
  const { clock, events, log } = deps;
  const all = new Map<string, Held>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One start or stop at a time: two administrators must not interleave. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work);
    queue = run.catch(() => undefined);
    return run;
  }

  const isUp = (held: Held | undefined): boolean => held?.state === 'started' || held?.state === 'degraded';

  function move(held: Held, state: ServiceState, why: string): void {
    if (held.state === state && held.why === why) return;
    if (held.state !== state) held.since = clock.now();
    held.state = state;
    held.why = why;
    const facts = { service: held.entry.name, state, why };
    if (state === 'failed' || state === 'degraded') log.warn('services.changed', facts);
    else log.info('services.changed', facts);
    events.emit('service.changed', { name: held.entry.name, state });
  }

  const find = (name: string): Result<Held, Fault> => {
    const wanted = name.trim().toLowerCase();
    const held = all.get(wanted) ?? [...all.values()].find((h) => h.entry.title.toLowerCase() === wanted);
    if (held) return ok(held);
    const near = deps.nearest(wanted, all.keys());
    return refuse(serviceFaults.unknown({ name, hint: near ? ` Did you mean "${near}"?` : '' }));
  };

  /** Everything in an order in which each comes after what it needs. A circle is a mistake of the composer. */
  function ordered(): Held[] {
    const done: Held[] = [];
    const state = new Map<string, 'open' | 'closed'>();
    const visit = (name: string, from: string): void => {
      const held = all.get(name);
      if (!held) throw new Error(`Service ${from} needs ${name}, which does not exist.`);
      if (state.get(name) === 'closed') return;
      if (state.get(name) === 'open') throw new Error(`Service ${name} needs itself through ${from}.`);
      state.set(name, 'open');
      for (const need of held.entry.needs) visit(need, name);
      state.set(name, 'closed');
      done.push(held);
    };
    for (const name of all.keys()) visit(name, name);
    return done;
  }
  /** `held` and all that need it, directly or not, in the order they must stop. */
  function withDependants(held: Held): Held[] {
    const names = new Set([held.entry.name]);
    const order = ordered();
    for (const other of order) {
      if (other.entry.needs.some((need) => names.has(need))) names.add(other.entry.name);
    }
    return order.filter((other) => names.has(other.entry.name)).reverse();
  }
  function withNeeds(held: Held): Held[] {
    const names = new Set([held.entry.name]);
    for (const other of ordered().reverse()) {
      if (names.has(other.entry.name)) for (const need of other.entry.needs) names.add(need);
    }
    return ordered().filter((other) => names.has(other.entry.name));
  }

  async function startOne(held: Held, why: string): Promise<Fault | null> {
    const { title } = held.entry;
    const missing = held.entry.needs.map((need) => all.get(need)).find((need) => !isUp(need));
    if (missing) return serviceFaults.needsFailed({ title, need: missing.entry.title, state: missing.state });
    move(held, 'starting', why);
    let fault: Fault | null = null;
    try {
      const started = await held.entry.start();
      if (!started.ok) fault = serviceFaults.startFailed({ title, why: started.fault.message }, { details: { cause: started.fault.code } });
    } catch (error) {
      log.error('services.start-threw', { service: held.entry.name, error });
      fault = serviceFaults.startFailed({ title, why: error instanceof Error ? error.message : String(error) });
    }
    if (fault) move(held, 'failed', fault.message);
    else move(held, 'started', why);
    return fault;
  }

  async function stopOne(held: Held, why: string): Promise<Fault | null> {
    if (held.state === 'stopped') return null;
    move(held, 'stopping', why);
    try {
      await held.entry.stop();
      move(held, 'stopped', why);
      return null;
    } catch (error) {
      log.error('services.stop-threw', { service: held.entry.name, error });
      const fault = serviceFaults.stopFailed({ title: held.entry.title, why: error instanceof Error ? error.message : String(error) });
      move(held, 'failed', fault.message);
      return fault;
    }
  }

  function status({ entry, state, since, why }: Held): ServiceStatus {
    const { name, title, purpose, needs, critical, essential = false } = entry;
    const neededBy = [...all.values()].filter((other) => other.entry.needs.includes(name)).map((other) => other.entry.name);
    return { name, title, purpose, needs, neededBy, critical, essential, state, since, why };
  }

  async function startWithNeeds(held: Held, by: string): Promise<Result<readonly ServiceStatus[], Fault>> {
    const touched: Held[] = [];
    for (const one of withNeeds(held)) {
      if (isUp(one)) continue;
      const fault = await startOne(one, one === held ? `Started by ${by}.` : `Started by ${by}, because ${held.entry.title} needs it.`);
      if (fault) return refuse(fault);
      touched.push(one);
    }
    return ok(touched.map(status));
  }
  async function stopWithDependants(held: Held, by: string): Promise<Result<readonly Held[], Fault>> {
    const touched: Held[] = [];
    for (const one of withDependants(held)) {
      if (one.state === 'stopped') continue;
      const fault = await stopOne(one, one === held ? `Stopped by ${by}.` : `Stopped by ${by}, because it needs ${held.entry.title}.`);
      if (fault) return refuse(fault);
      touched.push(one);
    }
    return ok(touched);
  }
  function essentialAmong(held: Held): Fault | null {
    const essential = withDependants(held).find((one) => one.entry.essential);
    return essential
      ? serviceFaults.essential({ title: essential === held ? held.entry.title : `${held.entry.title} (with ${essential.entry.title})` })
      : null;
  }
  function judge(held: Held, health: ServiceHealth): void {
    if (!isUp(held)) return;
    if (health.ok) {
      if (held.state === 'degraded') move(held, 'started', 'Works again.');
    } else move(held, 'degraded', health.why);
  }

  return {
    add(entry) {
      if (all.has(entry.name)) throw new Error(`Service ${entry.name} exists already.`);
      all.set(entry.name, { entry, state: 'stopped', since: clock.now(), why: 'Not started yet.' });
    },
    list: () => ordered().map(status),
    get(name) {
      const held = find(name);
      return held.ok ? status(held.value) : null;
    },
    startAll: (hold) =>
      inTurn(async () => {
        const failed: { name: string; fault: Fault }[] = [];
        const kept = new Set<string>(hold?.names);
        for (const held of ordered()) {
          if (isUp(held)) continue;
          if (hold !== undefined && (kept.has(held.entry.name) || held.entry.needs.some((need) => kept.has(need)))) {
            kept.add(held.entry.name);
            move(held, 'stopped', hold.why);
            continue;
          }
          const fault = await startOne(held, 'Started with the node.');
          if (!fault) continue;
          if (held.state !== 'failed') move(held, 'stopped', fault.message);
          failed.push({ name: held.entry.name, fault });
        }
        return failed;
      }),
    stopAll: () =>
      inTurn(async () => {
        for (const held of ordered().reverse()) await stopOne(held, 'Stopped with the node.');
      }),
    start: (name, by) =>
      inTurn(async () => {
        const held = find(name);
        if (!held.ok) return held;
        if (isUp(held.value)) return refuse(serviceFaults.running({ title: held.value.entry.title }));
        return startWithNeeds(held.value, by);
      }),
    stop: (name, by) =>
      inTurn(async () => {
        const held = find(name);
        if (!held.ok) return held;
        if (held.value.state === 'stopped') return refuse(serviceFaults.stopped({ title: held.value.entry.title }));
        const essential = essentialAmong(held.value);
        if (essential) return refuse(essential);
        const done = await stopWithDependants(held.value, by);
        return done.ok ? ok(done.value.map(status)) : done;
      }),
    restart: (name, by) =>
      inTurn(async () => {
        const held = find(name);
        if (!held.ok) return held;
        const essential = essentialAmong(held.value);
        if (essential) return refuse(essential);
        const stopped = await stopWithDependants(held.value, by);
        if (!stopped.ok) return stopped;
        const again = [...stopped.value].reverse();
        const touched = new Map<string, ServiceStatus>();
        for (const one of again.includes(held.value) ? again : [held.value, ...again]) {
          if (isUp(one)) continue;
          const started = await startWithNeeds(one, by);
          if (!started.ok) return started;
          for (const s of started.value) touched.set(s.name, s);
        }
        return ok([...touched.values()]);
      }),
    previewStop(name) {
      const held = find(name);
      if (!held.ok) return held;
      if (held.value.state === 'stopped') return refuse(serviceFaults.stopped({ title: held.value.entry.title }));
      const essential = essentialAmong(held.value);
      if (essential) return refuse(essential);
      const stops = withDependants(held.value).filter((one) => one.state !== 'stopped');
      // Two services that stop may touch the same sessions, so the largest number is told, not the sum.
      const sessions = Math.max(0, ...stops.map((one) => one.entry.sessionsTouched?.() ?? 0));
      const others = stops.filter((one) => one !== held.value).map((one) => one.entry.title);
      const also = others.length > 0 ? ` This also stops ${others.join(', ')}, which ${others.length === 1 ? 'needs' : 'need'} it.` : '';
      const ends =
        sessions === 0
          ? 'No client session ends.'
          : `${sessions.toLocaleString('en-US')} client session${sessions === 1 ? ' ends' : 's end'}.`;
      const first = held.value.entry.critical ? ` It is critical: the node counts as not ready while it is stopped.` : '';
      return ok({
        stops: stops.map(({ entry }) => ({ name: entry.name, title: entry.title })),
        sessions,
        says: `${held.value.entry.title} stops. ${ends}${also}${first}`,
      });
    },
    report(name, health) {
      const held = all.get(name);
      if (held) judge(held, health);
    },
    checkHealth() {
      for (const held of all.values()) {
        if (!isUp(held) || !held.entry.health) continue;
        try {
          judge(held, held.entry.health());
        } catch (error) {
          log.error('services.health-threw', { service: held.entry.name, error });
          judge(held, { ok: false, why: 'Its health could not be asked.' });
        }
      }
    },
  };
}
