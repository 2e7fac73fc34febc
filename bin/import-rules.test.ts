import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

async function cruise(...paths: string[]) {
  const args = [join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...paths];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 1e9 }).catch((e: { stdout: string }) => e);
  return JSON.parse(stdout) as { summary: { totalCruised: number; violations: { rule: { name: string }; from: string }[] } };
}

it('reports a room that imports the store, also by type only, and looks at the whole house', async () => {
  const folder = mkdtempSync(join(root, 'lib/roster/bad-import-'));
  try {
    writeFileSync(join(folder, 'bad.ts'), "import type { createStores } from '../../store/index.ts';\nimport { useState } from 'react';\nexport type Bad = typeof createStores;\nexport const bad = useState;\n");
    const { summary } = await cruise('lib');
    const reported = summary.violations.filter((v) => v.from.startsWith('lib/roster/bad-import-')).map((v) => v.rule.name);
    expect(reported).toContain('engine-knows-no-framework');
    expect(summary.totalCruised).toBeGreaterThan(200);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
