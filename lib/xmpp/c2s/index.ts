import type { PresenceValues, XmppValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { TimerWheel } from '../../kernel/timer-wheel.ts';
import type { Router } from '../router/router.ts';
import type { User } from '../router/users.ts';
import type { CredentialSource, SignInGuard } from '../sasl/ports.ts';
import type { StreamCondition } from '../stanza/stanza.ts';
import { type BoshDoor, createBoshDoor } from './bosh-door.ts';
import type { BoundSession, SessionDeps } from './bound-session.ts';
import type { ClientStream } from './client-stream.ts';
import type { ConnectionDeps } from './connection.ts';
import { type ClientCounters, createClientCounters } from './counters.ts';
import type { SessionsElsewhere } from './elsewhere.ts';
import { createGate, type Gate } from './gate.ts';
import { type ClientListener, createClientListener } from './listener.ts';
import type { Registration, SessionHooks, TlsContexts } from './ports.ts';
import { SessionTable } from './session-table.ts';
import { contextChooser } from './tls-socket.ts';
import { createWebSocketDoor, type WebSocketDoor } from './websocket-door.ts';

export type { ClientCounters } from './counters.ts';
export type { ClientListener } from './listener.ts';
export type { Registration, SessionHooks, TlsContexts } from './ports.ts';

export interface ClientsDeps {
  readonly settings: Live<XmppValues>;
  /** For the pace of presence changes. */
  readonly presence: Live<PresenceValues>;
  readonly router: Router;
  readonly hooks: SessionHooks;
  readonly credentials: CredentialSource;
  readonly guard: SignInGuard;
  readonly tls: TlsContexts;
  readonly registration: Registration | null;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly log: Log;
  /** At least 16 octets, the same after a restart and on every node: what unknown accounts pretend to have comes from it. */
  readonly secret: Buffer;
  isMemoryShort(): boolean;
  /** Rows that wait to be committed (the journal's `backlog`). */
  storeBacklog(): number;
  caps(): string;
  extraFeatures(): string;
  /** See `NegotiationDeps`. */
  archiveMetadata(user: User): Promise<string>;
  /** See `NegotiationDeps`. */
  readonly elsewhere?: () => SessionsElsewhere | null;
}

/** Clients that come through the HTTP listeners. Closed until `open` is called. */
export interface WebClients {
  readonly websocket: WebSocketDoor;
  readonly bosh: BoshDoor;
  open(): void;
  /** Takes nobody in any more and ends the streams of those who are here. */
  close(condition: StreamCondition): Promise<void>;
  readonly sessionCount: number;
}

/** Everything about clients on this node: their ports, connections and sessions. */
export interface Clients {
  listener(kind: 'starttls' | 'direct-tls', host: string): ClientListener;
  readonly web: WebClients;
  /** A gate by the same rules, for others that listen; who waits there does not count among the clients. */
  gate(): Gate;
  readonly sessions: SessionTable<BoundSession>;
  /** What sessions are made with, for those whose connection is at another node. */
  readonly sessionDeps: SessionDeps & { readonly secret: Buffer; archiveMetadata(user: User): Promise<string> };
  readonly counters: Readonly<ClientCounters>;
  /**
   * Ends every session and connection with a stream error; what clients did not acknowledge goes back through the hooks. Resolves when all connections
   * are gone, at the latest a few seconds later.
   */
  closeAll(condition: StreamCondition): Promise<void>;
}

/** Worked out at most once a second: it is the same for everybody and changes with the settings of rooms. */
function forAWhile(make: () => string, clock: Clock): () => string {
  let made = '';
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.monotonic();
    if (now >= until) {
      made = make();
      until = now + 1_000;
    }
    return made;
  };
}

export function createClients(deps: ClientsDeps): Clients {
  const counters = createClientCounters();
  const connections = new Set<ClientStream>();
  const sessions = new SessionTable<BoundSession>();
  const gate = createGate({ settings: deps.settings, clock: deps.clock, counters, isMemoryShort: deps.isMemoryShort });
  const all: ConnectionDeps = {
    ...deps,
    caps: forAWhile(() => deps.caps(), deps.clock),
    extraFeatures: () => deps.extraFeatures(),
    scramIterations: () => deps.settings.get().scramIterations,
    counters,
    connections,
    table: sessions,
    gate,
    chooseContext: contextChooser(deps.tls),
  };

  const isWeb = ({ facts: { transport } }: { facts: { transport: string } }) => transport === 'websocket' || transport === 'bosh';
  let webIsOpen = false;
  async function gone(which: (stream: ClientStream) => boolean): Promise<void> {
    for (let waited = 0; [...connections].some(which) && waited < 50; waited++)
      await new Promise<void>((done) => deps.clock.setTimeout(done, 100));
  }

  return {
    web: {
      websocket: createWebSocketDoor(all, () => webIsOpen),
      bosh: createBoshDoor(all, () => webIsOpen),
      open() {
        webIsOpen = true;
      },
      async close(condition) {
        webIsOpen = false;
        for (const session of [...sessions.all()]) if (isWeb(session) && !session.isAfar) session.end(condition);
        for (const connection of [...connections]) if (isWeb(connection)) connection.closeUnbound(condition);
        await gone(isWeb);
      },
      get sessionCount() {
        let count = 0;
        for (const session of sessions.all()) if (isWeb(session)) count++;
        return count;
      },
    },
    gate: () => createGate({ ...deps, counters: createClientCounters() }),
    listener: (kind, host) => createClientListener(all, { kind, host }),
    sessions,
    sessionDeps: all,
    counters,
    async closeAll(condition) {
      for (const session of [...sessions.all()]) session.end(condition);
      for (const connection of [...connections]) connection.closeUnbound(condition);
      await gone(() => true);
    },
  };
}
