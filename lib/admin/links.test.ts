import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Does the console have this page? A folder in brackets stands for any segment. */
function isPage(path: string): boolean {
  let folders = [join(root, 'app', '(console)')];
  for (const segment of path.split('/').slice(1)) {
    folders = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name === segment || /^\[\w+\]$/.test(name))
        .map((name) => join(folder, name)),
    );
  }
  return folders.some((folder) => existsSync(join(folder, 'page.tsx')));
}

function linksIn(folder: string): { file: string; link: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|generated|testing/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\b(?:link|page): '(\/[a-z/-]+)'/g)].map(([, link = '']) => ({ file, link })),
    );
}

it('leads every alarm, sentence and section of settings to a page that exists', () => {
  const found = linksIn(join(root, 'lib'));
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter(({ link }) => !isPage(link))).toEqual([]);
});
