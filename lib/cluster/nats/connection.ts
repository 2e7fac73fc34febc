import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Fault } from '../../kernel/faults.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { clusterFaults } from '../faults.ts';

/** How long a start waits for a server that is not up yet: machines start in any order. */
const REACH_MS = 30_000;
/** Between two tries to come back, for ever; with jitter, so that nodes do not come back in step. */
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 250;
/** A connection whose other end fell silent is given up after two of these. */
const PING_MS = 2_000;

export interface NatsAddress {
  readonly servers: readonly string[];
  readonly user: string | null;
  readonly password: string | null;
  readonly token: string | null;
  readonly isTls: boolean;
  /** For people: without what must not be shown. */
  readonly shown: string;
}

/** `NATS_URL`: one server or several with commas; name and password, or a token alone, in the first of them; `tls:` insists on TLS. */
export function readNatsUrl(text: string): NatsAddress {
  const urls = text.split(',').map((each) => new URL(each.trim()));
  const [first] = urls;
  const text1 = (value: string | undefined) => (value ? decodeURIComponent(value) : null);
  const user = text1(first?.username);
  const password = text1(first?.password);
  const servers = urls.map((url) => url.host);
  return {
    servers,
    user: password === null ? null : user,
    password,
    token: password === null ? user : null,
    isTls: urls.some((url) => url.protocol === 'tls:'),
    shown: servers.join(', '),
  };
}

/** Connects, and stays connected for ever: a server that goes away is come back to, whatever it takes. */
export async function connectNats(deps: {
  readonly url: string;
  readonly name: string;
  readonly log: Log;
  readonly reachMs?: number;
}): Promise<Result<NatsConnection, Fault>> {
  const address = readNatsUrl(deps.url);
  for (const until = performance.now() + (deps.reachMs ?? REACH_MS); ; await new Promise((resolve) => setTimeout(resolve, 1_000))) {
    try {
      const connection = await connect({
        servers: [...address.servers],
        name: `rollcall ${deps.name}`,
        ...(address.user === null ? {} : { user: address.user, pass: address.password ?? '' }),
        ...(address.token === null ? {} : { token: address.token }),
        ...(address.isTls ? { tls: {} } : {}),
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_MS,
        reconnectJitter: RECONNECT_JITTER_MS,
        reconnectJitterTLS: RECONNECT_JITTER_MS,
        pingInterval: PING_MS,
        maxPingOut: 2,
        timeout: 5_000,
        // A server whose password was changed and changed back is come back to as well.
        ignoreAuthErrorAbort: true,
        noAsyncTraces: true,
      });
      return ok(connection);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      // A wrong password or a server without the TLS that was asked for does not mend itself.
      const isHopeless = error instanceof Error && /Authorization|InvalidArgument/.test(error.name);
      if (isHopeless || performance.now() > until) return refuse(clusterFaults.busUnreachable({ address: address.shown, why }));
      deps.log.warn('bus.unreachable', { address: address.shown, why });
    }
  }
}
