import { ringContacts } from '../../e2e/peers/peer.ts';
import { countMarkers } from './chat.ts';
import { type Connection, signIn } from './connection.ts';
import { pause, spread, startWatch } from './control.ts';
import type { Job, Measured } from './job.ts';
import { createLatency } from './latency.ts';

type JobOf<K extends Job['is']> = Extract<Job, { is: K }>;

/** Latency is taken at this many receivers only, so that reading time stamps does not become the work that is measured. */
const sampled = 10;

/**
 * Everybody changes presence, again as soon as all copies of the change before have arrived. A unit is one copy delivered; the server's
 * reflection to the sender itself is not counted (RFC 6121 §4.4.2 does not ask for it and servers differ).
 */
export async function measurePresence(job: JobOf<'presence'>): Promise<Measured> {
  const latency = createLatency();
  const connections: Connection[] = [];
  let delivered = 0;
  let errors = 0;
  let stopping = false;
  await spread(job.users, 16, async (index) => {
    connections[index] = await signIn(job.target, index + 1, 'bench', job.signIn);
  });
  let heard = 0;
  let expected = Number.POSITIVE_INFINITY;
  let reached: (() => void) | null = null;
  const wake = () => {
    if (heard >= expected || errors > 0) reached?.();
  };
  for (const [index, connection] of connections.entries()) {
    const count = countMarkers('</presence>');
    connection.onText = (text) => {
      heard += count(text);
      if (index < sampled) {
        for (let at = text.indexOf('>t:'); at >= 0; at = text.indexOf('>t:', at + 3)) {
          // A stamp cut by the border of a chunk is left out.
          if (at + 20 <= text.length) latency.add(performance.now() - Number.parseFloat(text.slice(at + 3, at + 20)));
        }
      }
      wake();
    };
    connection.onClosed = () => {
      if (!stopping) errors++;
      wake();
    };
  }
  const change = () => {
    for (const connection of connections)
      connection.write(`<presence><show>away</show><status>t:${performance.now().toFixed(2).padEnd(17, ' ')}</status></presence>`);
  };
  const quiet = async () => {
    for (let last = -1; last !== heard; ) {
      last = heard;
      await pause(1);
    }
  };
  // The first presence of everybody crosses everybody's sign-in; the rounds begin when this has settled.
  await quiet();
  heard = 0;
  // Some servers send a change back to its sender: a first round finds how many copies a round has.
  change();
  await quiet();
  const perRound = heard;
  const counted = job.users * job.contacts;
  if (perRound !== counted && perRound !== counted + job.users)
    throw new Error(`a change by each of ${job.users} users made ${perRound} copies, not ${counted} (or one more for each sender)`);
  const round = async () => {
    heard = 0;
    expected = perRound;
    const complete = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`a round had ${heard} of ${perRound} copies after 60 s`)), 60_000);
      reached = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    change();
    await complete;
    delivered += counted;
  };
  const repeat = async (seconds: number) => {
    for (const end = performance.now() + seconds * 1000; performance.now() < end && errors === 0; ) await round();
  };
  await repeat(job.warmSeconds);
  latency.reset();
  delivered = 0;
  const watch = await startWatch();
  await repeat(job.seconds);
  const measured = await watch.stop(delivered, latency, errors);
  stopping = true;
  await spread(connections.length, 32, (index) => connections[index]!.close());
  return measured;
}

/** Each user asks for the presence of each contact on the ring and approves whoever asks; ready when every roster says `both`. */
export async function befriend(job: JobOf<'befriend'>): Promise<Measured> {
  const { users, contacts, target } = job;
  const connections: Connection[] = [];
  await spread(users, 16, async (index) => {
    const connection = await signIn(target, index + 1, 'befriend', { ...job.signIn, streamManagement: false, presence: true });
    connection.onText = () => {};
    connections[index] = connection;
  });
  await spread(users, 32, async (index) => {
    const others = ringContacts(index + 1, users, contacts);
    connections[index]!.write(
      others
        .map(
          (other) =>
            `<presence to='u${other}@${target.domain}' type='subscribed'/><presence to='u${other}@${target.domain}' type='subscribe'/>`,
        )
        .join(''),
    );
  });
  const began = performance.now();
  for (;;) {
    await pause(1);
    let missing = 0;
    await spread(users, 16, async (index) => {
      missing += contacts - (await countMutual(target, index + 1, job.signIn));
    });
    if (missing === 0) break;
    if (performance.now() - began > 180_000) throw new Error(`${missing} contacts are still not mutual after three minutes`);
    // Whoever was asked before approving: say it again.
    await spread(users, 32, async (index) => {
      connections[index]!.write(
        ringContacts(index + 1, users, contacts)
          .map((other) => `<presence to='u${other}@${target.domain}' type='subscribed'/>`)
          .join(''),
      );
    });
  }
  await spread(users, 32, (index) => connections[index]!.close());
  return { units: users * contacts, seconds: (performance.now() - began) / 1000, p50: null, p99: null, generatorCpu: 0, errors: 0 };
}

async function countMutual(target: JobOf<'befriend'>['target'], account: number, options: JobOf<'befriend'>['signIn']): Promise<number> {
  const connection = await signIn(target, account, 'check', { ...options, streamManagement: false, presence: false });
  connection.write("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
  const roster = await connection.expect(/<iq[^>]*id=['"]roster['"][^>]*(\/>|>.*?<\/iq>)/s);
  await connection.close();
  return (roster.match(/subscription=['"]both['"]/g) ?? []).length;
}
