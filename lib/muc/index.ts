/** Chat rooms (XEP-0045): text conferencing for people of this server and of others. */
import type { MucValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type BareJid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { Room as RouterRoom } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import { createServiceDesk, notHere } from '../xmpp/router/service-desk.ts';
import { createServiceNames } from '../xmpp/router/service-names.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { createAdminIq } from './admin-iq.ts';
import { createAffiliations } from './affiliations.ts';
import { createArchiveIq } from './archive-iq.ts';
import { createChanges, isAnother } from './changes.ts';
import { createConfiguring } from './configure.ts';
import { type MucContext, type MucCounters, occupantIdMaker } from './context.ts';
import { createDiscovery } from './discovery.ts';
import { createDoor } from './door.ts';
import { createHats } from './hats.ts';
import { createHatsIq } from './hats-iq.ts';
import { createInvitations } from './invitations.ts';
import { createJoining, type Joining } from './join.ts';
import { createLeaving } from './leave.ts';
import { createMessages } from './messages.ts';
import { createModeration } from './moderation.ts';
import { createOwnerIq } from './owner-iq.ts';
import type { Role, RoomArchive, RoomJournal, RoomStore, RoomsDoor } from './ports.ts';
import { type Broadcasts, createBroadcasts } from './presence.ts';
import { mucProtocols } from './protocols.ts';
import { createReception } from './reception.ts';
import { createRegisterIq } from './register-iq.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createRelay } from './relay.ts';
import { createRequests } from './requests.ts';
import type { Room } from './room.ts';
import { createRoomPages, type RoomsElsewhere } from './room-pages.ts';
import { createRoomStanzas } from './room-stanzas.ts';
import { createVcardIq } from './vcard-iq.ts';
import { createWire } from './wire.ts';

export interface Muc extends RouterRoom {
  readonly host: Host;
  readonly door: RoomsDoor;
  /** From now on nobody can enter, and who is inside is told that the service shuts down (status 332). Persistent rooms are kept. */
  suspend(): void;
  resume(): void;
  /** What other nodes must know of a room of this one: who is in it, and whether it waits for its first configuration. */
  shown(bare: BareJid): {
    readonly people: readonly { readonly bare: BareJid; readonly nick: string; readonly role: Role }[];
    readonly locked: boolean;
  };
  /** Hears the other nodes; once, after the router has joined them. */
  listen(): void;
  /** From now on lists name the rooms of other nodes, too. */
  seeElsewhere(others: RoomsElsewhere): void;
  /** Is this message, which a node that died had before us, in the archive of its room (docs/decisions/0015)? */
  hasArrived(message: MessageStanza): Promise<boolean>;
  /** Rooms that another node runs from now on end here for those inside (status 332); stored ones are there again at once. */
  release(isMine: (bare: string) => boolean): void;
  /** Deletes messages that are older than the settings keep, a slice at a time. */
  expire(): Promise<number>;
  /** An account was removed or renamed. */
  forgetPerson(bare: BareJid, renamedTo?: BareJid): Promise<void>;
  /** A person of this server shows another picture (XEP-0398 §4): the rooms their devices (full addresses) are in tell of it. Hashes; empty for none. */
  pictureChanged(devices: readonly string[], was: string, now: string): void;
  stop(): Promise<void>;
}

interface NewPicture {
  readonly devices: readonly string[];
  readonly was: string;
  readonly now: string;
}

const EXPIRE_SLICE = 5000;
/** How far back a message that crosses to this node again is looked for. */
const REPEATED_MS = 600_000;
const REPEATED_CHECKED = 200;

export function createMuc(deps: {
  readonly router: () => Router;
  readonly store: RoomStore;
  readonly journal: RoomJournal;
  readonly archive: RoomArchive;
  readonly settings: Live<MucValues>;
  readonly imDomains: Live<ReadonlySet<string>>;
  /** Calls `done` when everything handed to the journals so far is committed; at once while the database is away. */
  readonly settled: (done: () => void) => void;
  /** The vCard of a person of this server; `undefined` for others. */
  readonly vcardOf: (bare: BareJid) => Promise<string | null> | undefined;
  /** For occupant ids; the same as long as the service lives. */
  readonly secret: Buffer;
  readonly clock: Clock;
  readonly log: Log;
}): Muc {
  const { settings, clock, log, router } = deps;
  const field = <K extends 'label' | 'aliases'>(key: K): Live<MucValues[K]> => ({
    get: () => settings.get()[key],
    onChange: (fn) => settings.onChange((now, was) => void (now[key] !== was[key] && fn(now[key], was[key]))),
  });
  const names = createServiceNames({ imDomains: deps.imDomains, label: field('label'), extra: field('aliases') });
  const counters: MucCounters = { messagesIn: 0, messagesDelivered: 0 };
  const wire = createWire(router, counters);

  let elsewhere: RoomsElsewhere | null = null;
  let administrators: { of: readonly string[]; set: ReadonlySet<string> } = { of: [], set: new Set() };
  function isSystemAdministrator(bare: BareJid): boolean {
    const list = settings.get().administrators;
    if (list.length === 0) return false;
    if (administrators.of !== list) administrators = { of: list, set: new Set(list.flatMap((text) => parseJid(text.trim())?.bare ?? [])) };
    return administrators.set.has(bare);
  }

  const ctx: MucContext = {
    ...deps,
    wire,
    counters,
    isSystemAdministrator,
    standingOf: (room, jid) => (isSystemAdministrator(jid.bare) ? 'owner' : room.standingOf(jid.bare, jid.domain)),
    turned: (room) => registry.turned(room),
    occupantId: occupantIdMaker(deps.secret),
  };
  const registry: Registry = createRegistry(ctx);
  const leaving = createLeaving({
    broadcasts: () => broadcasts,
    registry: () => registry,
    give: (to, out) => void wire.give(to, out, 'now'),
  });
  const broadcasts: Broadcasts = createBroadcasts(ctx, leaving.lost);
  const messages = createMessages(ctx, broadcasts);
  const changes = createChanges({ ctx, broadcasts, joining: () => joining, left: registry.left, entered: registry.entered });
  const joining: Joining = createJoining({ ctx, registry, broadcasts, rename: changes.rename, isAnother, created });
  const affiliations = createAffiliations({ ctx, broadcasts, leaving, showOccupants: joining.showOccupants });
  const configuring = createConfiguring({ ctx, registry, affiliations, messages, leaving });
  const registration = createRegisterIq({ ctx, affiliations });
  const hats = createHatsIq({ ctx, hats: createHats({ ctx, broadcasts, messages }) });
  const discovery = createDiscovery({
    ctx,
    registration,
    hats,
    pages: createRoomPages({ store: deps.store, registry, elsewhere: () => elsewhere }),
  });
  const relay = createRelay({ ctx, vcardOf: deps.vcardOf });
  const stanzas = createRoomStanzas({
    ctx,
    joining,
    changes,
    leaving,
    messages,
    invitations: createInvitations({ ctx, affiliations }),
  });
  const archive = createArchiveIq(ctx);
  const desk = createServiceDesk({
    handlers: createRequests({
      registry,
      discovery,
      owner: createOwnerIq({ ctx, configuring }),
      admin: createAdminIq({ ctx, affiliations }),
      registration,
      archive,
      vcard: createVcardIq({ ctx, configuring }),
      moderation: createModeration({ ctx, messages }),
      hats,
    }),
    answer: (iq, answer) => router().answer(iq, answer),
    failed: (iq, error) => router().failed(iq, error),
    holdAck: (session) => router().holdAck(session),
  });
  const reception = createReception({ ctx, registry, desk, relay, stanzas, notHere });

  /** §10.1.2: a creator who says nothing takes the defaults after a while. */
  function created(room: Room): void {
    const accept = () => {
      if (!room.gone) configuring.unlock(room).catch((error: unknown) => log.warn('muc.unlock-failed', { room: room.jid.bare, error }));
    };
    if (room.locked) clock.setTimeout(accept, settings.get().lockTimeout * 1000);
    else if (settings.get().defaultPersistent)
      configuring
        .apply(room, (now) => ({ config: { ...now, persistent: true } }), room.createdBy as BareJid)
        .catch((error: unknown) => log.warn('muc.store-failed', { room: room.jid.bare, error }));
  }

  function close(room: Room): void {
    registry.remove(room);
    leaving.everyone(room, { codes: [332] });
  }
  // Rooms whose domain is no longer served end for those inside; persistent ones come back with it.
  const stopFollowing = names.domains.onChange((now) => {
    for (const room of [...registry.all()]) if (!now.has(room.jid.domain)) close(room);
  });

  function newPicture(devices: readonly string[], was: string, now: string): void {
    for (const room of [...registry.all()])
      for (const full of devices) {
        const session = room.sessions.get(full);
        if (session !== undefined) changes.picture(room, session, was, now);
      }
  }

  let isSuspended = false;
  const suspended: StanzaFault = { condition: 'service-unavailable', text: 'The chat server is stopped at the moment.' };

  return {
    name: 'muc',
    host: {
      name: 'muc',
      title: 'Chat rooms',
      domains: names.domains,
      servesDomain: names.serves,
      // What the service itself says is the same everywhere.
      isPlaced: (to) => to.local !== '',
      receive(stanza, sender) {
        if (!isSuspended) return reception.receive(stanza, sender);
        const wantsAnswer =
          stanza.type !== 'error' && stanza.type !== 'result' && !(stanza.kind === 'presence' && stanza.type === 'unavailable');
        if (wantsAnswer) router().bounce(stanza, suspended);
      },
    },
    door: createDoor({ ctx, registry, configuring, affiliations, messages, leaving, isOurs: (domain) => names.domains.get().has(domain) }),
    suspend() {
      isSuspended = true;
      for (const room of [...registry.all()]) close(room);
    },
    resume() {
      isSuspended = false;
    },
    shown(bare) {
      const room = registry.peek(bare);
      const people = [...(room?.occupants.values() ?? [])].map(({ bare: who, nick, role }) => ({ bare: who, nick, role }));
      return { people, locked: room?.locked ?? false };
    },
    seeElsewhere(others) {
      elsewhere = others;
    },
    async hasArrived(message) {
      const { to } = message;
      if (to === null || message.id === '' || message.type !== 'groupchat') return false;
      const room = await registry.find(to);
      if (room === null || room.storedId === null || !room.isArchived) return false;
      const page = await deps.archive.page({
        roomId: room.storedId,
        start: clock.now() - REPEATED_MS,
        with: { sender: message.from.bare },
        direction: 'backward',
        max: REPEATED_CHECKED,
      });
      return page.rows.some((row) => row.stanzaId === message.id);
    },
    release(isMine) {
      for (const room of [...registry.all()]) if (!isMine(room.jid.bare)) close(room);
    },
    pictureChanged(devices, was, now) {
      newPicture(devices, was, now);
      router().elsewhere?.tellAll('muc.picture', { devices, was, now } satisfies NewPicture);
    },
    listen() {
      router().elsewhere?.hear('muc.picture', (payload) => {
        const { devices, was, now } = payload as NewPicture;
        newPicture(devices, was, now);
      });
    },
    async expire() {
      const { archiveRetention } = settings.get();
      return archiveRetention === 0 ? 0 : deps.archive.expire(clock.now() - archiveRetention * 1000, EXPIRE_SLICE);
    },
    async forgetPerson(bare, renamedTo) {
      await deps.store.forgetPerson(bare, renamedTo);
      for (const room of registry.all()) {
        const uris = room.worn.get(bare);
        room.worn.delete(bare);
        if (renamedTo !== undefined) for (const uri of uris ?? []) room.wear(renamedTo, uri, true);
        const known = room.affiliations.get(bare);
        if (known === undefined) continue;
        room.setStanding(bare, 'none', null, '');
        if (renamedTo !== undefined && !room.affiliations.has(renamedTo))
          room.setStanding(renamedTo, known.affiliation, known.nick, known.reason);
      }
    },
    async stop() {
      stopFollowing();
      names.stop();
      registry.stop();
      relay.stop();
      for (const room of [...registry.all()]) close(room);
    },
    hooks: [{ hook: 'session.ended', stage: 'record', run: archive.ended }],
    protocols: mucProtocols,
  };
}
