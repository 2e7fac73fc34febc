/**
 * Availability sharing turned off or on for everyone at once (`presence.enabled`). The walk over all people online is cut in slices, because
 * no change of a setting may hold the event loop; what people do meanwhile follows the new value already.
 */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { type Delivery, unavailableFrom } from './delivery.ts';
import { directedOf } from './directed.ts';
import type { Abroad } from './nodes.ts';

/** Longest time of one slice, in milliseconds. */
const SLICE_MS = 8;

export interface SharingSwitch {
  readonly isSwitching: boolean;
  start(): void;
  stop(): void;
}

export function createSharingSwitch(deps: {
  users: Users;
  delivery: Delivery;
  settings: Live<PresenceValues>;
  clock: Clock;
  abroad: Abroad;
}): SharingSwitch {
  const { users, delivery, settings, clock } = deps;
  let waiting: User[] = [];
  let stopListening: (() => void) | null = null;
  let scheduled = false;

  function hide(user: User): void {
    for (const session of user.sessions.values()) {
      if (session.presence === null) continue;
      const gone = unavailableFrom(session.jid);
      delivery.toWatchers(user, gone);
      for (const target of directedOf(session)) {
        const to = parseJid(target);
        if (to !== null && to.local !== '' && (users.peek(to.bare) !== undefined || deps.abroad.isThere(to.bare)))
          delivery.toAddress(gone, to);
      }
    }
  }

  function show(user: User): void {
    for (const session of user.sessions.values()) if (session.presence !== null) delivery.toWatchers(user, session.presence);
  }

  function slice(): void {
    scheduled = false;
    const until = clock.monotonic() + SLICE_MS;
    const { enabled } = settings.get();
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
      if (enabled) show(user);
      else hide(user);
      if (clock.monotonic() >= until) break;
    }
    if (waiting.length > 0) schedule();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(slice);
  }

  return {
    get isSwitching() {
      return waiting.length > 0;
    },
    start() {
      stopListening = settings.onChange((now, was) => {
        if (now.enabled === was.enabled) return;
        // Turned back meanwhile: start over, everyone ends up told the newest.
        waiting = [...users.online()];
        if (waiting.length > 0) schedule();
      });
    },
    stop() {
      stopListening?.();
      stopListening = null;
      waiting = [];
    },
  };
}
