/**
 * `npm run check:durability`: kills the server in the middle of traffic, again and again, and then looks whether every message it had taken
 * responsibility for (XEP-0198 acknowledgement to its sender) is there, once.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeArchive } from '../clients/archive.ts';
import type { RawTarget } from '../clients/raw.ts';
import { seededRandom } from '../clients/seeded-random.ts';
import { generateUsers, type RunningServer, startServer, withoutLimits } from '../fixtures/start-server.ts';
import { until } from '../peers/process.ts';
import { backByItself, exhaustLog, type FullDiskReport, fillUnderTraffic } from './full-disk.ts';
import { createSpeaker } from './hall.ts';
import { createKeeper } from './keeper.ts';
import { createPublisher } from './publisher.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { createRecipient, createSender, type Recipient, signInBare } from './traffic.ts';
import { type Holding, isClean, judge } from './verdict.ts';

const usage = `npm run check:durability -- [options]
  --rounds N      kills (default 20)
  --senders N     (default 10)
  --recipients N  half of them online, half offline all the time (default 10)
  --rate N        messages a second, together (default 800)
  --seconds S     longest traffic before a kill; the shortest is a third of it (default 3)
  --seed N        repeats the choices of an earlier run
  --with-database kills the embedded database's process as well, every other round
  --with-full-disk fills the disk of the data folder in every third round; the disk is mounted for it, which takes root (and, in a
                  container, the right to mount)
  --data-dir DIR  a data folder to use and keep (it must have no users s1, r1 ... yet)
  --port N        XMPP port to use (default: any free one)
  --json          prints the result as JSON`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    senders: { type: 'string', default: '10' },
    recipients: { type: 'string', default: '10' },
    rate: { type: 'string', default: '800' },
    seconds: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'data-dir': { type: 'string' },
    port: { type: 'string' },
    'with-database': { type: 'boolean', default: false },
    'with-full-disk': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const number = (name: 'rounds' | 'senders' | 'recipients' | 'rate' | 'seconds' | 'seed'): number => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`--${name} must be a number above 0\n${usage}\n`);
  return process.exit(2);
};
const rounds = number('rounds');
const rate = number('rate');
const longest = number('seconds');
const seed = number('seed');
const random = seededRandom(seed);
const say = (text: string) => process.stderr.write(`${text}\n`);
const domain = 'localhost';
const killedAt: number[] = [];

const settings = {
  ...withoutLimits,
  'im.offlineMax': 100_000,
  'im.offlineMaxPerSender': 100_000,
  'archive.queriesPerSecond': 0,
  'muc.archiveQueriesPerSecond': 0,
  'xmpp.unackedStanzas': 100_000,
  'xmpp.unackedBytes': 104_857_600,
  'presence.maxContacts': 0,
  'pubsub.changesPerMinute': 0,
};

const senders = Array.from({ length: number('senders') }, (_, index) => createSender(`s${index + 1}`, `p${index + 1}`, domain));
const recipients = Array.from({ length: number('recipients') }, (_, index) => createRecipient(`r${index + 1}`, `q${index + 1}`));
const keeper = createKeeper('k1', 'kp1', domain, random);
const speaker = createSpeaker('k2', 'kp2', domain);
const publisher = createPublisher('k3', 'kp3', domain, random);
const fullDisk: FullDiskReport = { times: 0, said: new Set(), problems: [] };
const online = recipients.filter((_, index) => index % 2 === 0);

const tickMs = 20;

/** Of each tick: somebody's connection is lost, and the session resumed on another one; something is said in the room. */
const vanishShare = 0.02;
const speakShare = 0.5;
let vanished = 0;
let coming: Promise<void> = Promise.resolve();
/** One at a time; whom the kill overtakes comes back with everybody else. */
function vanishOne(target: RawTarget): void {
  const sender = senders[Math.floor(random() * senders.length)];
  if (!sender) return;
  coming = coming.then(() =>
    sender.vanish(target).then(
      () => void vanished++,
      () => undefined,
    ),
  );
}

/** A client that gets no acknowledgements sends no more: otherwise a machine that is too slow has more to send again after each kill. */
const mostWaiting = 200;

/** A kill before anything was acknowledged in a round would prove nothing. */
const acknowledgedBeforeKill = 300;

/**
 * Even traffic in small portions, each sender asking for acknowledgements as it goes, until `milliseconds` have gone by and enough was
 * acknowledged (a server that was started a moment ago is slow at first). With `isOver` it ends when that says so.
 */
function traffic(target: RawTarget, milliseconds: number, isOver?: () => boolean): Promise<void> {
  const settled = () => allSent().filter((record) => record.acknowledged).length;
  const before = settled();
  const began = performance.now();
  let done = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - began;
      if (isOver?.() ?? (elapsed >= milliseconds && (settled() - before >= acknowledgedBeforeKill || elapsed > 30_000))) {
        clearInterval(timer);
        return resolve();
      }
      const touched = new Set<(typeof senders)[number]>();
      // Nobody can sign in again while the disk is full.
      if (random() < vanishShare && isOver === undefined) vanishOne(target);
      if (random() < speakShare) {
        speaker.speak();
        speaker.request();
      }
      for (const due = (elapsed / 1000) * rate; done < due; done++) {
        const sender = senders[Math.floor(random() * senders.length)]!;
        if (sender.waiting() > mostWaiting) continue;
        sender.sendOne(recipients[Math.floor(random() * recipients.length)]!.user);
        touched.add(sender);
      }
      for (const sender of touched) sender.request();
    }, tickMs);
  });
}

async function connectAll(target: RawTarget, life: number): Promise<void> {
  await Promise.all(online.map((recipient) => recipient.connect(target, life)));
  await Promise.all(senders.map((sender) => sender.connect(target)));
  await Promise.all([keeper.connect(target), speaker.connect(target), publisher.connect(target)]);
  keeper.work();
  publisher.work();
}

const allSent = () => senders.flatMap((sender) => [...sender.sent.values()]);

let server: RunningServer | null = null;
let disk: SmallDisk | null = null;

/** Three ways on: there is space again; the node is killed while the disk is full; the database goes down for want of its log, and there is space again. */
async function fullDiskRound(on: RunningServer, small: SmallDisk, target: RawTarget): Promise<void> {
  let isOver = false;
  const moving = traffic(target, 0, () => isOver);
  try {
    await fillUnderTraffic(on, small, fullDisk);
    if (fullDisk.times % 3 === 0) await exhaustLog(on);
    if (fullDisk.times % 3 !== 2) await backByItself(on, small);
  } finally {
    isOver = true;
    await moving;
  }
}

async function run(): Promise<boolean> {
  say(
    `seed ${seed}: ${rounds} rounds, ${senders.length} senders, ${online.length} recipients online and ${recipients.length - online.length} offline`,
  );
  if (values['with-full-disk']) {
    const mounted = mountSmallDisk();
    if (mounted.disk === null) throw new Error(`--with-full-disk needs a file system of its own, and mounting one failed: ${mounted.why}`);
    disk = mounted.disk;
  }
  const dataDir = disk === null ? values['data-dir'] : join(disk.folder, 'data');
  server = await startServer({
    domain,
    settings,
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(values.port ? { ports: { xmpp: Number(values.port) } } : {}),
  });
  await generateUsers(server, 's', senders.length, 'p');
  await generateUsers(server, 'r', recipients.length, 'q');
  await generateUsers(server, 'k', 3, 'kp');
  const target: RawTarget = { host: server.host, port: server.ports.xmpp, domain };
  for (let round = 0; round < rounds; round++) {
    await connectAll(target, round);
    await traffic(target, longest * 1000 * (1 / 3 + (random() * 2) / 3));
    if (disk !== null && round % 3 === 0) await fullDiskRound(server, disk, target);
    const before = allSent();
    await server.crash({ database: values['with-database'] && round % 2 === 1 });
    killedAt.push(Date.now());
    for (const client of [...senders, ...online, keeper, speaker, publisher]) client.cut();
    disk?.free();
    await coming;
    for (const sender of senders) sender.cut();
    const waiting = senders.reduce((sum, sender) => sum + sender.waiting(), 0);
    const began = performance.now();
    await server.restart();
    say(
      `round ${round + 1}: ${before.length.toLocaleString('en')} sent so far, killed with ${waiting} unacknowledged, ready again after ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
  }
  await connectAll(target, rounds);
  for (const sender of senders) await until(`${sender.user} has everything acknowledged`, () => sender.waiting() === 0, 60_000);
  await until('everything said in the room is acknowledged', () => speaker.waiting() === 0, 60_000);
  keeper.cut();
  publisher.cut();
  const items = await publisher.check(target);
  const list = await keeper.check(target);
  const hall = await speaker.check(target);
  const late = recipients.filter((recipient) => !online.includes(recipient));
  await Promise.all(late.map((recipient) => recipient.connect(target, rounds)));
  await until('nothing more arrives', () => recipients.every((recipient) => Date.now() - recipient.lastArrival() > 1_500), 120_000);
  const holdings: Holding[] = [];
  for (const recipient of recipients) holdings.push(await holdingOf(recipient, online.includes(recipient)));
  const ours: Holding[] = [];
  for (const [index, sender] of senders.entries()) {
    const client = await signInBare(target, sender.user, `p${index + 1}`, 'reader');
    ours.push({ user: sender.user, online: true, copies: [], archived: (await wholeArchive(client)).map((message) => message.id) });
    await client.close();
  }
  const verdict = judge(allSent(), holdings, ours, killedAt);
  const refused = recipients.flatMap((recipient) => recipient.refused);
  // With a disk that has space, nobody may be told to wait.
  const waits = disk === null ? verdict.refused + keeper.refused + publisher.refused : 0;
  const clean =
    isClean(verdict) &&
    waits === 0 &&
    refused.length + list.length + hall.problems.length + items.length + fullDisk.problems.length === 0 &&
    Math.min(verdict.acknowledged, keeper.confirmed, speaker.acknowledged, publisher.confirmed) > 0;
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ seed, rounds, clean, ...verdict, refused, vanished, list, hall, items, fullDisk: { ...fullDisk, said: [...fullDisk.said] } }, null, 2)}\n`,
    );
  else print(verdict, refused, list, hall, items, waits, clean);
  for (const client of [...senders, ...recipients, keeper, speaker, publisher]) client.cut();
  await server.stop();
  server = null;
  disk?.remove();
  return clean;
}

async function holdingOf(recipient: Recipient, isOnline: boolean): Promise<Holding> {
  const archive = await wholeArchive(recipient.client());
  return { user: recipient.user, online: isOnline, copies: recipient.copies, archived: archive.map((message) => message.id) };
}

function print(
  verdict: ReturnType<typeof judge>,
  refused: readonly string[],
  list: readonly string[],
  hall: { readonly problems: readonly string[]; readonly repeated: number },
  items: readonly string[],
  waits: number,
  clean: boolean,
): void {
  const line = (label: string, list: readonly string[]) =>
    `${list.length === 0 ? 'ok  ' : 'FAIL'} ${label}: ${list.length}${list.length > 0 ? `\n       ${list.slice(0, 8).join('\n       ')}` : ''}`;
  process.stdout.write(
    `${[
      `${verdict.sent.toLocaleString('en')} messages sent, ${verdict.acknowledged.toLocaleString('en')} acknowledged, ${rounds} kills; ${verdict.resent.toLocaleString('en')} had to be sent again by their sender`,
      `${vanished} times a connection was lost and the session resumed; ${keeper.confirmed.toLocaleString('en')} changes of contacts confirmed; ${speaker.acknowledged.toLocaleString('en')} messages in a room acknowledged; ${publisher.confirmed.toLocaleString('en')} published items confirmed`,
      ...(disk === null ? [] : [fullDiskText(verdict.refused)]),
      line('acknowledged and lost', verdict.missing),
      line('acknowledged and not in both archives', verdict.notArchived),
      line('twice in one archive', verdict.doubledInArchive),
      line('twice at one device without a crash between', verdict.doubledAtDevice),
      line('refused to a recipient', refused),
      line('contact lists that differ from what was confirmed', list),
      line('a room that differs from what was acknowledged', hall.problems),
      ...(disk === null ? [`${waits === 0 ? 'ok  ' : 'FAIL'} told to wait although there was space: ${waits}`] : []),
      line('published items that differ from what was confirmed', items),
      ...(disk === null ? [] : [line('a full disk that the node said nothing of', fullDisk.problems)]),
      `     kept twice by the room because its speaker repeated it after a kill: ${hall.repeated}`,
      `     seen before a kill and again after its sender repeated it: ${verdict.repeatedByCrash}`,
      clean ? 'Everything acknowledged is there, once.' : `Not durable. Repeat with --seed ${seed}.`,
    ].join('\n')}\n`,
  );
}

const fullDiskText = (messages: number): string =>
  `${fullDisk.times} times the disk was full: ${messages.toLocaleString('en')} messages, ${keeper.refused} changes of contacts and ${publisher.refused} items were refused with the word to wait; the node said: ${[...fullDisk.said].join(' ')}`;

run().then(
  (clean) => process.exit(clean ? 0 : 1),
  async (problem: unknown) => {
    say(`the check could not be finished: ${problem instanceof Error ? problem.message : String(problem)}`);
    say(server ? server.log().split('\n').slice(-20).join('\n') : '');
    disk?.free();
    await server?.stop();
    disk?.remove();
    process.exit(1);
  },
);
