import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encode } from 'next-auth/jwt';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import type { AdminApi } from '../admin/api.ts';
import type { SignedInViewer } from '../admin/shared/door.ts';
import { rolePermissions } from '../admin/shared/viewer.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { ok, refuse } from '../kernel/result.ts';
import type { ClientEvents, JoinOutcome, ServerEvents } from './channels.ts';
import { createLiveGateway } from './gateway.ts';
import type { AnyProjection } from './projection.ts';
import { sessionCookieName } from './socket-session.ts';

const cookieSecret = 'secret of the test';
const viewer = (role: 'administrator' | 'read-only' = 'administrator'): SignedInViewer => ({
  kind: 'person',
  id: 'op-1',
  name: 'ana',
  role,
  permissions: rolePermissions[role],
  address: '127.0.0.1',
  sessionId: 'session-1',
  mustChangePassword: false,
  mustSetUpSecondFactor: false,
});

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start() {
  const events = createEventHub((_name, error) => {
    throw error;
  });
  const state = { viewer: viewer() as SignedInViewer | null, value: 1, quiet: [] as (boolean | undefined)[] };
  const api = {
    auth: {
      cookieSecret,
      viewerForSession: async (secret: string, _address: string, how?: { quiet: boolean }) => {
        state.quiet.push(how?.quiet);
        return secret === 'right' ? state.viewer : null;
      },
    },
  } as unknown as AdminApi;
  const projections = [
    {
      channel: 'jobs',
      on: ['job.changed'],
      read: async (_api: AdminApi, who: SignedInViewer, params: { fail?: boolean }) =>
        who.role === 'administrator' && !params?.fail
          ? ok({ value: state.value, params })
          : refuse({ code: 'x', kind: 'refused', message: 'Your role cannot see jobs.' }),
    } as unknown as AnyProjection,
  ];
  const gateway = createLiveGateway({ api: () => api, events, projections, clock: systemClock, log: silentLog });
  const server = createServer((request, response) => gateway.request(request, response));
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => new Promise<void>((resolve) => server.close(() => resolve())),
    () => gateway.close(),
  );
  const port = (server.address() as AddressInfo).port;
  const connect = async (secret: string | null): Promise<Socket<ServerEvents, ClientEvents>> => {
    const cookie = secret === null ? '' : `${sessionCookieName(false)}=${await encode({ token: { secret }, secret: cookieSecret })}`;
    const socket: Socket<ServerEvents, ClientEvents> = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      extraHeaders: { cookie },
      reconnection: false,
      forceNew: true,
    });
    closing.push(() => void socket.disconnect());
    return socket;
  };
  return { events, state, connect };
}

const outcomeOf = (socket: Socket<ServerEvents, ClientEvents>) =>
  new Promise<string>((resolve) => {
    socket.on('connect', () => resolve('connected'));
    socket.on('connect_error', (error) => resolve(error.message));
  });
const join = (socket: Socket<ServerEvents, ClientEvents>, channel: string, params?: unknown) =>
  new Promise<JoinOutcome>((resolve) => socket.emit('join', { channel, params }, resolve));
const next = (socket: Socket<ServerEvents, ClientEvents>) =>
  new Promise<unknown>((resolve) => socket.once('changed', (_id, value) => resolve(value)));
const gone = (socket: Socket<ServerEvents, ClientEvents>) => new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));

describe('the live channel', () => {
  it('lets nobody in without the cookie of a console session', async () => {
    const { connect } = await start();
    expect(await outcomeOf(await connect(null))).toBe('signed-out');
    expect(await outcomeOf(await connect('wrong'))).toBe('signed-out');
  });

  it('gives a snapshot on joining, then changes after events', async () => {
    const { connect, events, state } = await start();
    const socket = await connect('right');
    expect(await outcomeOf(socket)).toBe('connected');
    expect(await join(socket, 'jobs', { limit: 5 })).toMatchObject({ ok: true, value: { value: 1, params: { limit: 5 } } });
    const changed = next(socket);
    state.value = 2;
    events.emit('job.changed', { jobId: 'j', state: 'running', done: 1, total: 2 });
    expect(await changed).toMatchObject({ value: 2 });
  });

  it('does not count watching as activity of the session', async () => {
    const { connect, state } = await start();
    await outcomeOf(await connect('right'));
    expect(state.quiet).toEqual([true]);
  });

  it('refuses channels that do not exist and those the role does not cover, with the sentence', async () => {
    const { connect } = await start();
    const socket = await connect('right');
    await outcomeOf(socket);
    expect(await join(socket, 'everything')).toMatchObject({ ok: false, code: 'unknown' });
    expect(await join(socket, 'jobs', { fail: true })).toEqual({ ok: false, code: 'refused', message: 'Your role cannot see jobs.' });
  });

  it('bounds how much one page may watch', async () => {
    const { connect } = await start();
    const socket = await connect('right');
    await outcomeOf(socket);
    const outcomes = await Promise.all(Array.from({ length: 21 }, () => join(socket, 'jobs')));
    expect(outcomes.filter((each) => !each.ok)).toMatchObject([{ code: 'too-many' }]);
  });

  it('drops the socket at once when its session ends', async () => {
    const { connect, events } = await start();
    const socket = await connect('right');
    await outcomeOf(socket);
    const ended = gone(socket);
    events.emit('console-session.ended', { sessionId: 'another' });
    events.emit('console-session.ended', { sessionId: 'session-1' });
    await ended;
    expect(socket.connected).toBe(false);
  });

  it('drops the socket when the role of its operator changes', async () => {
    const { connect, events, state } = await start();
    const socket = await connect('right');
    await outcomeOf(socket);
    state.viewer = viewer('read-only');
    const ended = gone(socket);
    events.emit('operator.changed', { operatorId: 'op-1', what: 'role' });
    await ended;
    expect(socket.connected).toBe(false);
  });
});
