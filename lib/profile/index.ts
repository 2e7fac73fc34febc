/** The profile room: what a person keeps on the server besides contacts (vCard, private XML) and when they were last here. */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Roster } from '../roster/index.ts';
import type { Room } from '../xmpp/router/hooks.ts';
import type { ProfileStore } from './ports.ts';
import { lastActivity, protocol as lastActivityProtocol } from './xep-0012-last-activity.ts';
import { privateHandlers, protocol as privateProtocol } from './xep-0049-private.ts';
import { vcardHandlers, protocol as vcardProtocol } from './xep-0054-vcard.ts';

export function createProfile(deps: { store: ProfileStore; roster: Roster; settings: Live<PresenceValues>; clock: Clock }): Room {
  const last = lastActivity(deps);
  return {
    name: 'profile',
    hooks: last.hooks,
    iq: [...vcardHandlers(deps), ...privateHandlers(deps), ...last.iq],
    features: {
      server: ['vcard-temp', 'jabber:iq:private', 'jabber:iq:last'],
      account: ['vcard-temp', 'jabber:iq:private', 'jabber:iq:last'],
    },
    protocols: [vcardProtocol, privateProtocol, lastActivityProtocol],
  };
}
