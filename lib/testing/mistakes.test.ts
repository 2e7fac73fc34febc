import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mistakes } from './mistakes.ts';

const root = join(import.meta.dirname, '..', '..');

test('all 25 mistakes have a row, and each is somebody’s', () => {
  expect(mistakes.map((row) => row.number)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  expect(mistakes.filter((row) => row.caughtBy.length === 0 && row.also === undefined)).toEqual([]);
});

test.each(mistakes.flatMap((row) => row.caughtBy.map(([file, title]) => [row.number, file, title] as const)))(
  'mistake %i would be caught by %s: %s',
  (_, file, title) => {
    expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  },
);
