/**
 * Who acts for whom, as this node knows it (design §2): the whole map in memory, brought up to date from the database when the bus says that something
 * changed and each second besides, since a bus may lose a word. The same question to the database renews the lease: a node acts only while its last
 * proof is younger than that, by its own monotonic clock. A process that was stopped and goes on finds its lease over before it has done anything.
 */
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from './bus.ts';
import { createPeopleMap } from './people-map.ts';
import type { Fence, HeldEpochs, HomeRow, NodeName, OwnerChange, Ownership, OwnershipStore, PersonHome } from './ports.ts';
import { rendezvous } from './rendezvous.ts';

/** Said by whoever changed it; everybody looks again. */
export const OWNERSHIP_SUBJECT = 'cluster.ownership';

export interface OwnershipControl extends Ownership {
  readonly fence: Fence;
  /** Reads everything once, then follows. Rejects when the database cannot be asked. */
  start(): Promise<void>;
  stop(): void;
  /** Looks again now. */
  refresh(): Promise<void>;
  /** Tells every node, this one first, that homes or acting nodes have changed. */
  announce(): Promise<void>;
  /** Whether this node may act at this moment. */
  mayAct(): boolean;
  /** People by home, in memory. */
  counts(): ReadonlyMap<NodeName, number>;
  homes(): readonly HomeRow[];
  /** The account is gone. */
  forget(bare: BareJid): void;
}

export interface OwnershipDeps {
  readonly self: NodeName;
  readonly store: OwnershipStore;
  readonly bus: Pick<Bus, 'publish' | 'subscribe'>;
  readonly timing: () => OwnershipTiming;
  /** Nodes on which rooms and topics may live; absent: all homes. */
  readonly placeHomes?: () => readonly NodeName[];
  /** The node that an address is bound to by name; null: by the draw. */
  readonly placeOf?: (bare: string) => NodeName | null;
  /** Whose entries were given up: they must not be acknowledged. */
  readonly onDropped: (accountIds: readonly number[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}
export interface OwnershipTiming {
  readonly pollMs: number;
  readonly leaseMs: number;
  /** Beyond the lease: after this the sessions are let go, whoever may act next. */
  readonly stepDownMs: number;
  /** How long a listener that hands over is waited for. */
  readonly handOverMs: number;
}

const sameEpochs = (a: HeldEpochs, b: HeldEpochs): boolean =>
  a.homes.length === b.homes.length && a.homes.every((home, i) => home === b.homes[i] && a.epochs[i] === b.epochs[i]);

export function createOwnership(deps: OwnershipDeps): OwnershipControl {
  const { self, store, clock, log } = deps;
  const people = createPeopleMap();
  const homes = new Map<NodeName, HomeRow>();
  const listeners = new Set<(change: OwnerChange) => void | Promise<void>>();
  /** What listeners were told that this node acts for. */
  const told = new Map<NodeName, number>();
  const lettingGo = new Set<string>();
  let heldEpochs: HeldEpochs = { homes: [], epochs: [] };
  let seen = 0;
  let isKnown = false;
  /** By account: people whose old home has not let go of them yet. */
  const onTheWay = new Map<number, PersonHome>();
  let provedAt = Number.NEGATIVE_INFINITY;
  let timer: { cancel(): void } | null = null;
  let unsubscribe: () => void = () => undefined;
  let isStopped = false;
  let isComplaining = false;
  /** Changes are told one after the other; looking at the database goes on meanwhile, or the lease would end over a slow listener. */
  let telling: Promise<void> = Promise.resolve();
  let running: Promise<void> | null = null;
  let isAskedAgain = false;

  /** Asked for each stanza, so the setting is read with each look and not here. */
  let { leaseMs } = deps.timing();
  const mayAct = (): boolean => clock.monotonic() - provedAt < leaseMs;
  const actingOf = (home: NodeName): NodeName | null => {
    const row = homes.get(home);
    if (row === undefined || row.handover !== 'none') return null;
    return row.acting === self && !mayAct() ? null : row.acting;
  };

  async function tell(change: OwnerChange): Promise<void> {
    for (const fn of [...listeners]) {
      try {
        const waits = fn(change);
        if (waits) await withinLimit(waits);
      } catch (error) {
        log.error('ownership.listener-failed', { what: change.what, error });
      }
    }
  }
  async function withinLimit(waits: Promise<void>): Promise<void> {
    let limit: { cancel(): void } | undefined;
    const late = new Promise<'late'>((resolve) => {
      limit = clock.setTimeout(() => resolve('late'), deps.timing().handOverMs);
    });
    const ended = await Promise.race([waits.then(() => 'done' as const), late]);
    limit?.cancel();
    if (ended === 'late') log.warn('ownership.hand-over-slow', { limitMs: deps.timing().handOverMs });
  }
  function inTurn(work: () => Promise<void>): void {
    telling = telling.then(work).catch((error: unknown) => log.error('ownership.telling-failed', { error }));
  }

  /** Takes in the table of homes; what it means for listeners is told in order, ends before beginnings. */
  function applyHomes(rows: readonly HomeRow[]): void {
    const before = new Map(homes);
    homes.clear();
    for (const row of rows) homes.set(row.name, row);
    const acting = rows.filter((row) => row.acting === self && row.handover !== 'done');
    const next: HeldEpochs = { homes: acting.map((row) => row.name), epochs: acting.map((row) => row.epoch) };
    if (!sameEpochs(heldEpochs, next)) heldEpochs = next;
    const toAct = new Map(rows.filter((row) => row.acting === self && row.handover === 'none').map((row) => [row.name, row.epoch]));
    tellHeld(toAct, (home) => {
      const row = homes.get(home);
      if (row === undefined) return { to: null, why: 'The home was removed.' };
      if (row.handover !== 'none') return { to: null, why: 'These people are handed over.' };
      return { to: row.acting, why: row.acting === self ? 'Another node had acted for a while.' : `${row.acting} acts for these people.` };
    });
    for (const row of rows) {
      const was = before.get(row.name);
      if (row.acting === self || (was?.acting === row.acting && was.handover === row.handover)) continue;
      const change: OwnerChange = { what: 'elsewhere', home: row.name, to: row.handover === 'none' ? row.acting : null };
      inTurn(() => tell(change));
    }
    for (const row of rows) {
      const turn = `${row.name} ${row.epoch}`;
      if (row.acting !== self || row.handover !== 'asked') lettingGo.delete(turn);
      else if (!lettingGo.has(turn)) {
        lettingGo.add(turn);
        inTurn(async () => {
          try {
            // Listeners have let go by now: the release stands before this in the queue.
            await store.letGo(row.name, row.epoch);
          } catch (error) {
            lettingGo.delete(turn);
            throw error;
          }
          await control.announce();
        });
      }
    }
  }

  function tellHeld(toAct: ReadonlyMap<NodeName, number>, whyNot: (home: NodeName) => { to: NodeName | null; why: string }): void {
    for (const [home, epoch] of [...told]) {
      if (toAct.get(home) === epoch) continue;
      told.delete(home);
      const { to, why } = whyNot(home);
      inTurn(() => tell({ what: 'released', home, to, why }));
    }
    for (const [home, epoch] of toAct) {
      if (told.has(home)) continue;
      told.set(home, epoch);
      inTurn(() => tell({ what: 'acquired', home, epoch }));
    }
  }

  function applyPeople(rows: readonly PersonHome[]): void {
    const moved: { bare: BareJid; from: NodeName | null; to: NodeName | null }[] = [];
    for (const person of rows) {
      const { bare, home, moving } = person;
      const from = people.homeOf(bare);
      const wasMoving = people.isMoving(bare);
      people.set(person);
      seen = Math.max(seen, person.version);
      onTheWay.delete(person.accountId);
      if (moving) onTheWay.set(person.accountId, person);
      if (moving && !wasMoving) moved.push({ bare, from, to: null });
      else if (!moving && (wasMoving || from !== home)) moved.push({ bare, from: wasMoving ? null : from, to: home });
    }
    // Where everybody was when this node came is no move.
    if (moved.length > 0 && isKnown) inTurn(() => tell({ what: 'moved', people: moved }));
  }
  /** Also those whose old home this node has only just come to act for: the one that acted before did not finish. */
  function letAllLeave(): void {
    const leaving = [...onTheWay.values()].filter(({ home }) => home === null || homes.get(home)?.acting === self);
    for (const { accountId } of leaving) onTheWay.delete(accountId);
    if (leaving.length > 0) inTurn(() => letLeave(leaving));
  }
  async function letLeave(leaving: readonly PersonHome[]): Promise<void> {
    try {
      await store.arrive(leaving);
    } catch (error) {
      for (const person of leaving) if (!onTheWay.has(person.accountId)) onTheWay.set(person.accountId, person);
      throw error;
    }
    await control.announce();
  }

  /** An answer that comes after the lease proves nothing any more, and another question may be on its way by then. */
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    let limit: { cancel(): void } | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = clock.setTimeout(() => reject(new Error('the database did not answer within the lease')), leaseMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      limit?.cancel();
    }
  }

  async function look(): Promise<void> {
    const askedAt = clock.monotonic();
    leaseMs = deps.timing().leaseMs;
    try {
      const { homes: rows, people: newest } = await inTime(store.prove(self));
      if (isStopped) return;
      applyHomes(rows);
      provedAt = askedAt;
      if (newest > seen) {
        for await (const slice of store.peopleAfter(seen)) applyPeople(slice);
        seen = Math.max(seen, newest);
      }
      isKnown = true;
      letAllLeave();
      if (isComplaining) log.info('ownership.proved-again', {});
      isComplaining = false;
    } catch (error) {
      if (!isComplaining) log.error('ownership.not-proved', { error });
      isComplaining = true;
      throw error;
    } finally {
      if (!isStopped && !mayAct()) stepDownIfLong();
    }
  }
  function stepDownIfLong(): void {
    const { stepDownMs } = deps.timing();
    if (told.size === 0 || clock.monotonic() - provedAt < leaseMs + stepDownMs) return;
    log.error('ownership.stepped-down', { homes: told.size });
    tellHeld(new Map(), () => ({ to: null, why: 'The database could not be reached, so another node may act by now.' }));
  }

  function refresh(): Promise<void> {
    if (running !== null) {
      isAskedAgain = true;
      return running;
    }
    running = (async () => {
      do {
        isAskedAgain = false;
        await look();
      } while (isAskedAgain && !isStopped);
    })().finally(() => {
      running = null;
    });
    return running;
  }
  function follow(): void {
    timer?.cancel();
    if (isStopped) return;
    timer = clock.setTimeout(() => {
      // `stepDownIfLong` also while a question hangs.
      if (running !== null && !mayAct()) stepDownIfLong();
      refresh().catch(() => undefined);
      follow();
    }, deps.timing().pollMs);
  }

  const control: OwnershipControl = {
    ownerOf(bare) {
      const home = people.homeOf(bare);
      return home === null || people.isMoving(bare) ? null : actingOf(home);
    },
    isMine: (bare) => control.ownerOf(bare) === self,
    homeOf: (bare) => people.homeOf(bare),
    ownerOfPlace(bare) {
      const home = deps.placeOf?.(bare) ?? rendezvous(bare, deps.placeHomes?.() ?? homes.keys());
      return home === null ? null : actingOf(home);
    },
    held() {
      const held = new Map<NodeName, number>();
      if (mayAct()) for (const row of homes.values()) if (row.acting === self && row.handover === 'none') held.set(row.name, row.epoch);
      return held;
    },
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    fence: {
      node: self,
      current: () => heldEpochs,
      async refused() {
        // Told by the database itself: what this node believed is wrong, so nothing is done on the strength of it until it has looked.
        provedAt = Number.NEGATIVE_INFINITY;
        await refresh().catch(() => undefined);
      },
      dropped: deps.onDropped,
    },
    async start() {
      unsubscribe = deps.bus.subscribe(OWNERSHIP_SUBJECT, () => {
        refresh().catch(() => undefined);
      });
      await refresh();
      follow();
    },
    stop() {
      isStopped = true;
      timer?.cancel();
      unsubscribe();
    },
    refresh,
    async announce() {
      deps.bus.publish(OWNERSHIP_SUBJECT, { by: self });
      await refresh().catch(() => undefined);
    },
    mayAct,
    counts: () => people.counts(),
    homes: () => [...homes.values()],
    forget: (bare) => people.forget(bare),
  };
  return control;
}

/** A node that is alone: everybody and everything is its own. */
export function aloneOwnership(self: NodeName): Ownership {
  const held: ReadonlyMap<NodeName, number> = new Map([[self, 1]]);
  return {
    ownerOf: () => self,
    isMine: () => true,
    homeOf: () => self,
    ownerOfPlace: () => self,
    held: () => held,
    onChange: () => () => undefined,
  };
}
