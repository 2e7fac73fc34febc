import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { FilesValues } from '../../config/schema/index.ts';
import { answerFor, corsHeaders, type FilePath, type Intake, type Refused, readTarget, safeHeaders } from '../../files/index.ts';
import type { BlobStore, FileStore } from '../../files/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isStoreDown } from '../../kernel/faults.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { addressKey } from '../../security/index.ts';
import { clientAddress } from '../../xmpp/c2s/client-address.ts';
import type { RequestHandler } from '../http.ts';
import { createTransferLimits } from './transfer-limits.ts';

const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } as const;
const preflight = {
  ...corsHeaders,
  'access-control-allow-methods': 'GET, HEAD, PUT, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Range, If-Range, If-None-Match',
  'access-control-max-age': '7200',
  allow: 'GET, HEAD, PUT, OPTIONS',
};
const nothingHere: Refused = { status: 404, why: 'There is no file at this address, or it is kept no longer.' };
/** How long and how much of a refused upload is still read, so that its sender sees the answer and not a broken connection. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 1_048_576;

export interface UploadEndpoint {
  readonly handle: RequestHandler;
  /** False: answers that the service is stopped. */
  set(isOn: boolean): void;
  /** Uploads and downloads under way. */
  readonly running: number;
}

/** `/upload/…` of the HTTP listeners: PUT of what a slot was given for, GET and HEAD of what was uploaded (XEP-0363 §6). */
export function createUploadEndpoint(deps: {
  readonly intake: Intake;
  readonly store: FileStore;
  readonly blobs: BlobStore;
  readonly idOf: (path: string) => string | null;
  readonly settings: Live<FilesValues>;
  readonly clock: Clock;
  readonly log: Log;
}): UploadEndpoint {
  const { blobs, clock, intake, log, store } = deps;
  const limits = createTransferLimits(deps.settings);
  let isOn = false;

  function refuse(request: IncomingMessage, response: ServerResponse, { status, why }: Refused, more: Record<string, string> = {}): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const whole = request.complete || (encoding === undefined && (length === undefined || length === '0'));
    response.writeHead(status, { ...safeHeaders, ...corsHeaders, ...plain, ...more, ...(whole ? {} : { connection: 'close' }) });
    response.end(request.method === 'HEAD' ? undefined : `${why}\n`);
    if (!whole) linger(request);
  }

  function linger(request: IncomingMessage): void {
    let read = 0;
    const timer = clock.setTimeout(() => request.socket.destroy(), LINGER_MS);
    request.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > LINGER_BYTES) request.socket.destroy();
    });
    request.on('error', () => undefined);
    request.on('close', () => timer.cancel());
    request.resume();
  }

  async function put(request: IncomingMessage, response: ServerResponse, path: FilePath): Promise<void> {
    const address = clientAddress(request);
    const { 'content-length': length, 'content-type': type, 'transfer-encoding': encoding } = request.headers;
    const admitted = await intake.admit(path, { length, type, encoding, address });
    if ('refused' in admitted) return refuse(request, response, admitted.refused);
    const { upload } = admitted;
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      // Leaving early must not cut the connection: the answer goes first.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        const why = await upload.take(chunk);
        if (why !== null) return refuse(request, response, why);
      }
    } catch {
      // The connection broke or stalled; nobody is left to be told.
      await upload.abandon();
      return;
    }
    const why = await upload.finish();
    if (why !== null) return refuse(request, response, why);
    response.writeHead(201, { ...safeHeaders, ...corsHeaders, 'content-length': '0' }).end();
  }

  async function get(request: IncomingMessage, response: ServerResponse, path: FilePath): Promise<void> {
    const id = deps.idOf(path.path);
    const row = id === null ? null : await store.get(id);
    if (row === null || row.state !== 'stored') return refuse(request, response, nothingHere);
    const answer = answerFor(row, request.headers);
    const { range } = answer;
    if (range === null || request.method === 'HEAD') {
      response.writeHead(answer.status, answer.headers).end();
      return;
    }
    const blob = await blobs.open(row.id);
    if (blob === null || blob.size !== row.size) {
      await blob?.close();
      log.error('files.content-missing', { id: row.id, owner: row.owner });
      return refuse(request, response, nothingHere);
    }
    if (response.destroyed) {
      // Whoever asked has left while the file was opened.
      await blob.close();
      return;
    }
    if (answer.counts) {
      const { name, type, size, accountId, owner } = row;
      const at = clock.now();
      store.downloaded({
        at,
        what: 'download',
        fileId: row.id,
        name,
        type,
        size,
        accountId,
        owner,
        address: clientAddress(request),
      });
    }
    response.writeHead(answer.status, answer.headers);
    await new Promise<void>((resolve) => {
      const content = blob.stream(range[0], range[1]);
      content.on('error', (error) => {
        // That nobody reads on is no failure of the file.
        if (!response.destroyed) log.error('files.read-failed', { id: row.id, error });
      });
      // Whichever of the two breaks, the other is closed.
      pipeline(content, response, () => {
        content.destroy();
        resolve();
      });
    });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = readTarget(request.url ?? '');
    if (path === null) return refuse(request, response, nothingHere);
    switch (request.method) {
      case 'OPTIONS':
        response.writeHead(204, { ...safeHeaders, ...preflight }).end();
        return;
      case 'PUT':
        return put(request, response, path);
      case 'GET':
      case 'HEAD':
        return get(request, response, path);
      default:
        return refuse(request, response, { status: 405, why: 'Files are uploaded by PUT and fetched by GET.' }, { allow: preflight.allow });
    }
  }

  return {
    set(next) {
      isOn = next;
    },
    get running() {
      return limits.running;
    },
    handle(request, response) {
      if (!isOn) return refuse(request, response, { status: 503, why: 'The file service is stopped.' }, { 'retry-after': '60' });
      const place = limits.enter(addressKey(clientAddress(request)));
      if (typeof place === 'number')
        return refuse(
          request,
          response,
          { status: place, why: 'Too many uploads and downloads at once. Try again in a moment.' },
          { 'retry-after': '5' },
        );
      // Whoever moves no byte for this long is gone; the server's own listener ends the connection. Between requests Node sets its own limit.
      request.socket.setTimeout(deps.settings.get().transferIdle * 1000);
      response.on('close', () => place.leave());
      serve(request, response).catch((error: unknown) => {
        const down = isStoreDown(error);
        if (!down) log.error('files.request-failed', { method: request.method, error });
        refuse(
          request,
          response,
          down
            ? { status: 503, why: 'The server cannot reach its database. Try again in a moment.' }
            : { status: 500, why: 'The server failed on this request. The failure was logged.' },
        );
      });
    },
  };
}
