import { type Asked, type Find, keep, type Outcome } from './corpus.ts';
import { createRandom, type Random } from './random.ts';
import { createStreamWorld, type Step, stepNames } from './stream-world.ts';

const MOST_FINDS = 5;
const AT_ONCE = 8;

/** Steps in the order of a real sign-in, with changes: pure chance would never get behind the first gate. */
const usual: readonly (readonly string[])[] = [
  ['header', 'plain', 'header', 'bind', 'presence', 'message', 'iq', 'end'],
  ['header', 'plain', 'header', 'bind', 'enable', 'message', 'request', 'ack', 'cut'],
  ['header', 'plain', 'header', 'resume', 'bind', 'message', 'end'],
  ['header', 'scramBegin', 'response', 'abort', 'plain', 'header', 'bind', 'iq', 'cut'],
  ['header', 'plainBad', 'plain', 'header', 'bind', 'session', 'roster', 'end'],
];

export function randomSteps(random: Random): string[] {
  const steps = [...random.pick(usual)];
  for (let n = random.below(5); n > 0; n--) {
    const at = random.below(steps.length + 1);
    const choice = random.below(4);
    if (choice === 0) steps.splice(at, 1);
    else if (choice === 1) steps.splice(at, 0, steps[random.below(steps.length)] ?? 'header');
    else steps.splice(at, 0, random.pick(stepNames));
  }
  return steps.slice(0, 16);
}

export async function fuzzStreams({ seed, milliseconds }: Asked): Promise<Outcome> {
  const random = createRandom(seed);
  const world = await createStreamWorld();
  const finds: Find[] = [];
  const kinds = new Set<string>();
  let runs = 0;
  const until = performance.now() + milliseconds;
  const note = (why: string, steps: readonly string[]) => {
    const kind = why.replace(/[^a-z]+/gi, ' ').slice(0, 60);
    if (kinds.has(kind)) return;
    kinds.add(kind);
    finds.push({ file: keep('stream', Buffer.from(`${JSON.stringify(steps)}\n`), 'json'), why: `${why}\n  ${steps.join(' ')}` });
  };
  try {
    while (performance.now() < until && finds.length < MOST_FINDS) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const steps = randomSteps(random);
          runs++;
          const why = await world.run(steps as Step[], random);
          if (why !== null) note(why, steps);
        }),
      );
    }
    const left = await world.leftovers();
    if (left !== null) finds.push({ file: '(all of them together)', why: left });
  } finally {
    await world.stop();
  }
  return { runs, finds };
}
