/** Messages that waited: handing them over at sign-in (XEP-0160), and what becomes of those a client never acknowledged. */
import type { ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { sortableId } from '../kernel/ids.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { readsArchive } from '../xmpp/c2s/bind2.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User } from '../xmpp/router/users.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza, Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { mayWait, traitsOf } from './classify.ts';
import { type Arrived, chosenDevices, type DeliveryNote, sendTo, stanzaIdXml } from './deliver.ts';
import type { Archive, Journal, OfflineQueue, OfflineRow } from './ports.ts';
import { type Drain, readsByHand, stateOf } from './state.ts';

const PAGE = 100;
const NOTHING: ReadonlySet<string> = new Set();
/** More than this does not wait behind kept messages: a client that takes them so slowly is not protected from a wrong order any longer. */
const MAX_LATER = 1000;

const gone: StanzaFault = { condition: 'service-unavailable', text: 'The recipient went offline before the message arrived.' };

/** XEP-0203: who delays stamps; RFC 3339 in UTC (XEP-0082). */
export const delayXml = (from: string, at: number): string =>
  `<delay xmlns='${NS.delay}' from='${escapeAttribute(from)}' stamp='${new Date(at).toISOString()}'/>`;

/** A kept stanza with its delay stamp before the end tag. */
export function stamped(row: OfflineRow, domain: string): string {
  const delay = delayXml(domain, row.at);
  return row.xml.endsWith('/>')
    ? `${row.xml.slice(0, -2)}>${delay}</message>`
    : `${row.xml.slice(0, -'</message>'.length)}${delay}</message>`;
}

export function createKept(deps: {
  readonly router: () => Router;
  readonly offline: OfflineQueue;
  readonly archive: Archive;
  readonly journal: Journal;
  readonly im: Live<ImValues>;
  readonly arrived?: Arrived;
  readonly clock: Clock;
  readonly log: Log;
}) {
  const { offline, journal, clock, log } = deps;

  /**
   * Hands over everything that waits, oldest first, to this device only (RFC 6121 §4.2.2). A message leaves the store when the client has
   * acknowledged it, and the next page is sent then; what arrives meanwhile waits behind. Until that device has acknowledged or ended, no other
   * device gets them.
   */
  function handOver(session: ClientSession): void {
    const state = stateOf(session.user);
    if (state.offline === 0 || state.drain !== null || session.state === 'ended' || readsByHand(session)) return;
    const drain: Drain = { to: session, reading: true, later: [] };
    state.drain = drain;
    // What was taken to be kept a moment ago may not be in the store yet; entries commit in order.
    journal.append({ archive: [], offline: [] }, () => readPage(drain, undefined));
  }

  const isCurrent = (drain: Drain): boolean => stateOf(drain.to.user).drain === drain;

  function readPage(drain: Drain, after: string | undefined): void {
    if (!isCurrent(drain)) return;
    const { accountId } = drain.to.user;
    offline
      // One more than a page tells whether there is another, without asking once more.
      .read(accountId, PAGE + 1, after)
      .then(async (found) => {
        const rows = found.length > PAGE ? found.slice(0, PAGE) : found;
        sendPage(drain, rows, found.length <= PAGE, readsArchive(drain.to) ? await archived(accountId, rows) : NOTHING);
      })
      .catch((error: unknown) => {
        log.warn('im.offline-read-failed', { user: drain.to.user.bare, error });
        finish(drain);
      });
  }

  /** XEP-0386 §4: who learns from the archive what was missed is not told twice. What is only here is handed over all the same. */
  async function archived(accountId: number, rows: readonly OfflineRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return NOTHING;
    return new Set(
      await deps.archive.existing(
        accountId,
        rows.map((row) => row.uid),
      ),
    );
  }

  function sendPage(drain: Drain, rows: readonly OfflineRow[], isLast: boolean, known: ReadonlySet<string>): void {
    if (!isCurrent(drain)) return;
    const session = drain.to;
    for (const row of rows) if (!known.has(row.uid)) session.send(stamped(row, session.jid.domain), null);
    // Sending may have ended the session, and with it the drain: what was not acknowledged is still in the store.
    if (!isCurrent(drain)) return;
    if (isLast) {
      drain.reading = false;
      sendLater(drain);
    }
    whenDelivered(session, () => {
      if (!isCurrent(drain)) return;
      remove(session.user, rows);
      if (isLast) finish(drain);
      else if (drain.later.length > MAX_LATER) {
        drain.reading = false;
        sendLater(drain);
        drain.reading = true;
        readPage(drain, rows.at(-1)?.uid);
      } else readPage(drain, rows.at(-1)?.uid);
    });
  }

  function finish(drain: Drain): void {
    if (!isCurrent(drain)) return;
    stateOf(drain.to.user).drain = null;
    sendLater(drain);
  }

  function sendLater(drain: Drain): void {
    const waiting = drain.later.splice(0);
    const lost: Stanza[] = [];
    for (const { xml, stanza } of waiting) if (!drain.to.send(xml, stanza) && stanza !== null) lost.push(stanza);
    if (lost.length > 0) reroute(drain.to, lost);
  }

  const whenDelivered = (session: ClientSession, fn: () => void) => (session.whenDelivered ? session.whenDelivered(fn) : fn());

  function remove(user: User, rows: readonly OfflineRow[]): void {
    if (rows.length === 0) return;
    const state = stateOf(user);
    state.offline = Math.max(0, state.offline - rows.length);
    state.offlineFrom.clear();
    journal.append({ archive: [], offline: [], offlineRemoved: rows.map(({ accountId, uid }) => ({ accountId, uid })) }, null);
  }

  /**
   * XEP-0198 §5: what was sent and never acknowledged goes the way of a message to someone who is not there: to another device, or into the store. Only
   * when no other device has it; in the archive it is already, under the same id.
   */
  function reroute(session: ClientSession, unsent: readonly Stanza[]): void {
    for (const stanza of unsent) {
      if (stanza.kind !== 'message') continue;
      const traits = traitsOf(stanza);
      if (!mayWait(stanza, traits)) continue;
      const note = noteOf(stanza);
      if (--note.holders > 0) continue;
      again(session.user, stanza, note);
    }
  }

  const noteOf = (stanza: MessageStanza): DeliveryNote => {
    const note = (stanza.note as DeliveryNote | null) ?? { uid: '', at: clock.now(), holders: 1, told: false };
    stanza.note = note;
    return note;
  };

  function again(user: User, stanza: MessageStanza, note: DeliveryNote): void {
    const state = stateOf(user);
    const settings = deps.im.get();
    const id = stanzaIdXml(user.bare, note.uid);
    const devices = chosenDevices(user, state, stanza.from.bare, settings, clock.monotonic());
    note.holders = 0;
    if (devices.length > 0) {
      const xml = stanza.render({ extra: id + delayXml(user.jid.domain, note.at) });
      for (const device of devices) if (sendTo(state, device, xml, stanza, true)) note.holders++;
      if (note.holders > 0) return;
    }
    if (!settings.offlineMessages) return deps.router().bounce(stanza, gone);
    state.offline++;
    const uid = note.uid === '' ? sortableId(note.at) : note.uid;
    const row: OfflineRow = { accountId: user.accountId, uid, from: stanza.from.bare, at: note.at, xml: stanza.render({ extra: id }) };
    journal.append({ archive: [], offline: [row] }, null);
    if (note.told || deps.arrived === undefined) return;
    const traits = traitsOf(stanza);
    if (traits.isAlert) note.told = deps.arrived(user, stanza, traits.isEncrypted ? '' : traits.body);
  }

  return {
    handOver,
    /** A session has ended: nobody else holds what it was about to get. */
    ended(session: ClientSession, unsent: readonly Stanza[]): void {
      const state = stateOf(session.user);
      const drain = state.drain;
      const own = drain !== null && drain.to === session;
      if (own) state.drain = null;
      reroute(session, unsent);
      if (own)
        reroute(
          session,
          drain.later.splice(0).flatMap(({ stanza }) => (stanza === null ? [] : [stanza])),
        );
      if (state.offline === 0 || state.drain !== null) return;
      // What is left in the store goes to a device that is still there.
      for (const other of session.user.sessions.values()) {
        if (other.state !== 'live' || other.presence === null || other.priority < 0 || readsByHand(other)) continue;
        handOver(other);
        return;
      }
    },
  };
}
