import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandValues, createExecute } from '../admin/cli/execute.ts';
import { manifestOf } from '../admin/cli/manifest.ts';
import type { UseCaseTable } from '../admin/shared/registry.ts';
import type { CallUseCase } from '../admin/shared/run.ts';
import { defineFaults, type Fault } from '../kernel/faults.ts';
import type { Log } from '../kernel/log.ts';
import { ok, type Result, refuse } from '../kernel/result.ts';

/**
 * The command line's way in: HTTP over a Unix socket that only the account of the server can open (mode 600). Whoever can open it can
 * read the data folder anyway, so it asks for no password; it is the way back in when nobody remembers one.
 */
export interface AdminSocket {
  start(): Promise<Result<void, Fault>>;
  stop(): Promise<void>;
  readonly path: string;
}

export const adminSocketFaults = defineFaults('admin-socket', {
  inUse: { kind: 'conflict', message: 'Another server answers on {path}. Two servers cannot share a data folder.' },
  cannotListen: { kind: 'down', message: 'The command line cannot be served on {path}: {why}.' },
  notOurs: { kind: 'refused', message: 'The folder {path} belongs to another account. Remove it, or choose a shorter data folder.' },
});

/** `sun_path` holds 108 bytes on Linux, 104 on macOS, with the NUL. */
const longestPath = 100;
const bodyLimit = 27 * 1024 * 1024;

export function createAdminSocket(deps: { dataDir: string; call: CallUseCase; useCases: UseCaseTable; log: Log }): AdminSocket {
  const { dataDir, log } = deps;
  const place = socketPlace(dataDir);
  const execute = createExecute(deps.call, deps.useCases);
  const manifest = JSON.stringify({ version: 1, commands: manifestOf(deps.useCases) });
  let server: Server | null = null;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'GET' && request.url === '/manifest')
      return void response.setHeader('content-type', 'application/json').end(manifest);
    if (request.method !== 'POST' || request.url !== '/execute') return void response.writeHead(404).end();
    const asked = await readCommand(request);
    if (!asked) return void response.writeHead(400).end();
    const result = await execute(asked.id, asked.values);
    if (result.ok && isFile(result.value)) {
      response.setHeader('content-type', result.value.mediaType);
      response.setHeader('x-rollcall-file', result.value.fileName);
      return sendChunks(response, result.value.chunks);
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(result));
  }

  return {
    path: place.path,
    async start() {
      if (place.folder) {
        mkdirSync(place.folder, { recursive: true, mode: 0o700 });
        const folder = lstatSync(place.folder);
        // Others may make folders in the temporary folder: ours is a real one, ours alone.
        if (!folder.isDirectory() || folder.uid !== process.getuid?.() || (folder.mode & 0o077) !== 0)
          return refuse(adminSocketFaults.notOurs({ path: place.folder }));
        writeFileSync(join(dataDir, pointerName), place.path, { mode: 0o600 });
      }
      if (existsSync(place.path)) {
        if (await answers(place.path)) return refuse(adminSocketFaults.inUse({ path: place.path }));
        rmSync(place.path, { force: true });
      }
      const listening = createServer({ keepAlive: false }, (request, response) => {
        answer(request, response).catch((error: unknown) => {
          log.error('admin-socket.broke', { error: error instanceof Error ? error.stack : String(error) });
          if (!response.headersSent) response.writeHead(500);
          response.destroy();
        });
      });
      // Imports of 25 MiB over a slow pipe take their time.
      listening.requestTimeout = 0;
      server = listening;
      return new Promise((resolve) => {
        listening.once('error', (error) => resolve(refuse(adminSocketFaults.cannotListen({ path: place.path, why: error.message }))));
        // The mask covers the moment between making the socket and chmod.
        const before = process.umask(0o177);
        listening.listen(place.path, () => {
          chmodSync(place.path, 0o600);
          listening.on('error', (error) => log.error('admin-socket.failed', { error: error.message }));
          resolve(ok(undefined));
        });
        process.umask(before);
      });
    },
    async stop() {
      const closing = server;
      server = null;
      if (!closing) return;
      await new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeAllConnections();
      });
      rmSync(place.path, { force: true });
    },
  };
}

const pointerName = 'admin.sock.path';

/** In the data folder, or, where that path is too long for a socket, in a folder of our own under the temporary one; a file tells the client. */
function socketPlace(dataDir: string): { path: string; folder: string | null } {
  const path = join(dataDir, 'admin.sock');
  if (Buffer.byteLength(path) <= longestPath) return { path, folder: null };
  const folder = join(tmpdir(), `rollcall-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
  return { path: join(folder, 'admin.sock'), folder };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

async function readCommand(request: IncomingMessage): Promise<{ id: string; values: CommandValues } | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return null;
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
  if (typeof body !== 'object' || body === null) return null;
  const { id, values } = body as { id?: unknown; values?: unknown };
  if (typeof id !== 'string' || typeof values !== 'object' || values === null) return null;
  const fits = Object.values(values).every((texts) => Array.isArray(texts) && texts.every((text) => typeof text === 'string'));
  return fits ? { id, values: values as CommandValues } : null;
}

const isFile = (value: unknown): value is { fileName: string; mediaType: string; chunks: AsyncIterable<string> } =>
  typeof value === 'object' && value !== null && 'chunks' in value;

async function sendChunks(response: ServerResponse, chunks: AsyncIterable<string>) {
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}
