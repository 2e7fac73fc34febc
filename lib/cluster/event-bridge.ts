import type { EventHub, EventName, Events } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus, TextWire } from './bus.ts';
import type { NodeName } from './ports.ts';

const SUBJECT = 'events';

/**
 * What every node must hear, wherever it happened. Not here: settings (their registry carries them itself, by version), and what concerns one node alone
 * (its services, certificates, connections, rooms in its memory).
 */
const crossing = [
  'user.changed',
  'users.imported',
  'domain.changed',
  'component.changed',
  'operator.changed',
  'role.changed',
  'console-session.ended',
  'token.changed',
  'job.changed',
  'audit.appended',
  'report.changed',
  'notice.changed',
  'redundancy.changed',
  'assignment.changed',
  'directory.changed',
  'callManager.changed',
] as const satisfies readonly EventName[];

/** Facts after commit reach the listeners of every node as if they had happened there, at most once. */
export function createEventBridge(deps: {
  readonly events: EventHub;
  readonly bus: Bus & Pick<TextWire, 'onState'>;
  readonly self: NodeName;
  /** The bus was away and is back: what was said meanwhile was not heard here. */
  readonly missed: () => void;
  readonly log: Log;
}): { stop(): void } {
  const { bus, events, log, self } = deps;
  let isFromElsewhere = false;
  const offs = crossing.map((name) =>
    events.on(name, (payload: Events[typeof name]) => {
      if (isFromElsewhere) return;
      // A connection of a component to one node is no news for the others.
      if (name === 'component.changed' && (payload as Events['component.changed']).what === 'connection') return;
      // So is a directory's server that this node can or cannot reach.
      if (name === 'directory.changed' && (payload as Events['directory.changed']).what === 'server') return;
      bus.publish(SUBJECT, { from: self, name, payload });
    }),
  );
  const offBus = bus.subscribe(SUBJECT, (said) => {
    const { from, name, payload } = (said ?? {}) as { from?: unknown; name?: unknown; payload?: unknown };
    if (from === self) return;
    if (typeof payload !== 'object' || payload === null || !(crossing as readonly unknown[]).includes(name)) {
      log.warn('cluster.event-unknown', { from, name });
      return;
    }
    isFromElsewhere = true;
    try {
      events.emit(name as (typeof crossing)[number], payload as never);
    } finally {
      isFromElsewhere = false;
    }
  });
  const offState = bus.onState((isUp) => {
    if (isUp) deps.missed();
  });
  return {
    stop() {
      for (const off of offs) off();
      offBus();
      offState();
    },
  };
}
