import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'bin/import-rules.mjs'), ...args], { cwd: root, encoding: 'utf8' });

it('reports a room that knows a framework, also by type only', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(root, 'lib/blocking/bad-import-'));
  try {
    writeFileSync(join(folder, 'bad.ts'), "import type { ReactNode } from 'react';\nexport type Bad = ReactNode;\n");
    const { status, stderr } = check('--floor', '1', folder.slice(root.length));
    expect(stderr).toContain('engine-knows-no-framework');
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('refuses to call it well when it has seen too little', { timeout: 60_000 }, () => {
  const { status, stderr } = check('--floor', '1000', 'lib/kernel');
  expect(stderr).toContain('1000 at least were expected');
  expect(status).toBe(1);
});
