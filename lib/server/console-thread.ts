import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { AdminApi } from '../admin/api.ts';
import type { Log } from '../kernel/log.ts';
import { addressKey } from '../security/index.ts';
import { clientAddress } from '../xmpp/c2s/client-address.ts';
import type { ConsolePages } from './console-pages.ts';
import { offerAdmin, snapshotOf } from './door-engine.ts';
import type { Snapshot } from './door-messages.ts';

export interface ConsoleThreadData {
  readonly control: MessagePort;
  readonly door: MessagePort;
  readonly snapshot: Snapshot;
  readonly socketPath: string;
  readonly folder: string;
}
export type FromConsoleThread =
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly event: string; readonly path: string; readonly error: string };

/** A console whose heap runs full ends alone and is started again; the engine does not notice. */
const HEAP_MB = 1_024;
const AGAIN_MS = 1_000;
const CLOSE_MS = 2_000;
/** Requests of one network address at a time: however slowly somebody sends, the others get through. */
const AT_ONCE = 128;

/** RFC 9110 §7.6.1: of one connection, not of the message. Node writes its own. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect']);

export async function createConsoleThread(deps: {
  readonly api: AdminApi;
  readonly onNotice: (fn: () => void) => () => void;
  readonly folder: string;
  readonly script: URL;
  readonly log: Log;
}): Promise<ConsolePages> {
  const { api, log } = deps;
  // Readable for this account alone: whoever gets here is believed what it says of a client's address.
  const place = mkdtempSync(join(tmpdir(), 'rollcall-console-'));
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 8 });
  const snapshot = snapshotOf(api);
  let socketPath: string | null = null;
  let stop: () => Promise<void> = async () => undefined;
  let closing = false;
  let lives = 0;
  const running = new Map<string, number>();

  function launch(): Promise<void> {
    const control = new MessageChannel();
    const channel = new MessageChannel();
    const path = process.platform === 'win32' ? `\\\\.\\pipe\\rollcall-${process.pid}-${++lives}` : join(place, String(++lives));
    const door = offerAdmin(channel.port1, api);
    const data: ConsoleThreadData = {
      control: control.port2,
      door: channel.port2,
      snapshot: { ...snapshot, notice: api.auth.notice() },
      socketPath: path,
      folder: deps.folder,
    };
    const worker = new Worker(deps.script, {
      workerData: data,
      transferList: [control.port2, channel.port2],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const forget = deps.onNotice(() => door.tellNotice());
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    stop = async () => {
      control.port1.postMessage('stop');
      const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
      await ended;
      clearTimeout(late);
    };
    return new Promise((resolve, reject) => {
      control.port1.on('message', (message: FromConsoleThread) => {
        if (message.is === 'failed') return log.error(message.event, { path: message.path, error: message.error });
        socketPath = path;
        resolve();
      });
      worker.on('error', (error) => log.error('console.thread-failed', { error }));
      void ended.then(() => {
        door.close();
        forget();
        control.port1.close();
        channel.port1.close();
        if (socketPath === path) socketPath = null;
        else reject(new Error('The console did not start; the log tells why.'));
        if (!closing) setTimeout(again, AGAIN_MS).unref();
      });
    });
  }

  function again(): void {
    if (closing) return;
    log.warn('console.thread-restarts', {});
    launch().catch((error: unknown) => log.error('console.thread-failed', { error }));
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (socketPath === null) return unavailable(response, 'The console is starting. Try again in a moment; messaging runs.');
    const address = addressKey(clientAddress(request));
    const own = running.get(address) ?? 0;
    if (own >= AT_ONCE) return unavailable(response, 'Too many requests of your address at once. Try again in a moment.');
    running.set(address, own + 1);
    response.on('close', () => {
      const left = (running.get(address) ?? 1) - 1;
      if (left > 0) running.set(address, left);
      else running.delete(address);
    });
    const headers: Record<string, string | string[] | undefined> = {};
    for (const [name, value] of Object.entries(request.headers)) if (!ofTheConnection.has(name)) headers[name] = value;
    const upstream = send({ socketPath, agent, method: request.method, path: request.url, headers, setHost: false });
    let answered = false;
    upstream.on('response', (answer) => {
      answered = true;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutConnection(answer.rawHeaders));
      answer.on('error', () => response.destroy());
      answer.on('aborted', () => response.destroy());
      answer.on('end', () => {
        if (request.complete) return;
        // What is still sent after the whole answer is for nobody.
        request.unpipe(upstream);
        request.resume();
        upstream.destroy();
      });
      answer.pipe(response);
    });
    // After an answer has begun, its own end tells: an upload that was refused half way breaks off here as well.
    upstream.on('error', () => {
      if (!answered && !response.headersSent && !response.destroyed)
        unavailable(response, 'The console is starting. Try again in a moment; messaging runs.');
    });
    // The browser has left: the page need not be finished.
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.on('error', () => upstream.destroy());
    request.pipe(upstream);
  }

  await launch().catch((error: unknown) => {
    closing = true;
    rmSync(place, { recursive: true, force: true });
    throw error;
  });
  return {
    handle,
    upgrade: null,
    async close() {
      closing = true;
      await stop();
      agent.destroy();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function withoutConnection(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (!ofTheConnection.has(name) && name !== 'transfer-encoding') kept.push(raw[i] as string, raw[i + 1] as string);
  }
  return kept;
}

function unavailable(response: ServerResponse, sentence: string): void {
  response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2' });
  response.end(`${sentence}\n`);
}
