import type { Duplex } from 'node:stream';
import { Server as Engine } from 'engine.io';
import { Server, type Socket } from 'socket.io';
import type { AdminApi } from '../admin/api.ts';
import type { SignedInViewer } from '../admin/shared/door.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import { type ClientEvents, type JoinOutcome, type ServerEvents, SIGNED_OUT } from './channels.ts';
import type { AnyProjection } from './projection.ts';
import { cookieIn, secretInCookie, sessionCookieName } from './socket-session.ts';
import { createSubscription, type Subscription } from './subscription.ts';

// The request types come by way of socket.io: only the listeners of lib/server know node:http.
type IncomingMessage = Socket['request'];
type ServerResponse = Parameters<Engine['handleRequest']>[1];

/** A page watches a handful of things; more is a mistake or an attack. */
const MAX_CHANNELS = 20;
/** A session can end without an event reaching us (another node, idle time): ask again this often. */
const RECHECK_MS = 15_000;

export interface LiveDeps {
  /** Null while the server starts or stops. */
  readonly api: () => AdminApi | null;
  readonly events: EventHub;
  readonly projections: readonly AnyProjection[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface LiveGateway {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

interface SocketData {
  viewer: SignedInViewer;
  secret: string;
}
type LiveSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, SocketData>;

/**
 * Values that change by themselves. A socket is let in by the cookie of the console session, joins channels each guarded by the
 * permission of the use case behind it, and is dropped when the session ends or the role changes.
 */
export function createLiveGateway(deps: LiveDeps): LiveGateway {
  const engine = new Engine({
    maxHttpBufferSize: 16_384,
    // A connection that died without a word is noticed within ten seconds; operators are few, so asking often costs nothing.
    pingInterval: 5_000,
    pingTimeout: 5_000,
    perMessageDeflate: false,
    cookie: false,
  });
  const io = new Server<ClientEvents, ServerEvents, Record<string, never>, SocketData>({ serveClient: false, connectTimeout: 10_000 });
  io.bind(engine);
  const byChannel = new Map<string, AnyProjection>(deps.projections.map((each) => [each.channel, each]));
  const open = new Map<LiveSocket, Map<string, Subscription>>();
  let serial = 0;

  /** By the connection itself and not by forwarding headers, which an upgrade could bring along. */
  const viewerOf = async ({ handshake }: LiveSocket): Promise<SocketData | null> => {
    const api = deps.api();
    if (!api) return null;
    const secret = await secretInCookie(cookieIn(handshake.headers.cookie, sessionCookieName(handshake.secure)), api.auth.cookieSecret);
    if (!secret) return null;
    const viewer = await api.auth.viewerForSession(secret, handshake.address, { quiet: true });
    return viewer && { viewer, secret };
  };

  io.use((socket, next) => {
    viewerOf(socket).then(
      (data) => {
        if (!data) return next(new Error(SIGNED_OUT));
        socket.data = data;
        next();
      },
      (error) => {
        deps.log.warn('live.sign-in-failed', { error: String(error) });
        next(new Error('unavailable'));
      },
    );
  });

  io.on('connection', (socket) => {
    const subscriptions = new Map<string, Subscription>();
    open.set(socket, subscriptions);
    socket.on('join', (request, answer) => {
      if (typeof answer !== 'function') return;
      join(socket, subscriptions, request).then(answer, (error) => {
        deps.log.error('live.join-broke', { error: String(error) });
        answer({ ok: false, code: 'failed', message: 'The live values could not be read.' });
      });
    });
    socket.on('leave', (id) => {
      subscriptions.get(id)?.close();
      subscriptions.delete(id);
    });
    socket.on('disconnect', () => {
      for (const each of subscriptions.values()) each.close();
      open.delete(socket);
    });
  });

  async function join(socket: LiveSocket, subscriptions: Map<string, Subscription>, request: unknown): Promise<JoinOutcome> {
    const { channel, params } = typeof request === 'object' && request !== null ? (request as { channel?: unknown; params?: unknown }) : {};
    const projection = typeof channel === 'string' ? byChannel.get(channel) : undefined;
    if (!projection) return { ok: false, code: 'unknown', message: 'There is no such channel.' };
    if (subscriptions.size >= MAX_CHANNELS)
      return { ok: false, code: 'too-many', message: `One page can watch at most ${MAX_CHANNELS} things.` };
    const id = String(++serial);
    const drop = (message: string) => {
      subscriptions.get(id)?.close();
      if (subscriptions.delete(id)) socket.emit('dropped', id, message);
    };
    const subscription = createSubscription({
      projection,
      api: deps.api,
      viewer: socket.data.viewer,
      params: params ?? undefined,
      clock: deps.clock,
      send: (value) => socket.emit('changed', id, value),
      dropped: (fault) => drop(fault.message),
      failed: (error) => deps.log.error('live.read-broke', { channel: projection.channel, error: String(error) }),
    });
    subscriptions.set(id, subscription);
    const first = await subscription.open();
    if (first.ok && socket.connected) return { ok: true, subscription: id, value: first.value };
    subscription.close();
    subscriptions.delete(id);
    return first.ok
      ? { ok: false, code: 'failed', message: 'The connection ended.' }
      : { ok: false, code: first.fault.kind === 'refused' ? 'refused' : 'failed', message: first.fault.message };
  }

  const touch = (projection: AnyProjection, counted: boolean) => {
    for (const subscriptions of open.values()) {
      for (const each of subscriptions.values()) if (each.projection === projection) each.touch(counted);
    }
  };
  const stops = deps.projections.flatMap((each) => each.on.map((name) => deps.events.on(name, () => touch(each, true))));

  /** Looks again who is there: the page reconnects by itself and meets the new role, or is told to sign in. */
  const recheck = async (socket: LiveSocket) => {
    try {
      const now = await viewerOf(socket);
      const was = socket.data.viewer;
      if (!now || now.viewer.role !== was.role || now.viewer.permissions.length !== was.permissions.length) socket.disconnect(true);
    } catch (error) {
      deps.log.warn('live.recheck-failed', { error: String(error) });
    }
  };
  stops.push(
    deps.events.on('console-session.ended', ({ sessionId }) => {
      for (const socket of open.keys()) if (socket.data.viewer.sessionId === sessionId) socket.disconnect(true);
    }),
    deps.events.on('operator.changed', ({ operatorId }) => {
      for (const socket of open.keys()) if (socket.data.viewer.id === operatorId) void recheck(socket);
    }),
  );
  let timer: { cancel(): void } | null = null;
  const watch = () => {
    timer = deps.clock.setTimeout(() => {
      for (const socket of open.keys()) void recheck(socket);
      watch();
    }, RECHECK_MS);
  };
  watch();

  return {
    request: (request, response) => engine.handleRequest(request as never, response),
    upgrade: (request, socket, head) => engine.handleUpgrade(request as never, socket, head),
    async close() {
      timer?.cancel();
      for (const stop of stops) stop();
      await io.close();
      engine.close();
    },
  };
}
