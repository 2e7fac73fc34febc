import { type Blocking, createBlocking } from '../blocking/index.ts';
import type { SettingsRegistry } from '../config/registry.ts';
import { createFiles, type Files } from '../files/index.ts';
import type { BlobStore } from '../files/ports.ts';
import { createBroadcast, createIm, type Im } from '../im/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventHub } from '../kernel/events.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { type Directories, directoryCard } from '../ldap/index.ts';
import { createMuc, type Muc } from '../muc/index.ts';
import { createHolds, createNotices, type Notices } from '../notices/index.ts';
import { createPresence, type Presence } from '../presence/index.ts';
import { createProfile } from '../profile/index.ts';
import { createPubSub, type PubSub } from '../pubsub/index.ts';
import { createPush, type Push } from '../push/index.ts';
import { createRoster, type Roster } from '../roster/index.ts';
import { createSearch } from '../search/index.ts';
import type { Stores } from '../store/stores.ts';
import { type BuiltRouter, createRouter } from '../xmpp/router/create-router.ts';
import type { BuiltUsers } from '../xmpp/router/create-users.ts';
import { createRequests } from '../xmpp/router/requests.ts';
import { createEntityFeatures } from '../xmpp/xeps/entity-features.ts';
import type { AdminCommands, OwnAccounts } from '../xmpp/xeps/ports.ts';
import { createDisco, type DiscoInfo } from '../xmpp/xeps/xep-0030-disco.ts';
import { createCommands } from '../xmpp/xeps/xep-0050-commands.ts';
import { createRegistration, type InBandRegistration } from '../xmpp/xeps/xep-0077-registration.ts';
import { createVersion, softwareForm } from '../xmpp/xeps/xep-0092-version.ts';
import { createCaps } from '../xmpp/xeps/xep-0115-caps.ts';
import { administrationCommands } from '../xmpp/xeps/xep-0133-administration.ts';
import { contactForms, contactRoom } from '../xmpp/xeps/xep-0157-contact.ts';
import { createPing } from '../xmpp/xeps/xep-0199-ping.ts';
import { createTime } from '../xmpp/xeps/xep-0202-time.ts';
import { createExternalServices } from '../xmpp/xeps/xep-0215-external.ts';
import { createPeopleDirectory } from './people-directory.ts';

export interface ComposedRooms {
  readonly users: BuiltUsers;
  readonly router: BuiltRouter;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly blocking: Blocking;
  readonly im: Im;
  readonly pubsub: PubSub;
  readonly push: Push;
  readonly notices: Notices;
  readonly registration: InBandRegistration;
  readonly muc: Muc;
  readonly files: Files;
  /** `<c/>` for stream features. */
  caps(): string;
  /** What the server says it can (XEP-0030). */
  serverInfo(): DiscoInfo;
}

/** The engine's rooms, wired to each other only where a friendship is allowed; everything else goes by hooks of the router. */
export function composeRooms(deps: {
  readonly stores: Stores;
  readonly settings: SettingsRegistry;
  readonly domains: Live<ReadonlySet<string>>;
  readonly directories: Directories;
  readonly administration: { readonly commands: AdminCommands; readonly ownAccounts: OwnAccounts };
  readonly events: EventHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Whoever needs the people before the rooms are made (administration) gets them here. */
  readonly users: BuiltUsers;
  /** For the ids of people in chat rooms (XEP-0421); kept as long as the service. */
  readonly occupantSecret: Buffer;
  readonly files: { readonly blobs: BlobStore; readonly secret: string; readonly httpOrigin: (imDomain: string) => string };
}): ComposedRooms {
  const { clock, log, settings, stores, users } = deps;
  const requests = createRequests({ clock });
  const built = createRouter({ users, domains: deps.domains, requests, clock, log });
  const router = () => built;

  const roster = createRoster({ store: stores.roster, users, router, settings: settings.section('presence'), clock, log });
  const blocking = createBlocking({
    store: stores.blocking,
    reports: stores.reports,
    readMessages: async (accountId, uids) =>
      (await stores.archive.page({ accountId, ids: uids, direction: 'forward', max: uids.length })).rows,
    reported: ({ id }) => deps.events.emit('report.changed', { id, what: 'received' }),
    settings: settings.section('im'),
    users,
    clock,
    log,
  });
  const push = createPush({ store: stores.pushes, users, router, settings: settings.section('push'), clock, log });
  const presence = createPresence({ users, router, roster, blocking, settings: settings.section('presence'), clock });
  const im = createIm({
    users,
    router,
    journal: stores.journal,
    offline: stores.offline,
    archive: stores.archive,
    im: settings.section('im'),
    archiveSettings: settings.section('archive'),
    isContact: (user, peer) => roster.isWatcher(user, peer as BareJid) || roster.isWatched(user, peer as BareJid),
    arrived: push.arrived,
    clock,
    log,
  });
  const features = createEntityFeatures({ ask: requests, clock });
  const pubsub = createPubSub({
    store: stores.pubsub,
    users,
    router,
    roster,
    isBlocked: blocking.isBlocked,
    blockListsOf: (ids) => stores.blocking.load(ids),
    features,
    imDomains: deps.domains,
    isOperator: deps.administration.commands.mayAdminister,
    settings: settings.section('pubsub'),
    clock,
    log,
  });
  const profile = createProfile({
    store: stores.profile,
    roster,
    settings: settings.section('presence'),
    clock,
    conversion: {
      nodes: pubsub.personal,
      users,
      router,
      pictureChanged: (user, was, now) =>
        muc.pictureChanged(
          [...user.sessions.values()].map(({ jid }) => jid.full),
          was,
          now,
        ),
      log,
    },
    cardOf: (accountId) => deps.directories.card(accountId).then((card) => (card === null ? null : directoryCard(card))),
  });
  const notices = createNotices({
    store: stores.notices,
    users,
    router,
    journal: {
      get accepting() {
        return stores.journal.accepting;
      },
      committed: (done) => stores.journal.append({ archive: [], offline: [] }, done),
    },
    holds: createHolds(stores),
    clock,
    log,
  });
  const search = createSearch({
    directory: createPeopleDirectory({ accounts: stores.accounts, directories: deps.directories }),
    router,
    imDomains: deps.domains,
    settings: settings.section('search'),
    clock,
  });
  built.hosts.add(search.host);
  const commands = createCommands({ commands: administrationCommands({ admin: deps.administration.commands }), clock });
  const registration = createRegistration({ accounts: deps.administration.ownAccounts, settings: settings.section('xmpp'), clock });
  const caps = createCaps({ serverInfo: (): DiscoInfo => disco.serverInfo() });
  const disco = createDisco({
    rooms: () => built.rooms,
    maySee: (viewer, owner) => viewer === owner.bare || roster.isWatcher(owner, viewer),
    services: (imDomain) => built.hosts.itemsFor(imDomain),
    forms: () => [...contactForms(settings.section('server')), softwareForm(deps.version)],
    nodes: () => [caps.nodes, commands.nodes],
    accounts: () => [pubsub.disco],
    ownNodes: () => [im.nodes],
  });
  const version = createVersion({
    version: deps.version,
    ask: requests,
    changed: (session) => deps.events.emit('session.changed', { sessionId: session.id, jid: session.jid.full }),
  });

  const muc = createMuc({
    router,
    store: stores.rooms,
    journal: stores.roomJournal,
    archive: stores.roomArchive,
    settings: settings.section('muc'),
    imDomains: deps.domains,
    settled: (done) => (stores.journal.accepting ? stores.journal.append({ archive: [], offline: [] }, done) : done()),
    vcardOf(bare) {
      const jid = parseJid(bare);
      if (jid === null || !built.isLocalDomain(jid.domain)) return undefined;
      // Whoever looks after the person: what is asked for is in the store.
      if (built.elsewhere?.isElsewhere(bare))
        return stores.accounts.byBare([bare]).then((found) => {
          const account = found.get(bare);
          return account?.enabled ? stores.profile.vcard(account.id) : null;
        });
      return users.load(bare).then((user) => (user === null ? null : stores.profile.vcard(user.accountId)));
    },
    secret: deps.occupantSecret,
    clock,
    log,
  });
  built.hosts.add(muc.host);
  const files = createFiles({
    router,
    store: stores.files,
    imDomains: deps.domains,
    settings: settings.section('files'),
    ...deps.files,
    clock,
    log,
  });

  for (const room of [
    blocking,
    roster,
    presence,
    im,
    createBroadcast({ router, settings: settings.section('im'), clock }),
    push,
    notices,
    search.room,
    createExternalServices({ settings: settings.section('calls'), clock }),
    profile,
    features.room,
    pubsub,
    disco.room,
    caps.room,
    commands.room,
    registration.room,
    createPing(),
    createTime({ clock }),
    contactRoom,
    version,
    muc,
    files.room,
    {
      name: 'session-events',
      hooks: [
        {
          hook: 'session.bound',
          stage: 'observe',
          run: (session) => deps.events.emit('session.started', { sessionId: session.id, jid: session.jid.full }),
        },
        {
          hook: 'session.resumed',
          stage: 'observe',
          run: (session) => deps.events.emit('session.changed', { sessionId: session.id, jid: session.jid.full }),
        },
        {
          hook: 'session.hibernated',
          stage: 'observe',
          run: (session) => deps.events.emit('session.changed', { sessionId: session.id, jid: session.jid.full }),
        },
        {
          hook: 'session.ended',
          stage: 'observe',
          run: (session) => deps.events.emit('session.ended', { sessionId: session.id, jid: session.jid.full }),
        },
        {
          hook: 'presence.broadcast',
          stage: 'observe',
          run(session) {
            deps.events.emit('session.changed', { sessionId: session.id, jid: session.jid.full });
            return undefined;
          },
        },
      ],
    } satisfies Parameters<BuiltRouter['add']>[0],
  ]) {
    built.add(room);
  }
  return {
    users,
    router: built,
    roster,
    presence,
    blocking,
    im,
    push,
    notices,
    pubsub,
    registration,
    muc,
    files,
    caps: () => caps.element(),
    serverInfo: () => disco.serverInfo(),
  };
}
