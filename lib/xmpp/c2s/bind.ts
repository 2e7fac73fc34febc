import { secretId } from '../../kernel/ids.ts';
import { type Jid, makeJid, prepareResource } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { User } from '../router/users.ts';
import type { StanzaFault } from '../stanza/stanza.ts';
import { BoundSession, type SessionDeps } from './bound-session.ts';
import type { SessionLink } from './link.ts';
import type { ClientSession } from './session.ts';

/**
 * A resource of the server's making: not guessable, since a full JID is what presence leaks protect. RFC 6120 §7.6 lets the server choose
 * when the client does not.
 */
const madeResource = (): string => secretId(9);

/** The resource a client asked for, or one of ours; null when it has no prepared form. */
export function requestedResource(text: string): string | null {
  return text === '' ? madeResource() : prepareResource(text);
}

/** The session that makes room for one more: a hibernating one before a live one, the oldest first. */
function oldest(user: User): ClientSession | undefined {
  let found: ClientSession | undefined;
  for (const session of user.sessions.values()) {
    if (found === undefined) found = session;
    else if ((session.state === 'hibernating') !== (found.state === 'hibernating'))
      found = session.state === 'hibernating' ? session : found;
    else if (session.facts.since < found.facts.since) found = session;
  }
  return found;
}

/**
 * Binds a prepared resource for a loaded user: settles conflicts and limits by the settings, makes the session and puts it into its user.
 * The caller answers the client and then tells `hooks.bound`, so that nothing overtakes the answer.
 */
export function bindSession(deps: SessionDeps, user: User, wanted: string, link: SessionLink): Result<BoundSession, StanzaFault> {
  const settings = deps.settings.get();
  let resource = wanted;
  const holder = user.sessions.get(resource);
  if (holder !== undefined) {
    if (settings.resourceConflict === 'refuse') return refuse({ condition: 'conflict', text: 'Another session uses this resource.' });
    if (settings.resourceConflict === 'replace') holder.end('conflict', 'Another client has taken over this resource.');
    else resource = prepareResource(`${wanted}-${secretId(6)}`) ?? madeResource();
  }
  while (user.sessions.size >= settings.maxSessionsPerUser) {
    const first = oldest(user);
    if (first === undefined) break;
    // A lost connection that waits to be resumed never keeps its own user out, whatever the setting.
    if (settings.sessionsBeyondLimit === 'refuse' && first.state !== 'hibernating') {
      return refuse({
        condition: 'resource-constraint',
        text: 'There are as many sessions of this account as are allowed. End one of them first.',
      });
    }
    first.end('policy-violation', 'There are more sessions of this account than are allowed; this one was the oldest.');
    user.sessions.delete(first.jid.resource);
  }
  const jid: Jid = makeJid(user.jid.local, user.jid.domain, resource);
  const session = new BoundSession(deps, jid, user, link);
  user.sessions.set(resource, session);
  deps.table.add(session);
  return ok(session);
}
