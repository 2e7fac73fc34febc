/** The real router with the im and blocking rooms over memory stores: alice, bob and carol at example.com, for conversations without a wire. */
import { type Blocking, createBlocking } from '../blocking/index.ts';
import type { ArchiveValues, ImValues, PushValues } from '../config/schema/index.ts';
import { createBroadcast, createIm, type Im } from '../im/index.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createPush, type Push } from '../push/index.ts';
import { type BuiltRouter, createRouter } from '../xmpp/router/create-router.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import type { Room } from '../xmpp/router/hooks.ts';
import { createRequests, type Requests } from '../xmpp/router/requests.ts';
import type { User } from '../xmpp/router/users.ts';
import { readStanza } from '../xmpp/stanza/read.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { elementOf, type FakeSession, fakeSession } from './fake-session.ts';
import { settingsBox } from './fixed-settings.ts';
import { type MemoryStores, memoryStores } from './memory/index.ts';

export interface MessageWorld {
  readonly router: BuiltRouter;
  readonly im: Im;
  readonly blocking: Blocking;
  readonly push: Push;
  readonly requests: Requests;
  readonly stores: MemoryStores;
  readonly clock: FakeClock;
  readonly imValues: LiveBox<ImValues>;
  readonly archiveValues: LiveBox<ArchiveValues>;
  readonly pushValues: LiveBox<PushValues>;
  readonly contacts: Set<string>;
  /** How often accounts were looked up, and how many each time. */
  readonly lookups: number[];
  user(name: string): Promise<User>;
  /** Signs in; with a priority it is available at once, with null it sends no presence. */
  signIn(full: string, options?: { priority?: number | null; managed?: boolean; carbons?: boolean }): Promise<FakeSession>;
  /** The client writes a stanza; the server stamps who sent it. */
  say(session: FakeSession, xml: string): void;
  /** A message with a body. */
  chat(session: FakeSession, to: string, body: string, id?: string, more?: string): void;
  presence(session: FakeSession, priority: number | null, show?: string): void;
  /** Forgets everyone in memory, as a restart of the node does. The stores stay. */
  restart(): MessageWorld;
  /** Waits until `check` holds, a few turns of the event loop at most. */
  until(check: () => boolean): Promise<void>;
  /** Lets everything that is under way come to rest. */
  rest(): Promise<void>;
}

/** Keeps `presence` and `priority` of the session, as the presence room does. */
const presenceRoom: Room = {
  name: 'presence',
  hooks: [
    {
      hook: 'presence.broadcast',
      stage: 'decide',
      run(session, stanza) {
        session.presence = stanza.type === '' ? stanza : null;
        session.priority = Number(stanza.el.child('priority')?.text() ?? 0);
        return 'done';
      },
    },
    { hook: 'iq.mayReach', stage: 'decide', run: (_session, iq) => (iq.from.local === 'carol' ? undefined : true) },
  ],
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createMessageWorld(
  change: {
    im?: Partial<ImValues>;
    archive?: Partial<ArchiveValues>;
    push?: Partial<PushValues>;
    stores?: MemoryStores;
    clock?: FakeClock;
    rooms?: readonly Room[];
  } = {},
): MessageWorld {
  const clock = change.clock ?? createFakeClock();
  const stores = change.stores ?? memoryStores({ now: clock.now });
  const imValues = settingsBox('im', change.im);
  const archiveValues = settingsBox('archive', change.archive);
  const pushValues = settingsBox('push', change.push);
  const contacts = new Set<string>();
  const accounts = new Map(['alice', 'bob', 'carol'].map((name, index) => [`${name}@example.com` as BareJid, index + 1]));
  const lookups: number[] = [];
  const users = createUsers({
    accounts: {
      async find(bares) {
        lookups.push(bares.length);
        return new Map(bares.flatMap((bare) => (accounts.has(bare) ? [[bare, accounts.get(bare) ?? 0] as const] : [])));
      },
    },
    clock,
  });
  const requests = createRequests({ clock });
  const router = createRouter({ users, domains: liveBox<ReadonlySet<string>>(new Set(['example.com'])), requests, clock, log: silentLog });
  const push = createPush({ store: stores.pushes, users, router: () => router, settings: pushValues, clock, log: silentLog });
  const im = createIm({
    users,
    router: () => router,
    journal: stores.journal,
    offline: stores.offline,
    archive: stores.archive,
    im: imValues,
    archiveSettings: archiveValues,
    isContact: (_user, peer) => contacts.has(peer),
    arrived: push.arrived,
    clock,
    log: silentLog,
  });
  const blocking = createBlocking({
    store: stores.blocking,
    reports: stores.reports,
    readMessages: async (accountId, uids) =>
      (await stores.archive.page({ accountId, ids: uids, direction: 'forward', max: uids.length })).rows,
    reported: () => undefined,
    settings: imValues,
    users,
    clock,
    log: silentLog,
  });
  const broadcast = createBroadcast({ router: () => router, settings: imValues, clock });
  for (const room of [blocking, presenceRoom, im, broadcast, push, ...(change.rooms ?? [])]) router.add(room);

  async function user(name: string): Promise<User> {
    const jid = parseJid(name.includes('@') ? name : `${name}@example.com`);
    const found = jid === null ? null : await users.load(jid.bare);
    if (found === null) throw new Error(`nobody is called ${name}`);
    return found;
  }

  const world: MessageWorld = {
    router,
    im,
    blocking,
    push,
    requests,
    stores,
    clock,
    imValues,
    archiveValues,
    pushValues,
    contacts,
    lookups,
    user,
    async signIn(full, { priority = 0, managed = false, carbons = false } = {}) {
      const [bare = '', resource = ''] = full.split('/');
      const session = fakeSession(await user(bare), resource, { hooks: router.sessionHooks, managed });
      session.carbons = carbons;
      if (priority !== null) world.presence(session, priority);
      return session;
    },
    say(session, xml) {
      const read = readStanza(elementOf(xml), session.jid, '');
      if (!read.ok) throw new Error(read.fault.condition);
      router.submit(session, read.value);
    },
    chat(session, to, body, id = '', more = '') {
      world.say(session, `<message to='${to}' type='chat'${id === '' ? '' : ` id='${id}'`}><body>${body}</body>${more}</message>`);
    },
    presence(session, priority, show = '') {
      const inner = `${show === '' ? '' : `<show>${show}</show>`}<priority>${priority ?? 0}</priority>`;
      world.say(session, priority === null ? "<presence type='unavailable'/>" : `<presence>${inner}</presence>`);
    },
    restart: () => createMessageWorld({ ...change, stores, clock }),
    async until(check) {
      for (let i = 0; i < 500; i++) {
        if (check()) return;
        await turn();
      }
      throw new Error('what was waited for did not happen');
    },
    async rest() {
      for (let i = 0; i < 20; i++) await turn();
    },
  };
  return world;
}
