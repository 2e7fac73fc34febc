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

export type { Notice, NoticeKind } from './ports.ts';

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

export interface Notices extends Room {
  /** Reads the stored notices; after a change and at start. */
  reload(): Promise<void>;
  current(kind: NoticeKind): Notice | null;
  /** To every device that is signed in (of one IM domain, when given). Returns how many people and devices; a slice at a time. */
  tellOnline(text: NoticeText, domain?: string): Promise<{ people: number; devices: number }>;
  /** To one person, as any message: kept when they are away. False: the text could not be handed over. */
  tell(bare: string, text: NoticeText): boolean;
  /** Resolves when what was handed over is with the store, or soon when that is away. */
  settled(): Promise<void>;
  /** Tells a new message of the day to those who are here. */
  tellMotd(): Promise<{ people: number; devices: number }>;
}

const slot = defineSlot<NoticeSeen>('notices.seen');
const nothing: NoticeSeen = { motd: 0, welcomed: false };
const BREATH = 500;
/** Rows that may wait to be committed before the next slice of an announcement is handed over. */
const MAX_BACKLOG = 500;
const WAIT_MS = 20;
const MAX_WAITS = 500;
const breath = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createNotices(deps: {
  readonly store: NoticeStore;
  readonly users: Users;
  readonly router: () => Router;
  /** The journal of messages. */
  readonly journal: { readonly accepting: boolean; readonly backlog: number };
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
  const messageTo = (to: Jid, text: NoticeText, type: MessageType) =>
    makeMessage({ from: parseJid(to.domain) ?? to, to, type }, ...contentOf(text));

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
    tell(bare, text) {
      const to = parseJid(bare);
      if (to === null) return false;
      deps.router().route(messageTo(to, text, 'normal'));
      return true;
    },
    async settled() {
      for (let waits = 0; deps.journal.backlog > MAX_BACKLOG && waits < MAX_WAITS; waits++)
        await new Promise<void>((resolve) => void deps.clock.setTimeout(resolve, WAIT_MS));
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
