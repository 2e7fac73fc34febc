/** The engine of one node joins those of the others, and administration sees all of them as one. */
import type { Membership, NodeLinks, Ownership } from '../cluster/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import type { Log } from '../kernel/log.ts';
import type { Clients } from '../xmpp/c2s/index.ts';
import { type ClusterEngine, createClusterEngine } from '../xmpp/cluster/index.ts';
import type { ComposedRooms } from './compose-rooms.ts';
import { createEverywhere, type Everywhere } from './everywhere/index.ts';

export interface OtherNodes {
  readonly links: NodeLinks;
  readonly membership: Membership;
  readonly ownership: Ownership;
}

export interface JoinedEngines extends Everywhere {
  readonly engine: ClusterEngine;
}

/** Call it before the listeners open, and before the membership says that this node is there. */
export function joinEngines(
  deps: OtherNodes & {
    readonly rooms: ComposedRooms;
    readonly clients: Clients;
    /** Resolves when what was handed to the stores so far is committed. */
    readonly settled: () => Promise<void>;
    /** How long a stanza waits for a node that is not there. */
    readonly waitMs?: number;
    readonly events: EventHub;
    readonly clock: Clock;
    readonly log: Log;
  },
): JoinedEngines {
  const { rooms, clients } = deps;
  const engine = createClusterEngine({
    ...deps,
    router: rooms.router,
    users: rooms.users,
    sessionDeps: () => clients.sessionDeps,
    hasArrived: (message) =>
      message.to !== null && !rooms.router.isLocalDomain(message.to.domain) ? rooms.muc.hasArrived(message) : rooms.im.hasArrived(message),
    release(isMine, isMyPlace) {
      rooms.muc.release(isMyPlace);
      rooms.pubsub.release(isMine, isMyPlace);
    },
  });
  rooms.presence.listen();
  rooms.pubsub.listen();
  rooms.muc.listen();
  const everywhere = createEverywhere({ ...deps, engine });
  return {
    ...everywhere,
    engine,
    stop() {
      everywhere.stop();
      engine.stop();
    },
  };
}
