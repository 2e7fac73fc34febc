/**
 * A client whose connection was lost sends again what it had no acknowledgement for. What we had committed by then must not arrive twice: a message with
 * the id of one that the same person sent to the same address a moment ago is acknowledged and swallowed, if it says the same. (Some clients
 * count their ids from 1 at each sign-in, so the id alone proves nothing.)
 */
import { createHash } from 'node:crypto';
import type { ArchiveValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { SenderFlow } from '../xmpp/router/sender-flow.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';
import { traitsOf } from './classify.ts';
import type { Archive, Journal } from './ports.ts';
import { DRAWN_ID_LENGTH, RESEND_CHECKED, RESEND_COUNTED_MS, RESEND_MS, RESEND_WINDOW_MS, type Resend, stateOf } from './state.ts';

export function createResendGuard(deps: {
  readonly flow: () => SenderFlow;
  readonly archive: Archive;
  readonly settings: Live<ArchiveValues>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}) {
  const { archive, journal, clock, log } = deps;
  const keyOf = (stanza: MessageStanza): string => `${stanza.to?.bare ?? stanza.from.bare}\n${stanza.id}`;

  /** A session starts. Its messages wait until it is known what its person sent lately; for someone just loaded that is known already. */
  function bound(session: ClientSession): void {
    const state = stateOf(session.user);
    const now = clock.monotonic();
    if (!deps.settings.get().enabled || state.lastArchivedAt === 0 || now - state.lastArchivedAt > RESEND_MS) return;
    const go = deps.flow().pause(session);
    const read = () =>
      archive.recentOutgoing([session.user.accountId], clock.now() - RESEND_MS, RESEND_CHECKED).then(
        (recent) => {
          state.resend = {
            known: new Set(recent.get(session.user.accountId)),
            stored: new Map(),
            left: RESEND_CHECKED,
            until: clock.monotonic() + RESEND_WINDOW_MS,
          };
          go();
        },
        (error: unknown) => {
          log.warn('im.resend-unchecked', { user: session.user.bare, error });
          go();
        },
      );
    // The last of them may be on its way to the store; entries commit in order.
    if (journal.accepting) journal.append({ archive: [], offline: [] }, () => void read());
    else void read();
  }

  /** True: this message is swallowed now; if it turns out to be a new one after all, it is handled when the look into the archive is done. */
  function takes(session: ClientSession, stanza: MessageStanza): boolean {
    const state = stateOf(session.user);
    const resend = state.resend;
    if (resend === null) return false;
    if (--resend.left < 0 || clock.monotonic() > resend.until) {
      state.resend = null;
      return false;
    }
    if (stanza.id === '' || !resend.known.has(keyOf(stanza))) return false;
    const go = deps.flow().pause(session);
    isStored(resend, session, stanza).then(
      (stored) => {
        if (stored) return go();
        resend.known.delete(keyOf(stanza));
        go(stanza);
      },
      (error: unknown) => {
        log.warn('im.resend-unchecked', { user: session.user.bare, error });
        resend.known.delete(keyOf(stanza));
        go(stanza);
      },
    );
    return true;
  }

  /** Of what is looked for all was there before: what is read once holds while it lasts. */
  async function isStored(resend: Resend, session: ClientSession, stanza: MessageStanza): Promise<boolean> {
    const peer = stanza.to?.bare ?? stanza.from.bare;
    let stored = resend.stored.get(peer);
    if (stored === undefined) {
      stored = readStored(session.user.accountId, peer);
      resend.stored.set(peer, stored);
      stored.catch(() => resend.stored.delete(peer));
    }
    return (await stored).has(markOf(stanza.id, traitsOf(stanza).body));
  }

  const markOf = (id: string, body: string): string => `${id}\n${createHash('sha256').update(body).digest('base64')}`;

  async function readStored(accountId: number, peer: string): Promise<ReadonlySet<string>> {
    const now = clock.now();
    const page = await archive.page({
      accountId,
      with: peer,
      start: now - RESEND_MS - RESEND_WINDOW_MS,
      direction: 'backward',
      max: RESEND_CHECKED,
    });
    const mayBeCounted = now - RESEND_COUNTED_MS - RESEND_WINDOW_MS;
    const sent = page.rows.filter((row) => row.outgoing && (row.stanzaId.length >= DRAWN_ID_LENGTH || row.at >= mayBeCounted));
    return new Set(sent.map((row) => markOf(row.stanzaId, row.body)));
  }

  return { bound, takes };
}
