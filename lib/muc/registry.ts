/** The rooms in memory: found, loaded from the store, made, forgotten when nobody needs them. */
import { type BareJid, bareOf, type Jid } from '../kernel/jid.ts';
import type { MucContext } from './context.ts';
import { defaultConfig } from './defaults.ts';
import type { RoomConfig, StoredRoom } from './ports.ts';
import { Room } from './room.ts';

/** A stored room without people stays in memory for a while: those who left often come back. */
const IDLE_MS = 120_000;
const SWEEP_MS = 60_000;

export interface Registry {
  readonly size: number;
  readonly occupants: number;
  all(): Iterable<Room>;
  peek(bare: BareJid): Room | undefined;
  /** From memory or the store; null when there is no such room. Those of one moment are loaded together. */
  find(jid: Jid): Promise<Room | null>;
  /** Somebody waits for it to come out of the store. */
  isLoading(bare: BareJid): boolean;
  /** May one more room be made, of rooms of every kind? */
  hasSpace(): boolean;
  /** May one more room be stored? Asks the store. */
  hasSpaceForPersistent(): Promise<boolean>;
  /** A new room that vanishes with its last occupant. Call only when there is none of this address. */
  make(jid: Jid, by: BareJid, config?: RoomConfig): Room;
  /** Somebody has left. */
  left(room: Room): void;
  entered(): void;
  /** A change of the room is over: a temporary room that was left meanwhile ends. */
  turned(room: Room): void;
  /** Out of memory, and nothing more: the row in the store is the caller's. */
  remove(room: Room): void;
  /** A row was made or removed. */
  stored(change: 1 | -1): void;
  stop(): void;
}

export function createRegistry(ctx: MucContext): Registry {
  const { clock, log, settings, store } = ctx;
  const rooms = new Map<string, Room>();
  const loading = new Map<
    string,
    { readonly jid: Jid; readonly promise: Promise<Room | null>; settle(room: Room | null, error: unknown): void }
  >();
  let gathered: Jid[] = [];
  let occupants = 0;
  /** Rooms in the store; -1 before it was asked. */
  let storedCount = -1;
  let temporary = 0;
  let sweeping: { cancel(): void } | null = null;

  function restore(row: StoredRoom, jid: Jid): Room {
    const room = new Room(bareOf(jid), row.config, row.createdAt, row.createdBy);
    room.storedId = row.id;
    room.subject = row.subject;
    room.vcard = row.vcard;
    room.emptySince = clock.monotonic();
    for (const { who, affiliation, nick, reason } of row.affiliations) room.setStanding(who, affiliation, nick, reason);
    for (const hat of row.hats.kinds) room.hats.set(hat.uri, hat);
    for (const { who, uri } of row.hats.worn) room.wear(who, uri, true);
    return room;
  }

  async function load(jids: readonly Jid[]): Promise<void> {
    const found = new Map<string, Room>();
    let failure: unknown = null;
    try {
      const rows = await store.load(jids.map((jid) => jid.bare));
      const byBare = new Map(jids.map((jid) => [jid.bare as string, jid]));
      for (const row of rows) {
        const jid = byBare.get(row.jid);
        if (jid !== undefined) found.set(row.jid, restore(row, jid));
      }
      const { historyOnJoin: limit, historyChars } = settings.get();
      const archived = [...found.values()].flatMap((room) => (room.isArchived && room.storedId !== null ? [room.storedId] : []));
      if (limit > 0 && archived.length > 0) {
        const recent = await ctx.archive.recent(archived, limit);
        for (const room of found.values())
          for (const message of recent.get(room.storedId ?? -1) ?? []) room.remember(message, limit, historyChars);
      }
    } catch (error) {
      failure = error;
    }
    for (const jid of jids) {
      const entry = loading.get(jid.bare);
      loading.delete(jid.bare);
      const room = found.get(jid.bare) ?? null;
      if (failure === null && room !== null) {
        rooms.set(jid.bare, room);
        sweepLater();
      }
      entry?.settle(room, failure);
    }
  }

  function gather(jid: Jid): Promise<Room | null> {
    let resolve: (room: Room | null) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const promise = new Promise<Room | null>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    loading.set(jid.bare, { jid, promise, settle: (room, error) => (error === null ? resolve(room) : reject(error)) });
    gathered.push(bareOf(jid));
    if (gathered.length === 1)
      queueMicrotask(() => {
        const batch = gathered;
        gathered = [];
        void load(batch);
      });
    return promise;
  }

  const isIdle = (room: Room): boolean =>
    room.storedId !== null && room.sessions.size === 0 && room.changing === 0 && room.uncommitted === 0;

  function sweep(): void {
    sweeping = null;
    const now = clock.monotonic();
    let idle = false;
    for (const room of rooms.values()) {
      if (!isIdle(room)) continue;
      if (now - room.emptySince >= IDLE_MS) forget(room);
      else idle = true;
    }
    if (idle) sweepLater();
  }
  function sweepLater(): void {
    sweeping ??= clock.setTimeout(sweep, SWEEP_MS);
  }

  function forget(room: Room): void {
    if (rooms.get(room.jid.bare) !== room) return;
    rooms.delete(room.jid.bare);
    room.gone = true;
  }

  const registry: Registry = {
    get size() {
      return rooms.size;
    },
    get occupants() {
      return occupants;
    },
    all: () => rooms.values(),
    peek: (bare) => rooms.get(bare),
    find(jid) {
      const room = rooms.get(jid.bare);
      if (room !== undefined) {
        // Whoever asks for it may need it a moment longer.
        room.emptySince = clock.monotonic();
        return Promise.resolve(room);
      }
      return loading.get(jid.bare)?.promise ?? gather(jid);
    },
    isLoading: (bare) => loading.has(bare),
    hasSpace() {
      const { maxRooms } = settings.get();
      if (storedCount < 0) {
        // Counted in the background; the first rooms after a start are not kept waiting for it.
        storedCount = 0;
        store.count().then(
          (count) => {
            storedCount = Math.max(storedCount, count);
          },
          (error: unknown) => {
            storedCount = -1;
            log.warn('muc.count-failed', { error });
          },
        );
      }
      return temporary + Math.max(storedCount, 0) < maxRooms;
    },
    async hasSpaceForPersistent() {
      storedCount = await store.count();
      return storedCount < settings.get().maxPersistentRooms;
    },
    make(jid, by, config = defaultConfig(settings.get())) {
      const room = new Room(bareOf(jid), config, clock.now(), by);
      rooms.set(room.jid.bare, room);
      temporary++;
      return room;
    },
    entered: () => void occupants++,
    left(room) {
      occupants--;
      if (room.occupants.size > 0) return;
      room.emptySince = clock.monotonic();
      if (room.storedId !== null) return sweepLater();
      // A temporary room ends with its last occupant, unless it is being made persistent just now.
      if (room.changing === 0) registry.remove(room);
    },
    turned(room) {
      if (room.storedId === null && room.occupants.size === 0 && room.changing === 0) registry.remove(room);
    },
    remove(room) {
      if (rooms.get(room.jid.bare) !== room) return;
      if (room.storedId === null) temporary--;
      forget(room);
    },
    stored(change) {
      if (storedCount >= 0) storedCount += change;
      temporary -= change;
    },
    stop() {
      sweeping?.cancel();
      sweeping = null;
    },
  };
  return registry;
}
