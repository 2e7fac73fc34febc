import { type Asked, type Find, keep, type Outcome, readCorpus } from './corpus.ts';
import { createRandom, type Random } from './random.ts';
import { checkXml } from './xml-check.ts';
import { mutate, shrink } from './xml-mutate.ts';

/** More than one find of a kind says nothing new. */
const MOST_FINDS = 10;
const LIVING = 400;

const cutsIn = (random: Random, length: number) =>
  Array.from({ length: random.below(6) }, () => random.below(length + 1)).sort((a, b) => a - b);

/** What a mutant is worth: one that is read in a way not seen before is mutated further. */
const kindOf = (why: string | null) => (why ?? '').replace(/[^a-z]+/gi, ' ').slice(0, 60);

export async function fuzzXml({ seed, milliseconds }: Asked): Promise<Outcome> {
  const random = createRandom(seed);
  const living = readCorpus('xml').map(({ bytes }) => bytes);
  const kinds = new Set<string>();
  const finds: Find[] = [];
  let runs = 0;
  const until = performance.now() + milliseconds;
  while (performance.now() < until && finds.length < MOST_FINDS) {
    const bytes = mutate(random, random.pick(living), random.pick(living));
    const cuts = cutsIn(random, bytes.length);
    runs++;
    const why = safely(bytes, cuts);
    if (why === null) {
      // Now and then a mutant lives on, so that changes add up.
      if (random.chance(0.05)) {
        if (living.length < LIVING) living.push(bytes);
        else living[random.below(LIVING)] = bytes;
      }
      continue;
    }
    const kind = kindOf(why);
    if (kinds.has(kind)) continue;
    kinds.add(kind);
    const small = shrink(bytes, (candidate) => kindOf(safely(candidate, cuts)) === kind);
    finds.push({ file: keep('xml', small, 'xml'), why: `${safely(small, cuts)}\n  ${JSON.stringify(small.toString('latin1'))}` });
  }
  return { runs, finds };
}

function safely(bytes: Buffer, cuts: readonly number[]): string | null {
  try {
    return checkXml(bytes, cuts);
  } catch (problem) {
    return `threw ${problem instanceof Error ? problem.stack : problem}`;
  }
}
