/** The im room: one-to-one messages, from forking to the archive (RFC 6121 §5, §8.5). */
import type { ArchiveValues, ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { SenderFlow } from '../xmpp/router/sender-flow.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza } from '../xmpp/stanza/stanza.ts';
import type { DiscoNodes } from '../xmpp/xeps/xep-0030-disco.ts';
import { FULL_TEXT } from './archive-query.ts';
import { carbonHandlers, carbonsProtocol } from './carbons.ts';
import { type Arrived, createDelivery, type ImCounters, turnedOff } from './deliver.ts';
import { isRefusedByAll, rankOf, unlock } from './forking.ts';
import { createKept } from './kept.ts';
import type { Archive, Journal, OfflineQueue } from './ports.ts';
import { createRepeats } from './repeats.ts';
import { createResendGuard } from './resend.ts';
import { registerImLoader, stateOf } from './state.ts';
import { createStrangerLimit } from './strangers.ts';
import { createOfflineRetrieval, OFFLINE, offlineProtocol } from './xep-0013-offline.ts';
import { archiveHandlers, archiveProtocols, metadataElement } from './xep-0313-archive.ts';

export { FULL_TEXT, FULL_TEXT_FIELD, type ReadQuery, readArchiveQuery, tooManyQueries } from './archive-query.ts';
export type { ImCounters } from './deliver.ts';
export { createBroadcast } from './xep-0033-addresses.ts';

export interface Im extends Room {
  readonly counters: ImCounters;
  /** Deletes what is older than the settings keep, a slice at a time; call it now and then. Returns how many rows went. */
  expire(): Promise<number>;
  /** What someone's archive says of itself to a client that binds (XEP-0386 §4.2); empty while nothing is archived. */
  archiveMetadata(user: User): Promise<string>;
  /**
   * Is this message, which a node that died had before us, in its recipient's archive or among what waits for them? For one that crosses again
   * (docs/decisions/0015).
   */
  hasArrived(message: MessageStanza): Promise<boolean>;
  /** Nodes of a person's own address (XEP-0013). */
  readonly nodes: DiscoNodes;
}

const carried = (
  number: string,
  title: string,
  version: string,
  note = 'Copied to all devices, kept for later and archived, also without a body.',
): Protocol => ({
  number,
  title,
  version,
  status: 'complete',
  note,
});
/** What clients agree on among themselves; the server must only treat it right. */
const carriedProtocols: readonly Protocol[] = [
  carried('XEP-0085', 'Chat State Notifications', '2.1', 'Copied to all devices; alone neither kept, archived nor pushed.'),
  carried('XEP-0184', 'Message Delivery Receipts', '1.4.0'),
  carried('XEP-0308', 'Last Message Correction', '1.2.1'),
  carried('XEP-0333', 'Displayed Markers', '0.5.0'),
  carried('XEP-0353', 'Jingle Message Initiation', '0.6.0'),
  carried(
    'XEP-0424',
    'Message Retraction',
    '0.4.2',
    'Copied, kept and archived; in the archives of both sides a tombstone takes the place of what its sender takes back.',
  ),
  carried('XEP-0444', 'Message Reactions', '0.2.0'),
  carried('XEP-0461', 'Message Replies', '0.2.1'),
];

const protocols: readonly Protocol[] = [
  { number: 'RFC 6121 §8', title: 'Message routing; to all devices until one answers', version: '2011-03', status: 'complete' },
  { number: 'XEP-0160', title: 'Best Practices for Handling Offline Messages', version: '1.0.1', status: 'complete' },
  { number: 'XEP-0203', title: 'Delayed Delivery', version: '2.0', status: 'complete' },
  { number: 'XEP-0334', title: 'Message Processing Hints', version: '0.4.0', status: 'complete' },
  { number: 'XEP-0359', title: 'Unique and Stable Stanza IDs', version: '0.7.0', status: 'complete' },
  carbonsProtocol,
  ...archiveProtocols,
  offlineProtocol,
  ...carriedProtocols,
];

const EXPIRE_SLICE = 5000;

export function createIm(deps: {
  readonly users: Users;
  readonly router: () => Router & SenderFlow;
  readonly journal: Journal;
  readonly offline: OfflineQueue;
  readonly archive: Archive;
  readonly im: Live<ImValues>;
  readonly archiveSettings: Live<ArchiveValues>;
  readonly isContact: (user: User, peer: string) => boolean;
  readonly arrived?: Arrived;
  readonly clock: Clock;
  readonly log: Log;
}): Im {
  const { clock } = deps;
  registerImLoader({ users: deps.users, offline: deps.offline, archive: deps.archive, now: clock.now, monotonic: clock.monotonic });
  const counters: ImCounters = { delivered: 0, offline: 0, archived: 0 };
  const delivery = createDelivery({ ...deps, archive: deps.archiveSettings, counters });
  const kept = createKept(deps);
  const resend = createResendGuard({ ...deps, flow: deps.router, settings: deps.archiveSettings });
  const strange = createStrangerLimit({ clock, limit: () => deps.im.get().strangersPerMinute, isContact: deps.isContact });
  const retrieval = createOfflineRetrieval(deps);
  let rankBefore = 0;

  /** Commits are in order, so the turn of an entry without rows comes when all before it are safe. While the database is away there is no waiting. */
  const settled = (): Promise<void> =>
    deps.journal.accepting ? new Promise((done) => deps.journal.append({ archive: [], offline: [] }, done)) : Promise.resolve();
  const reading = archiveHandlers({ archive: deps.archive, settings: deps.archiveSettings, clock, settled });

  const repeats = createRepeats(deps);

  return {
    name: 'im',
    counters,
    hasArrived: repeats.hasArrived,
    nodes: retrieval.nodes,
    async expire() {
      const now = clock.now();
      const { retention } = deps.archiveSettings.get();
      const archived = retention === 0 ? 0 : await deps.archive.expire(now - retention * 1000, EXPIRE_SLICE);
      return archived + (await deps.offline.expire(now - deps.im.get().offlineDays * 1000, EXPIRE_SLICE));
    },
    async archiveMetadata(user) {
      if (!deps.archiveSettings.get().enabled) return '';
      await settled();
      return serialize(metadataElement(await deps.archive.edges(user.accountId)), '');
    },
    hooks: [
      {
        hook: 'stanza.leaving',
        stage: 'decide',
        run(session, stanza) {
          if (stanza.kind !== 'message') return undefined;
          if (stanza.type === 'error') {
            const to = stanza.to;
            // One refusal of several copies stays here.
            if (to === null || isRefusedByAll(stateOf(session.user).forks, to.full, stanza.id, session.jid.resource)) return undefined;
            return 'drop';
          }
          if (!deps.im.get().enabled) return turnedOff;
          if (resend.takes(session, stanza)) return 'drop';
          // Rooms and other services have limits of their own.
          const to = stanza.to;
          if (to === null || to.local === '' || deps.router().hosts.of(to.domain) !== undefined) return undefined;
          return strange(session.user, to.bare);
        },
      },
      { hook: 'message.arriving', stage: 'decide', run: delivery.deliver },
      { hook: 'message.crossing', stage: 'decide', run: delivery.crossing },
      { hook: 'session.bound', stage: 'record', run: resend.bound },
      {
        hook: 'presence.broadcast',
        stage: 'enrich',
        run(session) {
          rankBefore = rankOf(session.presence, session.priority);
          return undefined;
        },
      },
      {
        hook: 'presence.broadcast',
        stage: 'record',
        run(session, stanza) {
          const { locks } = stateOf(session.user);
          if (locks.size > 0) {
            if (rankOf(session.presence, session.priority) > rankBefore) locks.clear();
            else unlock(locks, session.jid.resource);
          }
          if (stanza.type === '' && session.presence !== null && session.priority >= 0) kept.handOver(session);
          return undefined;
        },
      },
      {
        hook: 'session.ended',
        stage: 'record',
        run(session, unsent) {
          unlock(stateOf(session.user).locks, session.jid.resource);
          kept.ended(session, unsent);
        },
      },
      ...reading.hooks,
    ],
    iq: [...carbonHandlers, ...reading.iq, ...retrieval.iq],
    features: {
      server: [NS.carbons, 'urn:xmpp:carbons:rules:0', 'msgoffline', OFFLINE, NS.stanzaId, NS.archive],
      account: [
        NS.archive,
        `${NS.archive}#extended`,
        NS.stanzaId,
        FULL_TEXT,
        'urn:xmpp:carbons:rules:0',
        OFFLINE,
        'urn:xmpp:message-retract:1',
        'urn:xmpp:message-retract:1#tombstone',
      ],
    },
    protocols,
  };
}
