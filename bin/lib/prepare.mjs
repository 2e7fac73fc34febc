/**
 * Everything between a bare clone and a program that can run: packages by the lock file, the generated database client, the built
 * console and server. Each step leaves a stamp of what it was made from and is skipped while that is unchanged.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, nodeBin, root } from './run.mjs';

const MINIMUM_NODE = [20, 19];

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  console.error(
    `rollcall: Node ${MINIMUM_NODE.join('.')} or later is needed; this is ${process.versions.node}. Install a newer Node and start again.`,
  );
  process.exit(1);
}

function digest(paths) {
  const hash = createHash('sha256');
  const walk = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name === 'generated' || name === 'node_modules' || name.endsWith('.test.ts')) continue;
        walk(join(path, name));
      }
      return;
    }
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const path of paths) walk(join(root, path));
  return hash.digest('hex');
}

async function step(stampFile, sources, produced, work) {
  const now = digest(sources);
  const was = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (now === was && produced.every((path) => existsSync(path))) return false;
  await work();
  mkdirSync(join(stampFile, '..'), { recursive: true });
  writeFileSync(stampFile, now);
  return true;
}

/**
 * Installs what the lock file says when node_modules is missing or older than it. Not `npm ci`: that refuses a lock file written where the
 * binaries of some other platform could not be had.
 */
export async function ensurePackages() {
  const modules = join(root, 'node_modules');
  await step(join(modules, '.rollcall-packages'), ['package.json', 'package-lock.json'], [join(modules, 'next')], async () => {
    console.log('Installing packages ...');
    await must('installing packages', 'npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      env: { PUPPETEER_SKIP_DOWNLOAD: '1', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    });
  });
}

export async function ensureGenerated() {
  await step(
    join(root, 'node_modules', '.rollcall-generated'),
    ['prisma/schema', 'prisma.config.ts', 'package-lock.json'],
    [join(root, 'lib/store/generated')],
    async () => {
      await must('generating the database client', process.execPath, [join(root, 'bin/lib/generate.mjs')], { quiet: true });
    },
  );
}

const serverSources = ['lib', 'prisma', 'package-lock.json', 'bin/lib/prepare.mjs'];
const consoleSources = [
  'app',
  'lib/ui',
  'lib/live',
  'lib/admin',
  'lib/kernel',
  'lib/config',
  'public',
  'proxy.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/** Bundles the server and its worker threads; packages stay outside. */
export async function ensureServer() {
  const dist = join(root, 'dist');
  await step(join(dist, '.server'), serverSources, [join(dist, 'server.mjs')], async () => {
    const { build } = await import('esbuild');
    const workers = existsSync(join(root, 'lib/server/workers'))
      ? readdirSync(join(root, 'lib/server/workers')).filter((f) => f.endsWith('.worker.ts'))
      : [];
    await build({
      absWorkingDir: root,
      entryPoints: [
        { in: 'lib/server/main.ts', out: 'server' },
        ...workers.map((f) => ({ in: `lib/server/workers/${f}`, out: f.replace(/\.ts$/, '') })),
      ],
      outdir: 'dist',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: true,
      logLevel: 'warning',
    });
  });
}

export async function ensureConsole() {
  await step(join(root, '.next', '.rollcall-console'), consoleSources, [join(root, '.next', 'BUILD_ID')], async () => {
    console.log('Building the console ...');
    await must('building the console', ...split(nodeBin('next/dist/bin/next')), {
      quiet: true,
      env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    });
  });
}

const split = ([command, script]) => [command, [script, 'build']];

export async function prepare() {
  checkNode();
  await ensurePackages();
  await ensureGenerated();
  await ensureServer();
  await ensureConsole();
}
