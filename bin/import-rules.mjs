/**
 * The import rules over the whole house, with a floor: a checker that silently sees nothing would pass everything.
 *   node bin/import-rules.mjs [--floor N] [PATH ...]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { nodeBin, root } from './lib/run.mjs';

const { values, positionals } = parseArgs({ options: { floor: { type: 'string', default: '400' } }, allowPositionals: true });
const paths = positionals.length > 0 ? positionals : ['lib', 'app'];
const [node, cruiser] = nodeBin('dependency-cruiser/bin/dependency-cruise.mjs');
const { stdout, stderr } = spawnSync(node, [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...paths], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1e9,
});
let report;
try {
  report = JSON.parse(stdout);
} catch {
  console.error(`The import checker failed:\n${stderr}`);
  process.exit(2);
}
const { summary } = report;
for (const { rule, from, to } of summary.violations) {
  const comment = summary.ruleSetUsed.forbidden.find((one) => one.name === rule.name)?.comment ?? '';
  console.error(`${rule.name}: ${from} -> ${to}\n  ${comment}`);
}
const isBlind = summary.totalCruised < Number(values.floor);
if (isBlind) console.error(`The import checker looked at ${summary.totalCruised} modules only; ${values.floor} at least were expected.`);
console.log(`${summary.totalCruised} modules, ${summary.violations.length} violations`);
process.exit(summary.violations.length > 0 || isBlind ? 1 : 0);
