import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Find {
  readonly file: string;
  readonly why: string;
}
export interface Outcome {
  readonly runs: number;
  readonly finds: readonly Find[];
}
export interface Asked {
  readonly seed: number;
  readonly milliseconds: number;
}

const folder = (kind: string) => fileURLToPath(new URL(`corpus/${kind}`, import.meta.url));

export const readCorpus = (kind: 'xml' | 'stream'): { name: string; bytes: Buffer }[] =>
  readdirSync(folder(kind))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(folder(kind), name)) }));

/** Keeps a find under a name made from its content, so that the same one is kept once. */
export function keep(kind: 'xml' | 'stream', bytes: Buffer, ending: string): string {
  const name = `found-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.${ending}`;
  writeFileSync(join(folder(kind), name), bytes);
  return `fuzz/corpus/${kind}/${name}`;
}
