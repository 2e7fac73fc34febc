/** Debian packages the full test run needs: a browser and real XMPP clients. Installed where that is allowed, named where not. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const packages = JSON.parse(readFileSync(join(root, 'bin/lib/debian-packages.json'), 'utf8'));

/** dpkg's own placeholder for the state of a package. */
const STATUS = '$' + '{Status}';
const installed = (name) =>
  spawnSync('dpkg-query', ['-W', '-f', STATUS, name], { encoding: 'utf8' }).stdout?.includes('install ok installed') ?? false;

export async function ensureDebianPackages() {
  const missing = Object.keys(packages).filter((name) => !installed(name));
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() === 0) {
    console.log(`Installing for the tests: ${missing.join(', ')} ...`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { quiet: true, env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { quiet: true, env });
  }
  const still = missing.filter((name) => !installed(name));
  if (still.length === 0) return;
  console.error('rollcall: the tests need Debian packages that are not installed here:');
  for (const name of still) console.error(`  ${name}: ${packages[name]}`);
  console.error(`Install them as root and run the tests again:\n  ${command}`);
  process.exit(1);
}
