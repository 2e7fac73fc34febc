/** `npm run fuzz`: broken and hostile input, made from what was found before. What breaks a rule is shrunk, shown, and kept in the corpus. */
import { parseArgs } from 'node:util';
import { fuzzStreams } from './streams.ts';
import { fuzzXml } from './xml.ts';

const usage = `npm run fuzz -- [options]
  --seconds N   how long, over all (default 60)
  --seed N      repeats the choices of an earlier run
  --only NAMES  xml, stream`;

function fail(message: string): never {
  process.stderr.write(`${message}\n${usage}\n`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: 'xml,stream' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) fail('--seconds and --seed must be numbers');
const fuzzers = { xml: fuzzXml, stream: fuzzStreams };
const chosen = values.only.split(',').map((name) => {
  const fuzzer = fuzzers[name as keyof typeof fuzzers];
  return fuzzer ? ([name, fuzzer] as const) : fail(`there is no "${name}" to fuzz`);
});
let found = 0;
for (const [name, fuzzer] of chosen) {
  const { runs, finds } = await fuzzer({ seed, milliseconds: (seconds * 1000) / chosen.length });
  process.stdout.write(`${name}: ${runs.toLocaleString('en')} inputs, ${finds.length} found\n`);
  for (const find of finds) process.stdout.write(`\n  ${find.file}\n  ${find.why}\n`);
  found += finds.length;
}
process.stdout.write(found === 0 ? `Nothing found (seed ${seed}).\n` : `Repeat with --seed ${seed}.\n`);
process.exit(found === 0 ? 0 : 1);
