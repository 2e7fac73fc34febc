'use client';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { ChannelName, Channels, ClientEvents, JoinOutcome, ServerEvents } from './channels.ts';
import { SIGNED_OUT } from './channels.ts';

/** After this long without a connection values count as old. */
const STALE_MS = 5000;

export interface Connection {
  /** `ended`: the console session is over; only signing in helps. */
  readonly state: 'connecting' | 'live' | 'stale' | 'ended';
  /** Since when, milliseconds since 1970. */
  readonly since: number;
}
interface Watcher {
  readonly channel: string;
  readonly params: unknown;
  subscription: string | null;
  give(value: unknown): void;
  refuse(message: string): void;
}

let socket: Socket<ServerEvents, ClientEvents> | null = null;
let connection: Connection = { state: 'connecting', since: 0 };
let staleTimer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<Watcher>();
const listeners = new Set<() => void>();

function become(state: Connection['state']): void {
  if (connection.state === state) return;
  connection = { state, since: Date.now() };
  for (const each of listeners) each();
}
function lost(): void {
  for (const each of watchers) each.subscription = null;
  clearTimeout(staleTimer);
  staleTimer = setTimeout(() => become('stale'), STALE_MS);
}

/** One socket for the whole console; it is made when the first page wants it and stays. */
function connect(): Socket<ServerEvents, ClientEvents> {
  if (socket) return socket;
  const made: Socket<ServerEvents, ClientEvents> = io({
    path: '/socket.io/',
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
  });
  socket = made;
  lost();
  made.on('connect', () => {
    clearTimeout(staleTimer);
    become('live');
    for (const each of watchers) join(made, each);
  });
  made.on('disconnect', (reason) => {
    lost();
    // The server ended it on purpose (session over, role changed): ask again, the answer tells which.
    if (reason === 'io server disconnect') made.connect();
  });
  made.on('connect_error', (error) => {
    if (error.message !== SIGNED_OUT) {
      // A refusal of the middleware is not retried by socket.io itself.
      if (!made.active) setTimeout(() => made.connect(), 2000);
      return;
    }
    clearTimeout(staleTimer);
    become('ended');
  });
  made.on('changed', (id, value) => {
    for (const each of watchers) if (each.subscription === id) each.give(value);
  });
  made.on('dropped', (id, message) => {
    for (const each of watchers) if (each.subscription === id) each.refuse(message);
  });
  return made;
}

function join(to: Socket<ServerEvents, ClientEvents>, watcher: Watcher): void {
  to.emit('join', { channel: watcher.channel, params: watcher.params }, (outcome: JoinOutcome) => {
    if (!watchers.has(watcher)) {
      if (outcome.ok) to.emit('leave', outcome.subscription);
    } else if (outcome.ok) {
      watcher.subscription = outcome.subscription;
      watcher.give(outcome.value);
    } else {
      watcher.refuse(outcome.message);
    }
  });
}

/** The state of the one connection, for the pill in the top bar. Opens it. */
export function useConnection(): Connection {
  useEffect(() => void connect(), []);
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
    () => initialConnection,
  );
}
const initialConnection: Connection = { state: 'connecting', since: 0 };

export interface LiveValue<V> {
  readonly value: V;
  /** `stale`: no connection for 5 s; show `<StaleBanner>` and keep the values. */
  readonly freshness: 'live' | 'stale';
  readonly since: number;
  /** Why this channel gives nothing: the role no longer covers it, or the thing is gone. */
  readonly refused: string | null;
}

/**
 * The value of a channel: `initial` from the page first, then what the server sends. When the page gets a new `initial`
 * (another filter, a refresh) that is shown at once. `params` may be a new object each time; what counts is what is in it.
 */
export function useLive<K extends ChannelName>(
  channel: K,
  initial: Channels[K]['value'],
  ...[params]: undefined extends Channels[K]['params'] ? [params?: Channels[K]['params']] : [params: Channels[K]['params']]
): LiveValue<Channels[K]['value']> {
  const { state, since } = useConnection();
  const [held, setHeld] = useState<{ initial: unknown; value: Channels[K]['value']; refused: string | null }>({
    initial,
    value: initial,
    refused: null,
  });
  if (held.initial !== initial) setHeld({ initial, value: initial, refused: null });
  const key = JSON.stringify(params ?? null);
  const latest = useRef(params);
  latest.current = params;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says whether the content of `params` changed
  useEffect(() => {
    const watcher: Watcher = {
      channel,
      params: latest.current,
      subscription: null,
      give: (value) => setHeld((was) => ({ ...was, value: value as Channels[K]['value'], refused: null })),
      refuse: (message) => setHeld((was) => ({ ...was, refused: message })),
    };
    const to = connect();
    watchers.add(watcher);
    if (to.connected) join(to, watcher);
    return () => {
      watchers.delete(watcher);
      if (watcher.subscription) to.emit('leave', watcher.subscription);
    };
  }, [channel, key]);
  return {
    value: held.initial === initial ? held.value : initial,
    freshness: state === 'stale' || state === 'ended' ? 'stale' : 'live',
    since,
    refused: held.refused,
  };
}
