import type { RunningServer } from '../../e2e/fixtures/start-server.ts';
import { generateUsers } from '../../e2e/fixtures/start-server.ts';
import type { Peer } from '../../e2e/peers/peer.ts';
import type { Job } from '../generator/job.ts';
import { runJob } from '../measure.ts';
import { table } from './timing.ts';

const people = 500;

/** 2,000 messages a second between 250 pairs, kept in the archive: by themselves, and while somebody exports all users again and again. */
export async function measureOffice(server: RunningServer, exportAll: () => Promise<number>): Promise<string> {
  await generateUsers(server, 'u', people, 'p');
  const peer: Peer = {
    name: 'Rollcall',
    version: '',
    host: server.host,
    port: server.ports.xmpp,
    domain: server.domain,
    pids: () => server.pids(),
    notes: [],
    stop: () => server.stop(),
  };
  const job: Job = {
    is: 'chat',
    target: { host: peer.host, port: peer.port, domain: peer.domain },
    signIn: { tls: false, mechanism: 'PLAIN', streamManagement: false, presence: true },
    pairs: people / 2,
    outstanding: 1,
    until: 'delivered',
    offered: 2_000,
    bodyBytes: 100,
    warmSeconds: 3,
    seconds: 15,
  };
  const say = (text: string) => process.stderr.write(`office: ${text}\n`);
  say('messages alone');
  const alone = await runJob(peer, job);
  say('messages during exports');
  let exporting = true;
  let exports = 0;
  let octets = 0;
  const exporter = (async () => {
    while (exporting) {
      const began = performance.now();
      octets = await exportAll();
      exports++;
      say(`exported in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }
  })();
  const busy = await runJob(peer, job);
  exporting = false;
  await exporter;
  const row = (what: string, { measured, cpu }: Awaited<ReturnType<typeof runJob>>) => [
    what,
    Math.round(measured.units / measured.seconds).toLocaleString('en'),
    measured.p50 ?? Number.NaN,
    measured.p99 ?? Number.NaN,
    (cpu / measured.seconds).toFixed(2),
  ];
  return table(
    ['2,000 messages a second', 'a second', 'p50 ms', 'p99 ms', 'cores used'],
    [row('alone', alone), row(`during ${exports} exports of ${(octets / 1e6).toFixed(1)} MB`, busy)],
  );
}
