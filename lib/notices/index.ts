/**
 * Notices of administrators: announcements to people who are signed in, the message of the day and the welcome of new people (XEP-0133 §4.23 to
 * §4.27). The last two are told once to each person, at the first device that becomes available.
 */
import type { Clock } from '../kernel/clock.ts';
import { type Jid, parseJid } from '../kernel/jid.ts';
import type { Log } from '../kernel/log.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { makeMessage } from '../xmpp/stanza/build.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { MessageType } from '../xmpp/stanza/stanza.ts';
import type { Notice, NoticeKind, NoticeSeen, NoticeStore } from './ports.ts';

export { createHolds } from './holds.ts';
export type { Notice, NoticeKind } from './ports.ts';

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

/** Its code is that of a connection that is gone: whoever waits for the store knows it. */
export class NoticesNotKept extends Error {
  readonly code = 'ConnectionClosed';
  constructor() {
    super('the announcement cannot be kept now');
  }
}

export interface Notices extends Room {
  /** Reads the stored notices; after a change and at start. */
  reload(): Promise<void>;
  current(kind: NoticeKind): Notice | null;
  /** To every device that is signed in (of one IM domain, when given). Returns how many people and devices; a slice at a time. */
  tellOnline(text: NoticeText, domain?: string): Promise<{ people: number; devices: number }>;
  /**
   * To each of these people, as any message under this id: kept when they are away. Resolves when what is kept of it is committed, by position; false is
   * who could not be given it. With `again` (milliseconds since 1970), who was given it since then already is passed over. Rejects when the
   * store is away.
   */
  tellEach(bares: readonly string[], text: NoticeText, id: string, again?: number): Promise<readonly boolean[]>;
  /** Tells a new message of the day to those who are here. */
  tellMotd(): Promise<{ people: number; devices: number }>;
}

const slot = defineSlot<NoticeSeen>('notices.seen');
const nothing: NoticeSeen = { motd: 0, welcomed: false };
const BREATH = 500;
/** What takes longer to commit waits for a store that is away. */
const COMMIT_MS = 5_000;
const breath = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createNotices(deps: {
  readonly store: NoticeStore;
  readonly users: Users;
  readonly router: () => Router;
  /** The journal of messages. `committed` is called when everything handed to it so far is safe. */
  readonly journal: { readonly accepting: boolean; committed(done: () => void): void };
  /** Does this account hold a message with this id from this address, in its archive since then or among what waits for it? */
  readonly holds: (accountId: number, from: string, id: string, since: number) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}): Notices {
  const { store, users, log } = deps;
  const current = new Map<NoticeKind, Notice>();
  users.registerLoader<NoticeSeen>({
    slot,
    // While there is nothing to tell, nobody has to be asked what they were told.
    load: async (ids) => (current.size === 0 ? new Map() : store.seen(ids)),
    empty: () => nothing,
  });

  const contentOf = ({ subject, body }: NoticeText): Element[] => [
    ...(subject === '' ? [] : [el('subject', NS.client, {}, subject)]),
    el('body', NS.client, {}, body),
  ];
  const messageTo = (to: Jid, text: NoticeText, type: MessageType, id?: string) =>
    makeMessage({ from: parseJid(to.domain) ?? to, to, type, ...(id === undefined ? {} : { id }) }, ...contentOf(text));

  function committed(): Promise<void> {
    return new Promise((done, failed) => {
      const late = deps.clock.setTimeout(() => failed(new NoticesNotKept()), COMMIT_MS);
      deps.journal.committed(() => {
        late.cancel();
        done();
      });
    });
  }

  function give(session: ClientSession, text: NoticeText, type: MessageType): boolean {
    const stanza = messageTo(session.jid, text, type);
    // What a device does not acknowledge comes back and is handled as a message to its person.
    return session.send(stanza.render(), stanza, 'now');
  }

  function save(user: User, seen: NoticeSeen): void {
    writeSlot(user, slot, seen);
    store.saveSeen(user.accountId, seen).catch((error: unknown) => log.warn('notices.not-stored', { user: user.bare, error }));
  }

  /** The first device of a person that can take messages is told what they have not seen. */
  function greet(session: ClientSession): void {
    const { user } = session;
    const seen = readSlot(user, slot) ?? nothing;
    const motd = current.get('motd');
    if (motd !== undefined && seen.motd < motd.version) {
      give(session, motd, 'normal');
      save(user, { ...seen, motd: motd.version });
    }
    const welcome = current.get('welcome');
    if (welcome === undefined || seen.welcomed) return;
    // Asked once: whoever was here before there was a welcome is not new.
    writeSlot(user, slot, { ...(readSlot(user, slot) ?? nothing), welcomed: true });
    store.madeAt([user.accountId]).then(
      (made) => {
        const at = made.get(user.accountId);
        if (at === undefined) return;
        if (at >= welcome.since) give(session, welcome, 'normal');
        save(user, { ...(readSlot(user, slot) ?? nothing), welcomed: true });
      },
      (error: unknown) => log.warn('notices.not-read', { user: user.bare, error }),
    );
  }

  async function toAll(text: NoticeText, type: MessageType, domain: string | undefined, told: (user: User) => void) {
    let people = 0;
    let devices = 0;
    let seen = 0;
    for (const user of [...users.online()]) {
      if (domain !== undefined && user.jid.domain !== domain) continue;
      if (++seen % BREATH === 0) await breath();
      let reached = 0;
      for (const session of user.sessions.values()) if (session.presence !== null && give(session, text, type)) reached++;
      if (reached === 0) continue;
      people++;
      devices += reached;
      told(user);
    }
    return { people, devices };
  }

  return {
    name: 'notices',
    async reload() {
      const notices = await store.all();
      current.clear();
      for (const notice of notices) current.set(notice.kind, notice);
    },
    current: (kind) => current.get(kind) ?? null,
    tellOnline: (text, domain) => toAll(text, 'headline', domain, () => undefined),
    async tellEach(bares, text, id, again) {
      // What was handed over before a restart, or before the store went away, is seen only once it is committed.
      if (again !== undefined) await committed();
      // A person who is in memory is handed the message at once, so that what is kept of it is in the journal before the mark behind it.
      const people = await Promise.all(
        bares.map((bare) => {
          const to = parseJid(bare);
          return to === null ? null : users.load(to.bare);
        }),
      );
      const told: boolean[] = [];
      for (const user of people) {
        if (user === null) told.push(false);
        else if (again !== undefined && (await deps.holds(user.accountId, user.jid.domain, id, again))) told.push(true);
        else {
          if (!deps.journal.accepting) throw new NoticesNotKept();
          deps.router().route(messageTo(user.jid, text, 'normal', id));
          told.push(true);
        }
      }
      await committed();
      return told;
    },
    async tellMotd() {
      const motd = current.get('motd');
      if (motd === undefined) return { people: 0, devices: 0 };
      return toAll(motd, 'normal', undefined, (user) => save(user, { ...(readSlot(user, slot) ?? nothing), motd: motd.version }));
    },
    hooks: [
      {
        hook: 'presence.broadcast',
        stage: 'observe',
        run(session, stanza) {
          if (current.size > 0 && stanza.type === '' && session.presence !== null && session.priority >= 0) greet(session);
          return undefined;
        },
      },
    ],
  };
}
