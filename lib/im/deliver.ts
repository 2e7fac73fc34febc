/** The way of a message once it has reached a local person (RFC 6121 §8.5.2, §8.5.3), and what is kept of it. */
import type { ArchiveValues, ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { sortableId } from '../kernel/ids.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Claim } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import { messageRoute, type Situation } from '../xmpp/router/routing-table.ts';
import type { SenderFlow } from '../xmpp/router/sender-flow.ts';
import type { User } from '../xmpp/router/users.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { copyFor, copyTail } from './carbons.ts';
import { isArchivable, isCopied, type MessageTraits, mayWait, RETRACT, traitsOf } from './classify.ts';
import { answered, planDelivery, rememberFork } from './forking.ts';
import type { ArchiveRow, Journal, OfflineQueue, Retraction } from './ports.ts';
import { type ImState, stateOf, wantsArchived } from './state.ts';

const notKept: StanzaFault = {
  condition: 'service-unavailable',
  text: 'The recipient is offline, and this message is not kept for later.',
};
const full: StanzaFault = { condition: 'service-unavailable', text: 'The recipient is offline and has no room for more messages.' };
const cannotKeep: StanzaFault = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The server cannot store messages at the moment. Try again later.',
};
const unavailable: StanzaFault = { condition: 'service-unavailable' };
export const turnedOff: StanzaFault = { condition: 'service-unavailable', text: 'Instant messaging is turned off on this server.' };

export interface ImCounters {
  delivered: number;
  offline: number;
  archived: number;
}

export interface DeliveryDeps {
  readonly router: () => Router & SenderFlow;
  readonly journal: Journal;
  readonly offline: OfflineQueue;
  readonly im: Live<ImValues>;
  readonly archive: Live<ArchiveValues>;
  /** Is this contact in the person's roster? For the archive policy "contacts". */
  readonly isContact: (user: User, peer: string) => boolean;
  /** A message that waits for its person, or for the acknowledgement of a device. True when a device will be woken for it. */
  readonly arrived?: Arrived;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: ImCounters;
}

export type Arrived = (user: User, stanza: MessageStanza, text: string) => boolean;

/** What is remembered with a message until every device has acknowledged it or gone. */
export interface DeliveryNote {
  /** Id in the recipient's archive; empty when it is not there. */
  readonly uid: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Devices that were sent the message, or a copy of it, and did not give it back. */
  holders: number;
  /** A device is being woken for it already. */
  told: boolean;
}

export const stanzaIdXml = (bare: string, uid: string): string =>
  uid === '' ? '' : `<stanza-id xmlns='${NS.stanzaId}' by='${escapeAttribute(bare)}' id='${uid}'/>`;

/** What stands for a message that its sender took back by `stanza`. */
function tombstone({ from, to, type, id }: MessageStanza, retracted: string, at: number): string {
  const by = id === '' ? '' : ` id='${escapeAttribute(id)}'`;
  const recipient = to === null ? '' : ` to='${escapeAttribute(to.full)}'`;
  return (
    `<message from='${escapeAttribute(from.full)}'${recipient}${type === 'normal' ? '' : ` type='${type}'`} id='${escapeAttribute(retracted)}'>` +
    `<retracted xmlns='${RETRACT}' stamp='${new Date(at).toISOString()}'${by}/></message>`
  );
}

/** To one device, behind what is still being handed over to it. False: the session has ended. */
export function sendTo(state: ImState, session: ClientSession, xml: string, stanza: MessageStanza | null, isUrgent: boolean): boolean {
  if (state.drain?.reading === true && state.drain.to === session) {
    state.drain.later.push({ xml, stanza });
    return true;
  }
  return session.send(xml, stanza, isUrgent ? 'now' : 'may-wait');
}

const isAble = (session: ClientSession): boolean => session.presence !== null && session.priority >= 0;

/** The devices of a person that get a message to the bare JID themselves, by the rules of forking. */
export function chosenDevices(user: User, state: ImState, peer: string, settings: ImValues, now: number): ClientSession[] {
  const able: ClientSession[] = [];
  let highest: ClientSession | null = null;
  for (const session of user.sessions.values()) {
    if (!isAble(session)) continue;
    able.push(session);
    if (highest === null || session.priority >= highest.priority) highest = session;
  }
  if (able.length <= 1) return able;
  const lock = state.locks.get(peer);
  const answering = lock === undefined ? undefined : able.find((session) => session.jid.resource === lock.resource);
  const rules = { forking: settings.forking, replyLocks: settings.replyLocks, lockMs: settings.lockTimeout * 1000 };
  switch (planDelivery(able.length, lock, answering !== undefined, rules, now)) {
    case 'everyone':
      return able;
    case 'highest':
      return highest === null ? [] : [highest];
    case 'answering':
      if (lock !== undefined) lock.at = now;
      return answering === undefined ? able : [answering];
  }
}

export interface ImDelivery {
  /** To a person of ours. */
  deliver(user: User, stanza: MessageStanza, sender: ClientSession | null): Claim;
  /** What is the sender's of a message whose recipient another node looks after: copies, archive, whom the next answer goes to. */
  crossing(sender: ClientSession, stanza: MessageStanza): StanzaFault | undefined;
}

export function createDelivery(deps: DeliveryDeps): ImDelivery {
  const { clock, counters, journal } = deps;

  function situationOf(user: User): Situation {
    let situation: Situation = 'none-available';
    for (const session of user.sessions.values()) {
      if (session.presence === null) continue;
      if (session.priority >= 0) return 'non-negative';
      situation = 'only-negative';
    }
    return situation;
  }

  function isKeptFor(user: User, state: ImState, stanza: MessageStanza, traits: MessageTraits, peer: BareJid): boolean {
    const archive = deps.archive.get();
    return archive.enabled && isArchivable(stanza, traits) && wantsArchived(state, archive.defaultPolicy, user, peer, deps.isContact);
  }

  /** Why a message cannot wait for its recipient; undefined when it can. */
  function refusalToKeep(user: User, state: ImState, peer: BareJid, settings: ImValues): StanzaFault | undefined {
    if (!settings.offlineMessages) return notKept;
    if (state.offline >= settings.offlineMax) {
      recount(user, state);
      return full;
    }
    // R-6: nobody can be over their share before there are as many in all. From then on senders are counted, once; what arrives while the
    // store counts is let through.
    if (state.offline < settings.offlineMaxPerSender) return undefined;
    const share = state.offlineFrom.get(peer);
    if (share === undefined) {
      state.offlineFrom.set(peer, 0);
      deps.offline.countFrom(user.accountId, peer).then(
        (count) => state.offlineFrom.set(peer, count + (state.offlineFrom.get(peer) ?? 0)),
        (error: unknown) => {
          state.offlineFrom.delete(peer);
          deps.log.warn('im.offline-count-failed', { user: user.bare, error });
        },
      );
    } else if (share >= settings.offlineMaxPerSender) return full;
    return undefined;
  }

  /** Old messages expire in the store behind our back: a full store is looked at again before the next message. */
  function recount(user: User, state: ImState): void {
    deps.offline.counts([user.accountId]).then(
      (counts) => {
        state.offline = counts.get(user.accountId) ?? 0;
        state.offlineFrom.clear();
      },
      (error: unknown) => deps.log.warn('im.offline-count-failed', { user: user.bare, error }),
    );
  }

  const rowFor = (
    accountId: number,
    uid: string,
    peer: BareJid,
    outgoing: boolean,
    at: number,
    stanza: MessageStanza,
    body: string,
  ): ArchiveRow => ({
    accountId,
    uid,
    peer,
    outgoing,
    at,
    xml: stanza.render(),
    body,
    stanzaId: stanza.id,
  });

  /**
   * XEP-0424 "Tombstones": the archives of both sides keep a tombstone in place of what was said. A room's occupants share its address, so nothing tells which
   * of them said it.
   */
  function retractions(rows: readonly ArchiveRow[], stanza: MessageStanza, traits: MessageTraits): readonly Retraction[] | undefined {
    if (traits.retracts === '' || traits.isRoomPrivate || !deps.archive.get().tombstones) return undefined;
    return rows.map(({ accountId, peer, outgoing, at }) => ({
      accountId,
      peer,
      outgoing,
      stanzaId: traits.retracts,
      xml: tombstone(stanza, traits.retracts, at),
    }));
  }

  /** Copies to the sender's other devices, and whom the next answer goes to. */
  function noteSent(sender: ClientSession, state: ImState, stanza: MessageStanza, traits: MessageTraits, peer: BareJid, uid: string): void {
    if (sender.user.sessions.size === 1) return;
    // A receipt or chat state is sent by each device by itself; only what a person wrote is an answer (protocol matrix §2.7).
    if (traits.isWritten) answered(state.locks, peer, sender.jid.resource, clock.monotonic());
    else if (traits.isGone && state.locks.get(peer)?.resource === sender.jid.resource) state.locks.delete(peer);
    // To oneself: the devices get the message or a copy as received.
    if (peer === sender.user.bare || !isCopied(stanza, traits, true)) return;
    let tail = '';
    for (const session of sender.user.sessions.values()) {
      if (session === sender || !session.carbons) continue;
      if (tail === '') tail = copyTail('sent', stanza.type, stanza.render({ extra: stanzaIdXml(sender.user.bare, uid) }));
      sendTo(state, session, copyFor(session, tail), null, false);
    }
  }

  function crossing(sender: ClientSession, stanza: MessageStanza): StanzaFault | undefined {
    if (!deps.im.get().enabled && stanza.type !== 'error') return turnedOff;
    const peer = (stanza.to ?? stanza.from).bare;
    const state = stateOf(sender.user);
    const traits = traitsOf(stanza);
    const isArchived = isKeptFor(sender.user, state, stanza, traits, peer);
    if (isArchived && !journal.accepting) return cannotKeep;
    const at = clock.now();
    const uid = isArchived ? sortableId(at) : '';
    noteSent(sender, state, stanza, traits, peer, uid);
    if (!isArchived) return undefined;
    state.lastArchivedAt = clock.monotonic();
    counters.archived++;
    const hold = deps.router().holdAck(sender);
    const archive = [rowFor(sender.user.accountId, uid, peer, true, at, stanza, traits.body)];
    const retracted = retractions(archive, stanza, traits);
    journal.append({ ...(retracted === undefined ? {} : { retracted }), archive, offline: [] }, () => hold.done());
    return undefined;
  }

  function deliver(user: User, stanza: MessageStanza, sender: ClientSession | null): Claim {
    const settings = deps.im.get();
    const to = stanza.to ?? user.jid;
    const peer = stanza.from.bare;
    const state = stateOf(user);
    const traits = traitsOf(stanza);
    const exact = to.resource === '' ? undefined : user.sessions.get(to.resource);
    const route = messageRoute(stanza.type, to.resource === '' ? 'bare' : 'full', situationOf(user), exact !== undefined);
    if (route === 'error') return unavailable;
    // §8.4: with messaging off, nothing but the errors of what was sent before.
    if (!settings.enabled && stanza.type !== 'error') return turnedOff;

    let direct: ClientSession[] = [];
    let keeps = false;
    if (route === 'exact' && exact !== undefined) direct = [exact];
    else if (route === 'all') direct = [...user.sessions.values()].filter(isAble);
    else if (route === 'chosen') direct = chosenDevices(user, state, peer, settings, clock.monotonic());
    else if (route === 'offline' && traits.isKept && !traits.noStore) {
      const refusal = refusalToKeep(user, state, peer, settings);
      if (refusal !== undefined) return refusal;
      keeps = true;
    }

    const senderState = sender === null ? null : stateOf(sender.user);
    const self = sender !== null && sender.user === user;
    const isLost = direct.length === 0 && !keeps;
    const archiveHere = !isLost && isKeptFor(user, state, stanza, traits, peer);
    const archiveThere =
      !isLost && sender !== null && senderState !== null && !self && isKeptFor(sender.user, senderState, stanza, traits, to.bare);
    if ((keeps || archiveHere || archiveThere) && !journal.accepting) return cannotKeep;

    const at = clock.now();
    const here = archiveHere ? sortableId(at) : '';
    const there = archiveThere ? sortableId(at) : '';
    if (sender !== null && senderState !== null) noteSent(sender, senderState, stanza, traits, to.bare, there);
    if (isLost && !isCopied(stanza, traits, false)) return 'done';

    const xml = stanza.render(here === '' ? undefined : { extra: stanzaIdXml(user.bare, here) });
    let copies = 0;
    const waits = mayWait(stanza, traits);
    const note: DeliveryNote | null = waits ? { uid: here, at, holders: 0, told: false } : null;
    stanza.note = note;
    for (const session of direct) {
      if (!sendTo(state, session, xml, stanza, waits || stanza.type !== 'chat')) continue;
      copies++;
      if (note !== null) note.holders++;
    }
    counters.delivered += copies;
    if (copies > 1 && waits) rememberFork(state.forks, stanza.from.full, stanza.id, copies);
    // Every device chosen has ended meanwhile.
    if (copies === 0 && direct.length > 0 && waits && settings.offlineMessages) keeps = true;

    // What waits in the store comes from there to the device that becomes able to take it; a copy now would show it twice.
    if (!keeps && user.sessions.size > copies && isCopied(stanza, traits, false)) {
      let tail = '';
      for (const session of user.sessions.values()) {
        if (!session.carbons || session === sender || direct.includes(session)) continue;
        if (tail === '') tail = copyTail('received', stanza.type, xml);
        // A device that could have had the message itself holds it by its copy too; one with negative priority may be nobody's eyes.
        const holds = note !== null && isAble(session);
        if (sendTo(state, session, copyFor(session, tail), holds ? stanza : null, false) && holds) note.holders++;
      }
    }

    if (note !== null && traits.isAlert && !self && deps.arrived !== undefined)
      note.told = deps.arrived(user, stanza, traits.isEncrypted ? '' : traits.body);

    if (here === '' && there === '' && !keeps) return 'done';
    const archive: ArchiveRow[] = [];
    if (here !== '') archive.push(rowFor(user.accountId, here, peer, self, at, stanza, traits.body));
    if (there !== '' && sender !== null && senderState !== null) {
      archive.push(rowFor(sender.user.accountId, there, to.bare, true, at, stanza, traits.body));
      senderState.lastArchivedAt = clock.monotonic();
    } else if (self && here !== '') state.lastArchivedAt = clock.monotonic();
    counters.archived += archive.length;
    if (keeps) {
      state.offline++;
      counters.offline++;
      const share = state.offlineFrom.get(peer);
      if (share !== undefined) state.offlineFrom.set(peer, share + 1);
    }
    const hold = deps.router().shareHold(sender);
    const retracted = retractions(archive, stanza, traits);
    journal.append(
      {
        ...(retracted === undefined ? {} : { retracted }),
        archive,
        offline: keeps ? [{ accountId: user.accountId, uid: here === '' ? sortableId(at) : here, from: peer, at, xml }] : [],
      },
      hold === null ? null : () => hold.done(),
    );
    return 'done';
  }

  return { deliver, crossing };
}
