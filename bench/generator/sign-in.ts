import { type Connection, signIn } from './connection.ts';
import { report, spread, startWatch } from './control.ts';
import type { Job, Measured } from './job.ts';
import { createLatency } from './latency.ts';

type JobOf<K extends Job['is']> = Extract<Job, { is: K }>;

/** Sign-ins in a closed loop: `parallel` under way at any time; each is closed in order, or stays. */
export async function measureSignIn(job: JobOf<'sign-in'>): Promise<Measured> {
  // Each account signs in once beforehand: derived keys are then known to the client, and the server's caches are as on a working day.
  await spread(job.accounts, job.parallel, async (index) => (await signIn(job.target, index + 1, 'warm', job.signIn)).close());
  if (job.restart) await report({ is: 'restart' });
  const latency = createLatency();
  const staying: Connection[] = [];
  let errors = 0;
  const watch = await startWatch();
  await spread(job.count, job.parallel, async (index) => {
    const began = performance.now();
    try {
      const connection = await signIn(job.target, (index % job.accounts) + 1, `r${index}`, job.signIn);
      latency.add(performance.now() - began);
      if (job.stay) {
        connection.onText = () => {};
        staying.push(connection);
      } else await connection.close();
    } catch {
      errors++;
    }
  });
  const measured = await watch.stop(job.count - errors, latency, errors);
  for (const connection of staying) connection.destroy();
  return measured;
}

/** Signs `count` different accounts in and holds them, so that the main process can weigh the server. */
export async function holdIdle(job: JobOf<'idle'>): Promise<Measured> {
  const held: Connection[] = [];
  let errors = 0;
  let lost = 0;
  const began = performance.now();
  await spread(job.count, job.parallel, async (index) => {
    try {
      const connection = await signIn(job.target, job.firstAccount + index, 'idle', job.signIn);
      connection.onText = (text) => answerPing(connection, text);
      connection.onClosed = () => lost++;
      held.push(connection);
    } catch {
      errors++;
    }
  });
  const seconds = (performance.now() - began) / 1000;
  await report({ is: 'holding', sessions: held.length });
  const standing = held.length - lost;
  for (const connection of held) connection.destroy();
  return { units: standing, seconds, p50: null, p99: null, generatorCpu: 0, errors: errors + lost };
}

/** Whoever is silent is asked now and then whether they are still there (XEP-0199); on a busy machine the sessions stand that long. */
function answerPing(connection: Connection, text: string): void {
  const id = text.includes('urn:xmpp:ping') ? /<iq[^>]* id=['"]([^'"]*)['"]/.exec(text)?.[1] : undefined;
  if (id !== undefined) connection.write(`<iq type='result' id='${id}'/>`);
}
