/** What administration sees and does, over all nodes of a cluster. */
import type { Membership, Ownership } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EventHub } from '../../kernel/events.ts';
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import type { RoomsDoor } from '../../muc/ports.ts';
import type { Notices } from '../../notices/index.ts';
import type { ClusterEngine } from '../../xmpp/cluster/index.ts';
import type { ComposedRooms } from '../compose-rooms.ts';
import { viewOf } from '../engine-view.ts';
import { createNoticesEverywhere } from './notices.ts';
import { createRoomsEverywhere } from './rooms.ts';
import { createSessionsElsewhere, type SessionsElsewhere } from './sessions.ts';

export interface Everywhere {
  /** For `createEngineView`. */
  readonly sessions: SessionsElsewhere;
  readonly door: RoomsDoor;
  readonly notices: Notices;
  stop(): void;
}

export function createEverywhere(deps: {
  readonly engine: ClusterEngine;
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly rooms: ComposedRooms;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
}): Everywhere {
  const { rooms, log } = deps;
  const { elsewhere, questions } = deps.engine;
  const { users } = rooms;
  function* here() {
    for (const user of users.online()) for (const session of user.sessions.values()) yield viewOf(session);
  }
  const sessions = createSessionsElsewhere({
    ...deps,
    elsewhere,
    here,
    find(full, id) {
      const jid = parseJid(full);
      const session = jid === null ? undefined : users.peek(jid.bare)?.sessions.get(jid.resource);
      return session?.id === id && session.state !== 'ended' ? viewOf(session) : null;
    },
    end(id, reason) {
      for (const user of users.online())
        for (const session of user.sessions.values()) {
          if (session.id !== id) continue;
          session.end('policy-violation', reason);
          return true;
        }
      return false;
    },
  });
  const door = createRoomsEverywhere({
    ...deps,
    here: rooms.muc.door,
    shown: (jid: BareJid) => rooms.muc.shown(jid),
    see: rooms.muc.seeElsewhere,
    elsewhere,
    questions,
  });
  return {
    sessions,
    door,
    notices: createNoticesEverywhere({ here: rooms.notices, questions, log }),
    stop() {
      sessions.stop();
      door.stop();
    },
  };
}
