import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../e2e/peers/peer.ts';
import type { Job, Measured, Report } from './generator/job.ts';
import { costOf } from './process-cost.ts';
import type { Scenario } from './scenarios.ts';

export interface Row {
  readonly scenario: string;
  readonly title: string;
  readonly unit: string;
  readonly server: string;
  readonly rate: number;
  /** CPU seconds of the server's whole process tree per 1,000 units. */
  readonly cpuPer1000: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly kibPerSession: number | null;
  /** The same with fewer sessions, on the way. */
  readonly curve: readonly { readonly sessions: number; readonly kibPerSession: number }[];
  /** Share of one core that the generator used: near 1 the generator was the limit, not the server. */
  readonly generatorCores: number;
  readonly errors: number;
  /** What people felt who chatted meanwhile, p50 and p99 in milliseconds. */
  readonly beside: { readonly p50: number | null; readonly p99: number | null } | null;
}

const generator = fileURLToPath(new URL('./generator/main.ts', import.meta.url));

interface Running {
  readonly outcome: Promise<Measured>;
  go(): void;
}

interface Reactions {
  start(): void;
  end(): void;
  holding(sessions: number): void;
  restart?(): void;
}

function startGenerator(job: Job, on: Reactions): Running {
  const child = fork(generator, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const go = () => void child.send('continue');
  const outcome = new Promise<Measured>((resolve, reject) => {
    child.on('message', (message) => {
      const report = message as Report;
      if (report.is === 'done') resolve(report.measured);
      else if (report.is === 'failed') reject(new Error(report.why));
      else if (report.is === 'holding') on.holding(report.sessions);
      else on[report.is]?.();
    });
    child.once('exit', (code) => reject(new Error(`a generator process ended with ${code}`)));
  });
  child.send(job);
  return { outcome, go };
}

export interface Outcome {
  readonly measured: Measured;
  readonly cpu: number;
  /** Of the job that went on beside it. */
  readonly beside: Measured | null;
}

/** Runs one job in one process and weighs the server's CPU over the measured part; `beside` goes on in a process of its own meanwhile. */
export async function runJob(peer: Peer, job: Job, beside: Job | null = null): Promise<Outcome> {
  let before = 0;
  let after = 0;
  let companion: Promise<Running> | null = null;
  let fail: (problem: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const running = startGenerator(job, {
    start() {
      companion = beside === null ? null : startBeside(beside);
      Promise.resolve(companion)
        .then(() => {
          before = costOf(peer.pids()).cpuSeconds;
          running.go();
        })
        .catch(fail);
    },
    end() {
      after = costOf(peer.pids()).cpuSeconds;
      running.go();
    },
    holding() {},
    restart() {
      restarted(peer)
        .then(() => running.go())
        .catch(fail);
    },
  });
  const measured = await Promise.race([running.outcome, failed]);
  const other = await (companion as Promise<Running> | null);
  other?.go();
  return { measured, cpu: after - before, beside: other === null ? null : await other.outcome };
}

async function restarted(peer: Peer): Promise<void> {
  if (peer.restart === undefined) throw new Error(`${peer.name} cannot be restarted here`);
  await peer.restart();
}

/** Resolves when the job has begun to measure; `go` of it ends it. */
function startBeside(job: Job): Promise<Running> {
  return new Promise((resolve, reject) => {
    const running = startGenerator(job, { start: () => running.go(), end: () => running.go(), holding: () => resolve(running) });
    running.outcome.catch(reject);
  });
}

/** Most sessions one generator process holds: descriptors, and the growth of one heap, are shared out. */
const sessionsPerGenerator = 5_000;

/** Seconds a server gets to settle before its memory is read: collectors run, buffers of sign-in go. */
const settleSeconds = 10;

/**
 * Memory of a session: proportional set size of the whole tree before and with all sessions, divided by their number; and so with each 5,000 on the
 * way, which shows whether it grows in a straight line. The server gets a hundred sign-ins first, so that code loaded and pools filled by the first ones
 * are not counted as sessions.
 */
async function weighSessions(peer: Peer, scenario: Scenario, job: Extract<Job, { is: 'idle' }>): Promise<Row> {
  // What making the accounts left in the heap would pass for room that sessions do not need.
  await peer.restart?.();
  await runIdle({ ...job, count: Math.min(100, job.count) }, () => {});
  await settle();
  const before = costOf(peer.pids(), true).pssKiB;
  const curve: { sessions: number; kibPerSession: number }[] = [];
  const holding: Running[] = [];
  let sessions = 0;
  for (let first = 0; first < job.count; first += sessionsPerGenerator) {
    const part = { ...job, firstAccount: first + 1, count: Math.min(sessionsPerGenerator, job.count - first) };
    await new Promise<void>((resolve, reject) => {
      const running = startGenerator(part, {
        start() {},
        end() {},
        holding(held) {
          sessions += held;
          resolve();
        },
      });
      running.outcome.catch(reject);
      holding.push(running);
    });
    await settle();
    curve.push({ sessions, kibPerSession: (costOf(peer.pids(), true).pssKiB - before) / sessions });
  }
  for (const running of holding) running.go();
  const standing = await Promise.all(holding.map(({ outcome }) => outcome));
  return {
    ...emptyRow(scenario, peer),
    rate: sessions / standing.reduce((sum, part) => sum + part.seconds, 0),
    kibPerSession: curve.at(-1)?.kibPerSession ?? null,
    curve,
    errors: standing.reduce((sum, part) => sum + part.errors, 0),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));

async function runIdle(job: Job, whileHolding: () => void): Promise<Measured> {
  const running = startGenerator(job, {
    start() {},
    end() {},
    holding() {
      whileHolding();
      running.go();
    },
  });
  return running.outcome;
}

const emptyRow = (scenario: Scenario, peer: Peer): Row => ({
  scenario: scenario.name,
  title: scenario.title,
  unit: scenario.unit,
  server: peer.name,
  rate: 0,
  cpuPer1000: null,
  p50: null,
  p99: null,
  kibPerSession: null,
  curve: [],
  generatorCores: 0,
  errors: 0,
  beside: null,
});

export async function measure(peer: Peer, scenario: Scenario, quick: boolean): Promise<Row> {
  const target = { host: peer.host, port: peer.port, domain: peer.domain };
  const job = scenario.job(target, quick);
  if (job.is === 'idle') return weighSessions(peer, scenario, job);
  const { measured, cpu, beside } = await runJob(peer, job, scenario.beside?.(target) ?? null);
  return {
    ...emptyRow(scenario, peer),
    rate: measured.units / measured.seconds,
    cpuPer1000: (cpu / measured.units) * 1000,
    p50: measured.p50,
    p99: measured.p99,
    generatorCores: measured.generatorCpu / measured.seconds,
    errors: measured.errors + (beside?.errors ?? 0),
    beside: beside === null ? null : { p50: beside.p50, p99: beside.p99 },
  };
}
