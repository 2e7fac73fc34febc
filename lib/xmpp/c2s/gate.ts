import type { XmppValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live } from '../../kernel/live.ts';
import { TokenBucket } from '../../kernel/token-bucket.ts';
import type { ClientCounters } from './counters.ts';

/** What is remembered of one address while it has unauthenticated connections or has lately opened many. */
interface Visitor {
  readonly arrivals: TokenBucket;
  unauthenticated: number;
}

/** Who may connect: rates and caps per address and in all (security-and-limits §3.2). */
export interface Gate {
  /** A new connection. `null`: close it at once; otherwise the milliseconds it has to wait before it is read. Call `leave` once for each admitted. */
  enter(address: string): number | null;
  /** The connection signed in or went away: it no longer counts as unauthenticated. */
  leave(address: string): void;
}

/** One household or office is one visitor: IPv6 hands out whole networks, so the first 64 bits count. */
export function visitorKey(address: string): string {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  if (!plain.includes(':')) return plain;
  const halves = plain.split('%')[0]?.split('::') ?? [];
  const head = halves[0] ? halves[0].split(':') : [];
  const tail = halves[1] ? halves[1].split(':') : [];
  const groups =
    halves.length === 2 ? [...head, ...new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail] : head;
  return `${groups.slice(0, 4).join(':')}::/64`;
}

const SWEEP_AT = 1024;

export function createGate(deps: {
  readonly settings: Live<XmppValues>;
  readonly clock: Clock;
  readonly counters: ClientCounters;
  /** Memory is short: those who are here stay, nobody new comes in (security-and-limits O-3). */
  readonly isMemoryShort: () => boolean;
}): Gate {
  const visitors = new Map<string, Visitor>();
  let sweepAt = SWEEP_AT;

  /** Forgets addresses of which there is nothing to remember; its cost is spread over the arrivals that made it necessary. */
  function sweep(settings: XmppValues, now: number): void {
    for (const [key, visitor] of visitors) {
      if (visitor.unauthenticated === 0 && visitor.arrivals.isFull(settings.connectionsPerAddress, settings.connectionsBurst, now))
        visitors.delete(key);
    }
    sweepAt = Math.max(SWEEP_AT, visitors.size * 2);
  }

  return {
    enter(address) {
      if (deps.isMemoryShort()) {
        deps.counters.refusedConnections++;
        return null;
      }
      const settings = deps.settings.get();
      const key = visitorKey(address);
      let visitor = visitors.get(key);
      if (visitor === undefined) {
        if (visitors.size >= sweepAt) sweep(settings, deps.clock.monotonic());
        visitor = { arrivals: new TokenBucket(), unauthenticated: 0 };
        visitors.set(key, visitor);
      }
      const { unauthenticatedTotal: total, unauthenticatedPerAddress: each } = settings;
      if ((total > 0 && deps.counters.unauthenticated >= total) || (each > 0 && visitor.unauthenticated >= each)) {
        deps.counters.refusedConnections++;
        return null;
      }
      visitor.unauthenticated++;
      deps.counters.unauthenticated++;
      return visitor.arrivals.spend(1, settings.connectionsPerAddress, settings.connectionsBurst, deps.clock.monotonic());
    },
    leave(address) {
      deps.counters.unauthenticated--;
      const visitor = visitors.get(visitorKey(address));
      if (visitor !== undefined) visitor.unauthenticated--;
    },
  };
}
