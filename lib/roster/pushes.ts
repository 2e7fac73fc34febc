/** Roster pushes (RFC 6121 §2.1.6): to interested sessions of the owner only, each with an id of its own. */

import { secretId } from '../kernel/ids.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { User } from '../xmpp/router/users.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import { itemText, queryText, removedText, versionText } from './contact-xml.ts';
import type { RosterItem } from './ports.ts';

function push(user: User, item: string, version: number): void {
  const query = queryText(item, versionText(user.accountId, version));
  for (const session of user.sessions.values()) {
    if (!session.interested) continue;
    // No `from`: clients must refuse a push that names anyone but their own account (RFC 6121 §2.1.6).
    session.send(`<iq to='${escapeAttribute(session.jid.full)}' type='set' id='push-${secretId(9)}'>${query}</iq>`, null);
  }
}

export const pushItem = (user: User, item: RosterItem): void => push(user, itemText(item), item.version);
export const pushRemoval = (user: User, contact: BareJid, version: number): void => push(user, removedText(contact), version);
