/** The presence room: who is available, and who is told (RFC 6121 §4). */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Roster } from '../roster/index.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { Users } from '../xmpp/router/users.ts';
import { createAvailability } from './availability.ts';
import { createDelivery } from './delivery.ts';
import { followRights } from './following.ts';
import { createAbroad } from './nodes.ts';
import type { BlockingView, PresenceNow } from './ports.ts';
import { type EntityCaps, readCaps, readShow, readStatus } from './read-presence.ts';
import { createSharingSwitch } from './sharing-switch.ts';

export type { BlockingView, PresenceNow } from './ports.ts';
export { type EntityCaps, readShow, readStatus } from './read-presence.ts';

export interface Presence extends Room {
  /** The available devices of a person at this moment; empty when offline. For administration, whatever the switch says. */
  presenceNow(bare: BareJid): readonly PresenceNow[];
  /** What the session's client says of itself (XEP-0115), null when it says nothing usable. */
  capsOf(session: ClientSession): EntityCaps | null;
  /** Hears what the other nodes show and ask; once, after the router has joined them. */
  listen(): void;
  /** Totals since start. */
  readonly counters: { readonly delivered: number };
}

const protocols: readonly Protocol[] = [
  { number: 'RFC 6121 §4', title: 'Presence: broadcast, directed, probes', version: '2011-03', status: 'complete' },
  { number: 'XEP-0256', title: 'Last Activity in Presence', version: '1.1', status: 'complete', note: 'Passed on.' },
  { number: 'XEP-0318', title: 'Best Practices for Client Initiated Presence Probes', version: '0.2', status: 'complete' },
  { number: 'XEP-0319', title: 'Last User Interaction in Presence', version: '1.0.2', status: 'complete', note: 'Passed on.' },
];

/** `router` may be read as soon as the room is in use. `start` begins to follow the setting `presence.enabled`. */
export function createPresence(deps: {
  users: Users;
  router: () => Router;
  roster: Roster;
  blocking: BlockingView;
  settings: Live<PresenceValues>;
  clock: Clock;
}): Presence {
  const abroad = createAbroad(deps);
  const delivery = createDelivery({ ...deps, abroad });
  const sharing = createSharingSwitch({ ...deps, delivery, abroad });
  const availability = createAvailability({ ...deps, delivery, abroad, isSwitching: () => sharing.isSwitching });
  followRights({ ...deps, delivery, abroad });

  return {
    name: 'presence',
    hooks: [
      { hook: 'presence.broadcast', stage: 'decide', run: availability.broadcast },
      { hook: 'presence.sent', stage: 'decide', run: availability.sent },
      { hook: 'presence.arriving', stage: 'decide', run: availability.arriving },
      { hook: 'iq.mayReach', stage: 'decide', run: availability.mayReach },
      { hook: 'session.ended', stage: 'decide', run: availability.ended },
    ],
    protocols,
    start: async () => sharing.start(),
    listen: () => abroad.listen(delivery),
    stop: async () => sharing.stop(),
    presenceNow(bare) {
      const devices: PresenceNow[] = [];
      for (const session of deps.users.peek(bare)?.sessions.values() ?? []) {
        if (session.presence === null || session.state === 'ended') continue;
        devices.push({
          resource: session.jid.resource,
          show: readShow(session.presence),
          status: readStatus(session.presence),
          priority: session.priority,
          state: session.state,
        });
      }
      return devices;
    },
    capsOf: (session) => (session.presence === null ? null : readCaps(session.presence)),
    counters: delivery.counters,
  };
}
