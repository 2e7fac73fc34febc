/** The profile room: what a person keeps on the server besides contacts (vCard, private XML) and when they were last here. */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { Roster } from '../roster/index.ts';
import type { Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { PersonalNodes, ProfileStore } from './ports.ts';
import { lastActivity, protocol as lastActivityProtocol } from './xep-0012-last-activity.ts';
import { privateHandlers, protocol as privateProtocol } from './xep-0049-private.ts';
import { vcardHandlers, protocol as vcardProtocol } from './xep-0054-vcard.ts';
import { VCARD4, vcard4Handlers, vcard4Protocol } from './xep-0292-vcard4.ts';
import { avatarProtocols, CONVERSION, createAvatars } from './xep-0398-avatars.ts';
import { bookmarkFeatures, bookmarkProtocols, createBookmarks } from './xep-0411-bookmarks.ts';

/** `conversion` joins the old protocols with the nodes of people: avatars and bookmarks are then the same for all clients. */
export function createProfile(deps: {
  store: ProfileStore;
  roster: Roster;
  settings: Live<PresenceValues>;
  clock: Clock;
  /** A card for somebody who made none; null when nobody knows one. */
  cardOf?: (accountId: number) => Promise<string | null>;
  conversion?: {
    nodes: PersonalNodes;
    users: Users;
    router: () => Router;
    pictureChanged?: (user: User, was: string, now: string) => void;
    log: Log;
  };
}): Room {
  const { store, conversion } = deps;
  const last = lastActivity(deps);
  const avatars = conversion === undefined ? null : createAvatars({ store, ...conversion });
  const bookmarks = conversion === undefined ? null : createBookmarks({ store, ...conversion });
  return {
    name: 'profile',
    hooks: [...last.hooks, ...(avatars?.hooks ?? [])],
    iq: [
      ...vcardHandlers({ store, saved: avatars?.vcardSaved, turn: avatars?.turn, cardOf: deps.cardOf }),
      ...privateHandlers({ store, bookmarks }),
      ...last.iq,
      ...(conversion === undefined ? [] : vcard4Handlers({ nodes: conversion.nodes, roster: deps.roster })),
    ],
    features: {
      server: ['vcard-temp', 'jabber:iq:private', 'jabber:iq:last'],
      account: [
        'vcard-temp',
        'jabber:iq:private',
        'jabber:iq:last',
        ...(conversion === undefined ? [] : [CONVERSION, VCARD4, ...bookmarkFeatures]),
      ],
    },
    protocols: [
      vcardProtocol,
      privateProtocol,
      lastActivityProtocol,
      ...(conversion === undefined ? [] : [...avatarProtocols, ...bookmarkProtocols, vcard4Protocol]),
    ],
  };
}
