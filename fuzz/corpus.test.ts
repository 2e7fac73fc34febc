import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { createRandom, type Random } from './random.ts';
import { createStreamWorld, type Step, type StreamWorld, stepNames } from './stream-world.ts';
import { checkXml } from './xml-check.ts';
import { mutate } from './xml-mutate.ts';

describe('documents that were found by fuzzing, and those it began with', () => {
  const corpus = readCorpus('xml');
  it.each(corpus)('$name is read alike however it is cut, and as an independent parser reads it', ({ bytes }) => {
    const random = createRandom(1);
    for (let run = 0; run < 5; run++) expect(checkXml(bytes, [random.below(bytes.length + 1)])).toBeNull();
  });

  it('a few thousand mutants of them show nothing', () => {
    const random = createRandom(20_261_124);
    for (let run = 0; run < 2_000; run++) {
      const bytes = mutate(random, random.pick(corpus).bytes, random.pick(corpus).bytes);
      const why = checkXml(bytes, [random.below(bytes.length + 1)]);
      if (why !== null) expect.fail(`${why}\n${JSON.stringify(bytes.toString('latin1'))}`);
    }
  });
});

describe('conversations that were found by fuzzing, and usual ones', () => {
  const random: Random = createRandom(1);
  let world: StreamWorld;
  beforeAll(async () => {
    world = await createStreamWorld();
  });
  afterAll(() => world.stop());

  it.each(readCorpus('stream'))('$name ends in a known state', async ({ bytes }) => {
    const steps = JSON.parse(bytes.toString()) as Step[];
    expect(steps.filter((step) => !stepNames.includes(step))).toEqual([]);
    for (let run = 0; run < 3; run++) expect(await world.run(steps, random)).toBeNull();
    expect(await world.leftovers()).toBeNull();
  });
});
