/** `npm run bench`: the same work on Rollcall and on whatever other servers are installed, one server at a time. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, type Row, runJob } from './measure.ts';
import { report } from './report.ts';
import { type Scenario, scenarios, setIdleSessions } from './scenarios.ts';
import { contestants, type ServerName } from './servers.ts';

const usage = `npm run bench -- [options]
  --only NAMES      groups or scenarios, by comma: sign-in, chat, offline, presence, idle, chat-50x4, ...
  --servers NAMES   rollcall,prosody,ejabberd (default), null (the generator's own ceiling)
  --quick           short runs; good for a look, not for a comparison
  --sessions N      idle sessions to hold (default 10,000; 19,000 at most with the usual 20,000 descriptors)
  --repeat N        runs of each scenario; the median by rate is shown (default 1)
  --micro           also runs the micro-benchmarks (parser, router, presence)
  --json            prints JSON instead of tables
  --list            prints the scenarios
  --console         measures the console and REST with 100,000 users instead (--console --help)`;

const domain = 'bench.test';

function fail(message: string): never {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        servers: { type: 'string', default: 'rollcall,prosody,ejabberd' },
        quick: { type: 'boolean', default: false },
        sessions: { type: 'string', default: '10000' },
        repeat: { type: 'string', default: '1' },
        micro: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (problem) {
    return fail(problem instanceof Error ? problem.message : String(problem));
  }
}

function count(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) fail(`${name} must be a whole number from 1`);
  return value;
}

function choose(only: string | undefined): Scenario[] {
  if (only === undefined) return [...scenarios];
  const wanted = only.split(',').map((name) => name.trim());
  for (const name of wanted) {
    if (!scenarios.some((scenario) => scenario.name === name || scenario.group === name)) fail(`there is no scenario or group "${name}"`);
  }
  return scenarios.filter((scenario) => wanted.includes(scenario.name) || wanted.includes(scenario.group));
}

/** Scenarios that need the same accounts and contacts share one start of the server, so that nobody pays or profits twice. */
function byNeeds(chosen: readonly Scenario[], quick: boolean): Map<string, Scenario[]> {
  const groups = new Map<string, Scenario[]>();
  for (const scenario of chosen) {
    const key = JSON.stringify([scenario.needs(quick), scenario.group === 'idle' ? scenario.name : '']);
    groups.set(key, [...(groups.get(key) ?? []), scenario]);
  }
  return groups;
}

const median = (rows: readonly Row[]): Row => [...rows].sort((a, b) => a.rate - b.rate)[Math.floor((rows.length - 1) / 2)]!;

const progress = (text: string) => process.stderr.write(`${text}\n`);
const explain = (problem: unknown) => (problem instanceof Error ? problem.message : String(problem));

async function runServer(
  name: ServerName,
  chosen: readonly Scenario[],
  quick: boolean,
  repeat: number,
  rows: Row[],
  notes: Map<string, readonly string[]>,
): Promise<number> {
  const contestant = contestants.find((candidate) => candidate.name === name)!;
  let failures = 0;
  const fitting = chosen.filter((scenario) => !scenario.not?.includes(name));
  for (const group of byNeeds(fitting, quick).values()) {
    const needs = group[0]!.needs(quick);
    progress(`${name}: starting with ${needs.accounts.toLocaleString('en')} accounts`);
    let peer: Awaited<ReturnType<typeof contestant.start>>;
    try {
      peer = await contestant.start({ domain, ...needs });
    } catch (problem) {
      progress(`${name}: ${explain(problem)}`);
      failures += group.length;
      continue;
    }
    try {
      notes.set(`${peer.name} ${peer.version}`.trim(), peer.notes);
      if (needs.contacts && peer.needsContacts) {
        progress(`${name}: making ${(needs.accounts * needs.contacts).toLocaleString('en')} contacts`);
        const signIn = { tls: false, mechanism: 'SCRAM-SHA-1', streamManagement: false, presence: true } as const;
        await runJob(peer, { is: 'befriend', target: peer, signIn, users: needs.accounts, contacts: needs.contacts });
      }
      for (const scenario of group) {
        progress(`${name}: ${scenario.title}`);
        const runs: Row[] = [];
        // What is delivered once is gone: the two halves of the offline work are run once each.
        for (let run = 0; run < (scenario.group === 'offline' ? 1 : repeat); run++) runs.push(await measure(peer, scenario, quick));
        rows.push(median(runs));
      }
    } catch (problem) {
      progress(`${name}: FAILED: ${explain(problem)}`);
      failures++;
    } finally {
      await peer.stop();
    }
  }
  return failures;
}

const micros = ['parser', 'router', 'presence'];

function runMicros(): number {
  const here = dirname(fileURLToPath(import.meta.url));
  let failures = 0;
  for (const name of micros) {
    const file = join(here, `${name}.ts`);
    if (!existsSync(file)) continue;
    progress(`micro: ${name}`);
    if (spawnSync(process.execPath, ['--import', 'tsx', file], { stdio: 'inherit' }).status !== 0) failures++;
  }
  return failures;
}

const values = readArguments();
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
if (values.list) {
  for (const scenario of scenarios) process.stdout.write(`${scenario.name.padEnd(20)} ${scenario.title}\n`);
  process.exit(0);
}
setIdleSessions(count(values.sessions, '--sessions'));
const chosen = choose(values.only);
const repeat = count(values.repeat, '--repeat');
const asked = values.servers.split(',').map((name) => name.trim());
for (const name of asked) if (!contestants.some((contestant) => contestant.name === name)) fail(`there is no server "${name}"`);
const absent = contestants
  .filter((contestant) => asked.includes(contestant.name) && !contestant.installed)
  .map((contestant) => contestant.name);

const rows: Row[] = [];
const notes = new Map<string, readonly string[]>();
let failures = values.micro ? runMicros() : 0;
for (const name of asked as ServerName[]) {
  if (!absent.includes(name)) failures += await runServer(name, chosen, values.quick, repeat, rows, notes);
}
const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; generator and server share the machine`;
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, quick: values.quick, servers: Object.fromEntries(notes), absent, rows }, null, 2)}\n`);
} else {
  const order = new Map(scenarios.map((scenario, index) => [scenario.name, index]));
  const sorted = [...rows].sort((a, b) => order.get(a.scenario)! - order.get(b.scenario)!);
  process.stdout.write(`${machine}\n`);
  for (const [server, lines] of notes) process.stdout.write(`${server}: ${lines.join('; ')}\n`);
  process.stdout.write(`\n${report(sorted, absent)}\n`);
  if (values.quick) process.stdout.write('\nQuick run: figures vary by a third; leave --quick out to compare.\n');
}
if (failures > 0) progress(`${failures} failed`);
process.exit(failures > 0 ? 1 : 0);
