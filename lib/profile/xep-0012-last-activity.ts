/**
 * Last activity (XEP-0012): the server's time since its start, one's own, and a contact's for those who see their availability. Everyone else is
 * told `forbidden`, whether the account exists or not (XEP-0012 §4).
 */
import type { PresenceValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { Roster } from '../roster/index.ts';
import type { HookRegistration, IqAnswer, IqHandler, Protocol } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import { el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { ProfileStore } from './ports.ts';

export const protocol: Protocol = { number: 'XEP-0012', title: 'Last Activity', version: '2.0', status: 'complete' };

const LAST = 'jabber:iq:last';
const MAX_STATUS = 1000;

const notForYou: StanzaFault = { condition: 'forbidden', type: 'auth' };
const neverSeen: StanzaFault = { condition: 'item-not-found', type: 'cancel', text: 'This person has not signed in yet.' };

/** The status text of the newest `unavailable` a person sent. */
const lastWords = defineSlot<string>('profile.last-words');

const isAvailable = (user: User): boolean => {
  for (const session of user.sessions.values()) if (session.presence !== null) return true;
  return false;
};
const answer = (seconds: number, status = ''): IqAnswer => ({
  result: el('query', LAST, { seconds: String(Math.max(0, Math.floor(seconds))) }, ...(status === '' ? [] : [status])),
});

export function lastActivity(deps: { store: ProfileStore; roster: Roster; settings: Live<PresenceValues>; clock: Clock }): {
  readonly iq: readonly IqHandler[];
  readonly hooks: readonly HookRegistration[];
} {
  const { store, roster, settings, clock } = deps;
  const startedAt = clock.monotonic();

  async function ofContact(user: User): Promise<IqAnswer> {
    if (isAvailable(user)) return answer(0);
    const seen = await store.lastSeen(user.accountId);
    if (seen === null) return { fault: neverSeen };
    return answer((clock.now() - seen.at) / 1000, seen.status);
  }

  return {
    iq: [
      { ns: LAST, name: 'query', targets: ['server'], types: ['get'], handle: () => answer((clock.monotonic() - startedAt) / 1000) },
      // Whoever asks about themselves is here.
      { ns: LAST, name: 'query', targets: ['self'], types: ['get'], handle: () => answer(0) },
      {
        ns: LAST,
        name: 'query',
        targets: ['account'],
        types: ['get'],
        missing: notForYou,
        handle: ({ session, user }) =>
          settings.get().enabled && roster.isWatcher(user, session.user.bare) ? ofContact(user) : { fault: notForYou },
      },
    ],
    hooks: [
      {
        hook: 'presence.broadcast',
        stage: 'observe',
        run(session, stanza) {
          if (stanza.type === 'unavailable')
            writeSlot(session.user, lastWords, stanza.el.child('status', NS.client)?.text().slice(0, MAX_STATUS));
          return undefined;
        },
      },
      {
        hook: 'session.ended',
        stage: 'record',
        run(session) {
          const user = session.user;
          for (const other of user.sessions.values()) if (other !== session && other.state !== 'ended') return;
          store.saveLastSeen(user.accountId, clock.now(), readSlot(user, lastWords) ?? '');
          writeSlot(user, lastWords, undefined);
        },
      },
    ],
  };
}
