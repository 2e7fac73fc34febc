/** The real router with contact lists, presence, block lists and PubSub over memory stores: alice, bob, carol and dave at example.com. */
import { type Blocking, createBlocking } from '../blocking/index.ts';
import type { PubSubValues } from '../config/schema/index.ts';
import { type BareJid, type Domain, parseJid } from '../kernel/jid.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createPresence } from '../presence/index.ts';
import { createProfile } from '../profile/index.ts';
import { createPubSub, type PubSub } from '../pubsub/index.ts';
import { createRoster, type Roster } from '../roster/index.ts';
import type { Subscription } from '../roster/ports.ts';
import { type BuiltRouter, createRouter } from '../xmpp/router/create-router.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import { createRequests } from '../xmpp/router/requests.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { readStanza } from '../xmpp/stanza/read.ts';
import type { Stanza } from '../xmpp/stanza/stanza.ts';
import { createEntityFeatures, type EntityFeatures } from '../xmpp/xeps/entity-features.ts';
import { createDisco } from '../xmpp/xeps/xep-0030-disco.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { elementOf, type FakeSession, fakeSession } from './fake-session.ts';
import { settingsBox } from './fixed-settings.ts';
import { type MemoryStores, memoryStores } from './memory/index.ts';

export interface PubSubWorld {
  readonly router: BuiltRouter;
  readonly stores: MemoryStores;
  readonly roster: Roster;
  readonly blocking: Blocking;
  readonly pubsub: PubSub;
  readonly features: EntityFeatures;
  readonly clock: FakeClock;
  readonly values: LiveBox<PubSubValues>;
  readonly operators: Set<string>;
  /** What left for other servers. */
  readonly outside: Stanza[];
  /** `a` sees `b`, or both see each other. Before anyone of them is in memory. */
  contact(owner: string, other: string, subscription: Subscription, groups?: readonly string[]): Promise<void>;
  friends(a: string, b: string): Promise<void>;
  /** Signs in. With `notify`, it is available with capabilities that ask for these nodes, and answers questions about them. */
  signIn(full: string, notify?: readonly string[] | null): Promise<FakeSession>;
  available(session: FakeSession, notify: readonly string[], more?: string): Promise<void>;
  say(session: FakeSession, xml: string): void;
  /** Sends a request and takes its answer out of what was sent. */
  ask(session: FakeSession, type: 'get' | 'set', inner: string, to?: string): Promise<Element>;
  /** Event messages sent to the session since the last look: `node: item ids` and the like, in order. */
  events(session: FakeSession): string[];
  until(check: () => boolean): Promise<void>;
  rest(): Promise<void>;
  restart(): Promise<PubSubWorld>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const NAMES = ['alice', 'bob', 'carol', 'dave'];

/** What an event says, in short. */
export function eventText(message: Element): string | null {
  const event = message.child('event', 'http://jabber.org/protocol/pubsub#event');
  const what = event?.elements()[0];
  if (what === undefined) return null;
  const parts = what.elements().map((one) => (one.name === 'retract' ? `-${one.attrs.id}` : (one.attrs.id ?? one.name)));
  return what.name === 'items'
    ? `${what.attrs.node}: ${parts.join(' ')}`
    : `${what.name} ${what.attrs.node} ${what.attrs.subscription ?? ''}`.trim();
}

export async function createPubSubWorld(
  change: { values?: Partial<PubSubValues>; stores?: MemoryStores; clock?: FakeClock } = {},
): Promise<PubSubWorld> {
  const clock = change.clock ?? createFakeClock();
  const stores = change.stores ?? memoryStores({ now: clock.now });
  if (change.stores === undefined)
    await stores.accounts.create(
      NAMES.map((local) => ({
        userId: local,
        local,
        domain: 'example.com' as Domain,
        name: local,
        mail: '',
        enabled: true,
        credentials: null,
      })),
    );
  const values = settingsBox('pubsub', change.values);
  const presenceValues = settingsBox('presence', { maxContacts: 0, maxWatchers: 0 });
  const imDomains = liveBox<ReadonlySet<string>>(new Set(['example.com']));
  const operators = new Set<string>();
  const outside: Stanza[] = [];
  const users = createUsers({
    accounts: { find: async (bares) => new Map([...(await stores.accounts.byBare(bares))].map(([bare, account]) => [bare, account.id])) },
    clock,
  });
  const requests = createRequests({ clock });
  const router = createRouter({
    users,
    domains: imDomains,
    requests,
    foreign: {
      send(stanza) {
        outside.push(stanza);
        return undefined;
      },
    },
    clock,
    log: silentLog,
  });
  const common = { users, router: () => router, clock, log: silentLog };
  const roster = createRoster({ ...common, store: stores.roster, settings: presenceValues });
  const blocking = createBlocking({
    store: stores.blocking,
    reports: stores.reports,
    readMessages: async () => [],
    reported: () => undefined,
    settings: settingsBox('im'),
    users,
    clock,
    log: silentLog,
  });
  const presence = createPresence({ ...common, roster, blocking, settings: presenceValues });
  const features = createEntityFeatures({ ask: requests, clock });
  const pubsub = createPubSub({
    ...common,
    store: stores.pubsub,
    roster,
    isBlocked: blocking.isBlocked,
    blockListsOf: (ids) => stores.blocking.load(ids),
    features,
    imDomains,
    isOperator: (bare) => operators.has(bare),
    settings: values,
  });
  const profile = createProfile({
    store: stores.profile,
    roster,
    settings: presenceValues,
    clock,
    conversion: { ...common, nodes: pubsub.personal },
  });
  const disco = createDisco({
    rooms: () => router.rooms,
    maySee: (viewer, owner) => viewer === owner.bare || roster.isWatcher(owner, viewer),
    services: (im) => router.hosts.itemsFor(im),
    forms: () => [],
    nodes: () => [],
    accounts: () => [pubsub.disco],
  });
  for (const room of [blocking, roster, presence, profile, features.room, pubsub, disco.room]) router.add(room);
  router.hosts.add(pubsub.host);

  let ids = 0;
  const notifyOf = new WeakMap<FakeSession, readonly string[]>();

  /** Answers the server's questions about capabilities, as a client does. */
  function answerQuestions(session: FakeSession): void {
    for (let i = session.sent.length - 1; i >= 0; i--) {
      const el = elementOf(session.sent[i]?.xml ?? '');
      const query = el.child('query', 'http://jabber.org/protocol/disco#info');
      if (el.name !== 'iq' || el.attrs.type !== 'get' || query === undefined) continue;
      session.sent.splice(i, 1);
      world.say(
        session,
        `<iq type='result' id='${el.attrs.id}' to='${el.attrs.from}'><query xmlns='http://jabber.org/protocol/disco#info' node='${query.attrs.node ?? ''}'>${(
          notifyOf.get(session) ?? []
        )
          .map((name) => `<feature var='${name}+notify'/>`)
          .join('')}</query></iq>`,
      );
    }
  }

  const world: PubSubWorld = {
    router,
    stores,
    roster,
    blocking,
    pubsub,
    features,
    clock,
    values,
    operators,
    outside,
    async contact(owner, other, subscription, groups = []) {
      const account = await stores.accounts.byBare([`${owner}@example.com` as BareJid]);
      const accountId = account.get(`${owner}@example.com` as BareJid)?.id ?? 0;
      const version = (stores.state.rosters.get(accountId)?.version ?? 0) + 1;
      const jid = (other.includes('@') ? other : `${other}@example.com`) as BareJid;
      const item = { contact: jid, name: '', groups, subscription, ask: false, approved: false, version };
      await stores.roster.save({ accountId, version, put: [item] });
    },
    async friends(a, b) {
      await world.contact(a, b, 'both');
      await world.contact(b, a, 'both');
    },
    async signIn(full, notify = []) {
      const jid = parseJid(full.includes('@') ? full : full.replace('/', '@example.com/'));
      const user = jid === null ? null : await users.load(jid.bare);
      if (jid === null || user === null) throw new Error(`nobody is called ${full}`);
      const session = fakeSession(user, jid.resource, { hooks: router.sessionHooks });
      if (notify !== null) await world.available(session, notify);
      return session;
    },
    async available(session, notify, more = '') {
      notifyOf.set(session, notify);
      // Without a hash: what is said counts for this session, so that tests need not compute one.
      const caps = notify.length === 0 ? '' : `<c xmlns='http://jabber.org/protocol/caps' node='urn:test' ver='${notify.join(' ')}'/>`;
      world.say(session, `<presence>${caps}${more}</presence>`);
      answerQuestions(session);
      await world.rest();
    },
    say(session, xml) {
      const read = readStanza(elementOf(xml), session.jid, '');
      if (!read.ok) throw new Error(read.fault.condition);
      router.submit(session, read.value);
    },
    async ask(session, type, inner, to) {
      const id = `t${++ids}`;
      world.say(session, `<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}>${inner}</iq>`);
      const isAnswer = (xml: string): boolean => xml.startsWith('<iq') && xml.includes(` id='${id}'`);
      await world.until(() => session.sent.some(({ xml }) => isAnswer(xml)));
      const at = session.sent.findIndex(({ xml }) => isAnswer(xml));
      const [answer] = session.sent.splice(at, 1);
      return elementOf(answer?.xml ?? '');
    },
    events(session) {
      const found: string[] = [];
      for (let i = 0; i < session.sent.length; i++) {
        const el = elementOf(session.sent[i]?.xml ?? '');
        const text = el.name === 'message' ? eventText(el) : null;
        if (text === null) continue;
        found.push(`${el.attrs.from} ${text}`);
        session.sent.splice(i--, 1);
      }
      return found;
    },
    async until(check) {
      for (let i = 0; i < 500; i++) {
        if (check()) return;
        await turn();
      }
      throw new Error('what was waited for did not happen');
    },
    async rest() {
      for (let i = 0; i < 25; i++) await turn();
    },
    restart: () => createPubSubWorld({ ...change, stores, clock }),
  };
  return world;
}

const PUBSUB = 'http://jabber.org/protocol/pubsub';
export const publishXml = (
  node: string,
  id: string,
  payload = `<x xmlns='urn:x'>${id}</x>`,
  options: Readonly<Record<string, string>> = {},
): string => {
  const fields = Object.entries(options).map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`);
  const form =
    fields.length === 0
      ? ''
      : `<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#publish-options</value></field>${fields.join('')}</x></publish-options>`;
  return `<pubsub xmlns='${PUBSUB}'><publish node='${node}'><item id='${id}'>${payload}</item></publish>${form}</pubsub>`;
};
export const itemsXml = (node: string, inner = '', attrs = ''): string =>
  `<pubsub xmlns='${PUBSUB}'><items node='${node}'${attrs}>${inner}</items></pubsub>`;
/** Ids of the items of an answer, or the condition of its error with the application's. */
export function outcome(answer: Element): string {
  const error = answer.child('error');
  if (error !== undefined)
    return error
      .elements()
      .filter((one) => one.name !== 'text')
      .map((one) => one.name)
      .join(' ');
  const pubsub = answer.elements()[0];
  const list = pubsub?.elements()[0];
  if (list === undefined) return 'done';
  return list
    .elements()
    .map((one) => one.attrs.id ?? one.attrs.node ?? one.attrs.jid ?? one.name)
    .join(' ');
}
