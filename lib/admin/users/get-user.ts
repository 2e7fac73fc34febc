import { ok } from '../../kernel/result.ts';
import type { SignInOutcome } from '../../security/ports.ts';
import { defineUseCase } from '../shared/define.ts';
import { clientsOf } from './clients.ts';
import { getUserInput } from './inputs.ts';
import { userDetail } from './outputs.ts';
import { presentSession, presentUser, resolveUser } from './resolve.ts';

/** Administrators see why; the person outside saw one text for all failures. */
const reasons: Readonly<Record<SignInOutcome, string>> = {
  ok: 'Signed in',
  'unknown-account': 'There is no such account',
  'wrong-second-factor': 'The second-factor code was wrong.',
  'wrong-password': 'Wrong password',
  disabled: 'The account is disabled',
  'backed-off': 'Too many failures: this account and address must wait',
  'no-encryption': 'The client did not encrypt the connection',
  'bad-channel-binding':
    'The client bound to the connection in a way this server does not take (old clients do); rarely, somebody sits in between',
  'no-such-hash': 'The client asked for a stronger hash than is stored of this password; it may sign in with another mechanism',
  'bad-token': 'The sign-in token is void: the password was changed, the token was revoked, or it has expired',
  malformed: 'The client sent something that is no sign-in',
  'directory-down': 'The directory could not be reached',
  'resource-limit': 'Too many sessions of this user',
  unassigned: 'Assigned to no node',
};
export const reasonOf = (outcome: SignInOutcome): string => reasons[outcome];

export const getUser = defineUseCase({
  id: 'users.get',
  title: 'Show a user',
  summary:
    'One user with sessions, presence, contacts, waiting messages, clients with sign-in tokens and recent sign-ins with their reasons.',
  may: 'users.read',
  kind: 'read',
  input: getUserInput,
  output: userDetail,
  rest: { method: 'GET', path: '/users/{user}' },
  cli: { words: ['users', 'show'], positionals: [{ field: 'user', name: 'USER' }], examples: ['rollcall users show anna'] },
  async run(input, { stores, deps }) {
    const found = await resolveUser(stores, input.user);
    if (!found.ok) return found;
    const account = found.value;
    const [contacts, offlineMessages, signIns, credentials, clients] = await Promise.all([
      deps.engine.contactsOf(account.bare),
      deps.engine.offlineCountOf(account.id),
      deps.signIns.recent({ accountId: account.id, limit: 20 }),
      stores.accounts.credentials([account.bare]),
      clientsOf(stores, deps.engine, account, deps.clock.now()),
    ]);
    const sessions = deps.engine.sessionsOf(account.bare);
    // RFC 6121 §4.7.2.3: the highest priority speaks for the person; a session that sent no presence does not count.
    const speaking = sessions.filter((session) => session.show !== '').sort((a, b) => b.priority - a.priority)[0];
    return ok({
      user: presentUser(account, deps.engine),
      isXmppAdministrator: deps.settings.section('xmpp').get().administrators.includes(account.bare),
      hasPassword: Boolean(credentials.get(account.bare)?.credentials),
      presence:
        speaking && speaking.show !== '' ? { show: speaking.show, status: speaking.status } : { show: 'offline' as const, status: '' },
      sessions: sessions.map(presentSession),
      contacts: contacts.map((contact) => ({ ...contact, groups: [...contact.groups] })),
      offlineMessages,
      signIns: signIns.map(({ at, kind, address, mechanism, outcome }) => ({
        at,
        kind,
        address,
        mechanism,
        outcome,
        reason: reasons[outcome],
      })),
      clients,
    });
  },
});
