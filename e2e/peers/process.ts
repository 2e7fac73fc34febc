import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Daemons of other projects refuse to run as root, or should: as root they are started under this account. */
const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin', '/usr/bin')
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** A port nobody listens on now, above 20,000 so that it is not handed out to outgoing connections of most systems. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Waits until `ready` holds; the error names what was waited for. */
export async function until(what: string, ready: () => boolean | Promise<boolean>, timeoutMs = 30_000, stepMs = 50): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await ready())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

export function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial({ port, host });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A temporary folder that the daemon's account owns. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `rollcall-${name}-`));
}

export function handOver(folder: string): void {
  if (!isRoot) return;
  chownSync(folder, nobody.uid, nobody.gid);
  execFileSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, folder]);
}

export interface Daemon {
  readonly pid: number;
  readonly exited: boolean;
  /** TERM, then KILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a daemon in the foreground under an unprivileged account, with its output in `<folder>/output.log`. */
export function startDaemon(command: string, args: readonly string[], folder: string, env: Record<string, string> = {}): Daemon {
  const log = openSync(join(folder, 'output.log'), 'a');
  const child: ChildProcess = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: { NODE_ENV: 'production', PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, HOME: folder, LANG: 'C.UTF-8', ...env },
    ...(isRoot ? nobody : {}),
  });
  closeSync(log);
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  const gone = () => failed || child.exitCode !== null || child.signalCode !== null;
  return {
    get pid() {
      return child.pid ?? 0;
    },
    get exited() {
      return gone();
    },
    async stop(graceMs = 10_000) {
      if (gone()) return;
      child.kill('SIGTERM');
      await until(`${command} stops`, gone, graceMs).catch(() => child.kill('SIGKILL'));
      await until(`${command} is gone`, gone, 5_000);
    },
  };
}

export function lastLines(file: string, count = 15): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A self-signed ECDSA P-256 certificate, as all servers under test get one: the kind of key decides what a TLS sign-in costs. */
export function makeCertificate(folder: string, domain: string): { key: string; certificate: string; both: string } {
  const key = join(folder, 'tls.key');
  const certificate = join(folder, 'tls.crt');
  const both = join(folder, 'tls.pem');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', `/CN=${domain}`].concat(
      '-addext',
      `subjectAltName=DNS:${domain},DNS:conference.${domain}`,
      '-keyout',
      key,
      '-out',
      certificate,
    ),
    { stdio: 'ignore' },
  );
  execFileSync('sh', ['-c', 'cat "$1" "$2" > "$3" && chmod 644 "$1" "$2" "$3"', 'sh', key, certificate, both]);
  return { key, certificate, both };
}
