import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sections } from './schema/index.ts';

/** All shipped code outside the schema, as one text. */
function shippedCode(): string {
  const root = join(import.meta.dirname, '..');
  const texts: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!['generated', 'testing', 'ui', 'schema'].includes(entry.name)) walk(path);
      } else if (path.endsWith('.ts') && !path.endsWith('.test.ts')) texts.push(readFileSync(path, 'utf8'));
    }
  };
  walk(root);
  return texts.join('\n');
}

it('has no setting that nothing reads', () => {
  const code = shippedCode();
  const unread = Object.values(sections).flatMap((section) =>
    Object.keys(section.settings)
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(code))
      .map((name) => `${section.id}.${name}`),
  );
  expect(unread).toEqual([]);
});
