import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { RunningServer } from '../fixtures/start-server.ts';
import { until } from '../peers/process.ts';
import type { SmallDisk } from './small-disk.ts';

export interface FullDiskReport {
  /** Times the disk was filled. */
  times: number;
  /** What the node said of it, once. */
  readonly said: Set<string>;
  readonly problems: string[];
}

const noticeMs = 60_000;
const recoverMs = 120_000;
const stayMs = 3_000;
const lookMs = 200;
/** More than a server of this size keeps ready. */
const mostSegments = 200;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function readiness(server: RunningServer): Promise<{ ready: boolean; reasons: readonly string[] }> {
  const response = await fetch(`http://${server.host}:${server.ports.http}/health/ready`).catch(() => null);
  if (response === null) return { ready: false, reasons: [] };
  const { reasons = [] } = (await response.json().catch(() => ({}))) as { reasons?: readonly string[] };
  return { ready: response.status === 200, reasons };
}

/** Fills the disk under traffic until the node says that it cannot keep anything, and keeps it so for a while. */
export async function fillUnderTraffic(server: RunningServer, disk: SmallDisk, report: FullDiskReport): Promise<void> {
  report.times++;
  const alarmsBefore = raised(server);
  const refill = () => {
    // What the database gives back on its way down is taken, too.
    disk.fill();
    return true;
  };
  await until(
    'the node says that it is not ready while the disk is full',
    async () => {
      refill();
      const { ready, reasons } = await readiness(server);
      if (!ready) for (const reason of reasons) report.said.add(reason);
      return !ready && reasons.length > 0;
    },
    noticeMs,
    lookMs,
  );
  for (const end = performance.now() + stayMs; performance.now() < end; await pause(lookMs)) refill();
  await until('an alarm is raised', () => raised(server) > alarmsBefore, 10_000, lookMs).catch((problem: unknown) => {
    report.problems.push(String(problem));
  });
}

/**
 * Uses up the segments of the database's write-ahead log that are ready, one after the other, until it needs one for which there is no space: then it
 * ends all it does and cannot start again. A full disk that comes this way is rare, since a node that keeps nothing writes no log.
 */
export async function exhaustLog(server: RunningServer): Promise<void> {
  const client = new pg.Client({
    host: join(server.dataDir, 'run'),
    user: 'rollcall',
    password: readFileSync(join(server.dataDir, 'postgres-password'), 'utf8').trim(),
    database: 'postgres',
  });
  client.on('error', () => undefined);
  await client.connect();
  let isDown = false;
  for (let segment = 0; segment < mostSegments && !isDown; segment++) {
    isDown = await client.query("SELECT pg_logical_emit_message(true, 'check', 'full'), pg_switch_wal()").then(
      () => false,
      () => true,
    );
  }
  await client.end().catch(() => undefined);
  if (!isDown) throw new Error('the write-ahead log never needed more space');
}

/** With space again, the node must come back by itself. */
export async function backByItself(server: RunningServer, disk: SmallDisk): Promise<void> {
  disk.free();
  await until('the node is ready again once there is space', async () => (await readiness(server)).ready, recoverMs, lookMs);
}

const raised = (server: RunningServer): number =>
  server
    .log()
    .split('\n')
    .filter((line) => line.includes('alarm.raised') && line.includes('"database"')).length;
