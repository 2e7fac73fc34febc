/**
 * A message whose recipient's node died before it said what became of it crosses again, to the node that acts next. What that one finds in the store has
 * arrived; what it does not find was lost with the other, or was only shown to a client, and is handled as new.
 */
import type { Clock } from '../kernel/clock.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';
import { traitsOf } from './classify.ts';
import type { Archive, OfflineQueue } from './ports.ts';
import { RESEND_CHECKED, RESEND_MS } from './state.ts';

/** More than a person can have waiting by default. */
const KEPT_CHECKED = 5_000;

export function createRepeats(deps: {
  readonly users: Users;
  readonly archive: Archive;
  readonly offline: OfflineQueue;
  readonly clock: Clock;
}): { hasArrived(message: MessageStanza): Promise<boolean> } {
  async function isArchived(user: User, message: MessageStanza, body: string): Promise<boolean> {
    const page = await deps.archive.page({
      accountId: user.accountId,
      with: message.from.bare,
      start: deps.clock.now() - RESEND_MS,
      direction: 'backward',
      max: RESEND_CHECKED,
    });
    return page.rows.some((row) => !row.outgoing && row.stanzaId === message.id && row.body === body);
  }

  /** Kept for a person who archives nothing. */
  async function isKept(user: User, message: MessageStanza): Promise<boolean> {
    const head = `<message from='${escapeAttribute(message.from.full)}'`;
    const id = ` id='${escapeAttribute(message.id)}'`;
    const rows = await deps.offline.read(user.accountId, KEPT_CHECKED);
    return rows.some(
      (row) => row.from === message.from.bare && row.xml.startsWith(head) && row.xml.slice(0, row.xml.indexOf('>')).includes(id),
    );
  }

  return {
    async hasArrived(message) {
      // Without an id two messages cannot be told from one.
      if (message.to === null || message.id === '') return false;
      const user = await deps.users.load(message.to.bare);
      if (user === null) return false;
      return (await isArchived(user, message, traitsOf(message).body)) || (await isKept(user, message));
    },
  };
}
