import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Fault } from '../../kernel/faults.ts';
import { storeFaults } from '../faults.ts';
import type { RunAs } from './run-as.ts';

/** Where the built-in database keeps things, all below the data folder but for a socket whose path would be too long. */
export interface Folders {
  readonly data: string;
  readonly cluster: string;
  readonly socket: string;
  readonly password: string;
  readonly log: string;
}

/** A socket's whole path must fit into `sun_path`: 104 bytes on some systems, and its file name takes 15. */
const MAX_SOCKET_FOLDER = 85;
const MAX_LOG_BYTES = 5_000_000;

export function foldersIn(dataDir: string): Folders {
  const data = resolve(dataDir);
  const near = join(data, 'run');
  const far = join(tmpdir(), `rollcall-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`);
  return {
    data,
    cluster: join(data, 'postgres'),
    socket: Buffer.byteLength(near) <= MAX_SOCKET_FOLDER ? near : far,
    password: join(data, 'postgres-password'),
    log: join(data, 'postgres.log'),
  };
}

/** Says what a failed file operation means for the person who starts the server. */
export function folderFault(folder: string, error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return storeFaults.diskFull({ folder });
  return storeFaults.folderNotWritable({ folder, why: error instanceof Error ? error.message : String(error) });
}

/** Makes what is missing, private to us. Throws the file system's error. */
export function prepareFolders(folders: Folders, runAs: RunAs): void {
  mkdirSync(folders.data, { recursive: true, mode: 0o700 });
  mkdirSync(folders.socket, { recursive: true, mode: 0o700 });
  const socket = lstatSync(folders.socket);
  const uid = process.getuid?.() ?? socket.uid;
  // A folder that somebody else put into the common temporary folder is a trap, not a place to talk to our database.
  if (!socket.isDirectory() || (socket.uid !== uid && socket.uid !== runAs.owner?.uid))
    throw new Error(`${folders.socket} belongs to somebody else`);
  if (runAs.owner !== null) {
    chownSync(folders.socket, runAs.owner.uid, runAs.owner.gid);
    // The other account must get through our folder to its own, and sees nothing on the way: every secret in it is mode 600.
    chmodSync(folders.data, statSync(folders.data).mode | 0o011);
  }
  // Proves that files can be made here before a long start does.
  const probe = join(folders.data, '.write-test');
  closeSync(openSync(probe, 'w', 0o600));
  rmSync(probe);
}

/** The superuser's password, made once. The socket's folder is private already; the password guards against a widened mode. */
export function readPassword(folders: Folders): string {
  if (!existsSync(folders.password)) writePrivate(folders.password, `${randomBytes(24).toString('base64url')}\n`);
  return readFileSync(folders.password, 'utf8').trim();
}

export function writePrivate(path: string, text: string, owner: RunAs['owner'] = null): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    fchmodSync(fd, 0o600);
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
  if (owner !== null) chownSync(temporary, owner.uid, owner.gid);
  renameSync(temporary, path);
}

/** The server's own log, started anew when it has grown large. */
export function openServerLog(folders: Folders): { fd: number; from: number } {
  if (existsSync(folders.log) && statSync(folders.log).size > MAX_LOG_BYTES) truncateSync(folders.log);
  const fd = openSync(folders.log, 'a', 0o600);
  return { fd, from: statSync(folders.log).size };
}

/** What the server wrote since `from`, at most 4,000 characters from the end. */
export function serverLogSince(folders: Folders, from: number): string {
  if (!existsSync(folders.log)) return '';
  return readFileSync(folders.log).subarray(from).toString('utf8').slice(-4000);
}
