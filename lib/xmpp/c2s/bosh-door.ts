import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { limitsBeforeSignIn } from '../stream/limits.ts';
import { type BoshRequest, BoshStream, type BoshTerms, requestBytes } from './bosh.ts';
import { type BindingCondition, BodyReader, readNumber, terminalXml } from './bosh-body.ts';
import { clientAddress } from './client-address.ts';
import type { StreamDeps } from './client-stream.ts';
import { isTrusted, mayConnect } from './web-door.ts';

/** The newest version of XEP-0124 whose rules are kept here: 1.11. */
const MINOR = 11;
const PAGE =
  'This is the address for XMPP clients that speak BOSH (XEP-0124): they send POST requests here. There is nothing to see for a browser.\n';

/** Answers the requests of BOSH clients; the path was looked at before. */
export interface BoshDoor {
  request(request: IncomingMessage, response: ServerResponse): void;
}

export function createBoshDoor(deps: StreamDeps, isOpen: () => boolean): BoshDoor {
  const sessions = new Map<string, BoshStream>();

  const isEncrypted = ({ socket }: IncomingMessage): boolean => socket instanceof TLSSocket || isTrusted(socket, deps.settings.get());

  /** What a page of an allowed origin needs to read the answer. */
  const corsFor = (request: IncomingMessage): Record<string, string> =>
    request.headers.origin === undefined ? {} : { 'access-control-allow-origin': request.headers.origin, vary: 'Origin' };

  function sayPlain(response: ServerResponse, status: number, sentence: string, headers: Record<string, string> = {}): void {
    response
      .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers })
      .end(`${sentence}\n`);
  }

  function replyWith(cors: Record<string, string>): BoshRequest['reply'] {
    return (response, xml) => {
      if (response.headersSent || response.destroyed) return;
      response
        .writeHead(200, {
          'content-type': 'text/xml; charset=utf-8',
          'content-length': Buffer.byteLength(xml),
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          ...cors,
        })
        .end(xml);
    };
  }

  /** An unknown sid costs as much as a new connection, so that guessing is slow (security-and-limits B-2). */
  function unknownSession(request: IncomingMessage, answer: (condition: BindingCondition) => void): void {
    const address = clientAddress(request);
    const wait = deps.gate.enter(address);
    if (wait !== null) deps.gate.leave(address);
    if (wait === 0) answer('item-not-found');
    else deps.clock.setTimeout(() => answer('item-not-found'), Math.min(wait ?? 1_000, 5_000));
  }

  function create(request: IncomingMessage, first: BoshRequest, answer: (condition: BindingCondition) => void): void {
    const settings = deps.settings.get();
    const { attrs } = first;
    const secure = isEncrypted(request);
    if (!secure && settings.c2sRequireTls) return answer('policy-violation');
    if (attrs.to === undefined) return answer('improper-addressing');
    const seconds = (text: string | undefined, most: number) => Math.min(readNumber(text) ?? most, most);
    const hold = seconds(attrs.hold, settings.boshHold);
    const wait = seconds(attrs.wait, settings.boshWait) * 1000;
    const polling = settings.boshPolling * 1000;
    const inactivity = settings.boshInactivity * 1000;
    const version = /^([0-9]{1,3})\.([0-9]{1,3})$/.exec(attrs.ver ?? '');
    const minor = version === null ? null : version[1] === '1' ? Math.min(Number(version[2]), MINOR) : MINOR;
    const terms: BoshTerms = {
      wait,
      hold,
      polling,
      // §12: who polls is silent between its requests.
      inactivity: hold === 0 || wait === 0 ? Math.max(inactivity, polling * 3) : inactivity,
      maxPause: settings.boshMaxPause * 1000,
      acks: attrs.ack === '1',
      attributes: minor === null ? '' : ` ver='1.${minor}'`,
    };
    deps.counters.accepted++;
    const { socket } = request;
    const address = clientAddress(request);
    const turn = deps.gate.enter(address);
    if (turn === null) return sayPlain(first.response, 503, 'This server takes no further connections at the moment.');
    const facts = {
      address,
      port: socket.remotePort ?? 0,
      transport: 'bosh',
      tls: socket instanceof TLSSocket ? { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name } : null,
      mechanism: '',
      since: deps.clock.now(),
    } as const;
    new BoshStream(deps, terms, facts, secure, first, sessions, turn);
  }

  function post(request: IncomingMessage, response: ServerResponse): void {
    const settings = deps.settings.get();
    const reply = replyWith(corsFor(request));
    const answer = (condition: BindingCondition) => reply(response, terminalXml(condition));
    let stream: BoshStream | undefined;
    let sid: string | undefined;
    let octets = 0;
    const reader = new BodyReader(limitsBeforeSignIn(settings), requestBytes(settings, false), (attrs) => {
      ({ sid } = attrs);
      const found = sid === undefined ? undefined : sessions.get(sid);
      // A session that began encrypted does not go on in the clear.
      stream = found?.isSecure && !isEncrypted(request) ? undefined : found;
      return {
        limits: stream?.limits ?? limitsBeforeSignIn(settings),
        max: requestBytes(settings, stream?.isSignedIn ?? false),
      };
    });
    request.on('data', (chunk: Buffer) => {
      octets += chunk.length;
      reader.push(chunk);
      // What can only be refused is not read to its end.
      if (reader.fault !== null && !response.headersSent) {
        response.setHeader('connection', 'close');
        finish();
      }
    });
    request.on('end', () => {
      if (!response.headersSent) finish();
    });
    // A request that breaks off is as if it never came: the client sends it again.
    request.on('error', () => undefined);
    let isFinished = false;
    function finish(): void {
      if (isFinished) return;
      isFinished = true;
      deps.counters.bytesIn += octets;
      const body = reader.end();
      if ('condition' in body) {
        if (stream !== undefined) stream.refuseBody(body.condition, (xml) => reply(response, xml));
        else answer(body.condition);
        return;
      }
      const rid = readNumber(body.attrs.rid);
      if (rid === null || rid === 0) {
        if (stream !== undefined) stream.refuseBody('bad-request', (xml) => reply(response, xml));
        else answer('bad-request');
        return;
      }
      const taken: BoshRequest = { ...body, rid, octets, response, reply, arrived: deps.clock.monotonic() };
      if (stream !== undefined) {
        stream.spendOctets(octets);
        stream.take(taken);
      } else if (sid !== undefined) unknownSession(request, answer);
      else create(request, taken, answer);
    }
  }

  return {
    request(request, response) {
      const settings = deps.settings.get();
      if (!isOpen() || !settings.bosh) return sayPlain(response, 404, 'BOSH is off on this server.');
      if (!mayConnect(request, settings)) {
        deps.log.info('c2s.foreign-origin', { origin: request.headers.origin?.slice(0, 255), address: clientAddress(request) });
        return sayPlain(
          response,
          403,
          'Pages of this origin may not connect. An administrator can allow it by the setting xmpp.webOrigins.',
        );
      }
      switch (request.method) {
        case 'POST': {
          const encoding = request.headers['content-encoding'];
          // security-and-limits X-5.
          if (encoding !== undefined && encoding !== 'identity')
            return sayPlain(response, 415, 'Requests are not compressed.', corsFor(request));
          return post(request, response);
        }
        case 'OPTIONS':
          response
            .writeHead(204, {
              'access-control-allow-methods': 'POST, OPTIONS',
              'access-control-allow-headers': 'content-type',
              'access-control-max-age': '86400',
              ...corsFor(request),
            })
            .end();
          return;
        case 'GET':
        case 'HEAD':
          return sayPlain(response, 200, PAGE.trimEnd());
        default:
          return sayPlain(response, 405, 'BOSH clients send POST requests.', { allow: 'POST, OPTIONS, GET, HEAD' });
      }
    },
  };
}
