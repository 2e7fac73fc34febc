/** The engine of one node joins those of the others. */
import type { Membership, NodeLinks, Ownership } from '../cluster/ports.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Clients } from '../xmpp/c2s/index.ts';
import { type ClusterEngine, createClusterEngine } from '../xmpp/cluster/index.ts';
import type { ComposedRooms } from './compose-rooms.ts';

/** Call it before the listeners open, and before the membership says that this node is there. */
export function joinEngines(deps: {
  readonly links: NodeLinks;
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly rooms: ComposedRooms;
  readonly clients: Clients;
  /** Resolves when what was handed to the stores so far is committed. */
  readonly settled: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}): ClusterEngine {
  const { rooms, clients } = deps;
  const engine = createClusterEngine({
    ...deps,
    router: rooms.router,
    users: rooms.users,
    sessionDeps: () => clients.sessionDeps,
    hasArrived: rooms.im.hasArrived,
    release(isMine, isMyPlace) {
      rooms.muc.release(isMyPlace);
      rooms.pubsub.release(isMine, isMyPlace);
    },
  });
  rooms.presence.listen();
  rooms.pubsub.listen();
  return engine;
}
