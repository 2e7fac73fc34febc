import { randomUUID } from 'node:crypto';
import type { ClusterValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Fault } from '../../kernel/faults.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { type Bus, isNobody, type TextWire } from '../bus.ts';
import { clusterFaults } from '../faults.ts';
import type { LinkControl } from '../links/node-links.ts';
import type { ClusterStore, Membership, NodeFacts, NodeHealth, NodeName, NodeState } from '../ports.ts';
import { nodeSubject } from '../subjects.ts';
import { type Beat, misfitOf, readBeat, WIRE_VERSION } from './beat.ts';

const BEAT = 'cluster.beat';
/** A node was removed, or another one made the publisher: what the database says is read again. */
const CHANGED = 'cluster.changed';
const ASK_MS = 1_500;
/** How often the database is told that this process lives, and tells whether it still is the one of its node. */
const SEEN_MS = 5_000;
/** Answers that nobody is there before a process is held for ended: one may fall into its return to the bus. */
const NOBODY_TWICE = 2;
/** Beats missed before a node is asked. */
const MISSED = 2;
const MAX_REFUSALS = 20;

export interface Refusal {
  readonly at: number;
  readonly name: NodeName;
  readonly address: string;
  readonly why: string;
}

/** A node with what a person wants to know besides. */
export interface NodeDetails {
  readonly facts: NodeFacts;
  readonly address: string;
  /** In its state since, milliseconds since the epoch, and why. */
  readonly since: number;
  readonly why: string;
}

export interface MembershipControl extends Membership {
  /** Makes itself known, or says why it may not come in. Others see it as `joining` until `say('up')`. */
  join(): Promise<Result<void, Fault>>;
  say(state: NodeState, why: string): void;
  /** Says goodbye; the others take it from their lists at once. */
  leave(why: string): Promise<void>;
  setHealth(health: () => NodeHealth): void;
  details(): readonly NodeDetails[];
  /** Who was not let in lately, newest first. */
  refusals(): readonly Refusal[];
  refused(refusal: Omit<Refusal, 'at'>): void;
  /** After a change of roles or of the list in the database: reads it here and tells the others to. */
  changed(): Promise<void>;
  /** This process is no longer the one of its node: it has to end. */
  onReplaced(fn: (why: string) => void): void;
}

interface Peer {
  beat: Beat;
  state: NodeState;
  since: number;
  why: string;
  heardAt: number;
  /** By the monotonic clock. */
  heard: number;
  delayMs: number | null;
  nobody: number;
  isBeingAsked: boolean;
}

export interface SelfFacts {
  readonly name: NodeName;
  readonly version: string;
  readonly schema: number;
  readonly address: string;
}

/** Who is there, by what each node says of itself, by what the bus knows of processes that ended, and by silence. */
export function createMembership(deps: {
  readonly self: SelfFacts;
  readonly incarnation: string;
  readonly bus: Bus & Pick<TextWire, 'isUp' | 'onState'>;
  readonly links: Pick<LinkControl, 'opened' | 'lost'>;
  readonly store: ClusterStore;
  readonly settings: Live<ClusterValues>;
  readonly clock: Clock;
  readonly log: Log;
}): MembershipControl {
  const { bus, clock, links, log, self, settings, store } = deps;
  const startedAt = clock.now();
  const peers = new Map<NodeName, Peer>();
  const listeners = new Set<(node: NodeFacts, was: NodeState | null) => void>();
  const refusals: Refusal[] = [];
  /** When each of this node's last beats was sent, for the round trip. */
  const sentAt = new Map<number, number>();
  const offs: (() => void)[] = [];
  const own: { state: NodeState; since: number; why: string; role: NodeFacts['role'] } = {
    state: 'joining',
    since: startedAt,
    why: 'It is starting.',
    role: 'subscriber',
  };
  let health: () => NodeHealth = () => ({ sessions: 0, users: 0, down: [], database: 'up' });
  let replaced: ((why: string) => void) | null = null;
  let number = 0;
  let timer: { cancel(): void } | null = null;
  let lookedAt = clock.monotonic();
  let seenAt = Number.NEGATIVE_INFINITY;
  let isMember = false;

  const intervalMs = () => settings.get().heartbeatInterval * 1_000;
  const timeoutMs = () => Math.max(settings.get().keepAliveTimeout * 1_000, 3 * intervalMs());

  function beatNow(): Beat {
    const now = clock.monotonic();
    number++;
    sentAt.set(number, now);
    sentAt.delete(number - 64);
    const heard: Record<NodeName, readonly [number, number]> = {};
    for (const [name, peer] of peers) if (peer.state !== 'gone') heard[name] = [peer.beat.number, Math.round(now - peer.heard)];
    return {
      ...self,
      incarnation: deps.incarnation,
      wire: WIRE_VERSION,
      role: own.role,
      state: own.state,
      why: own.why,
      startedAt,
      health: health(),
      number,
      heard,
    };
  }

  function factsOf(peer: Peer): NodeFacts {
    const { name, incarnation, version, schema, role, health: told, startedAt: started } = peer.beat;
    const { state, heardAt, delayMs } = peer;
    return { name, incarnation, version, schema, role, state, startedAt: started, heardAt, delayMs, health: told };
  }

  const selfFacts = (): NodeFacts => ({
    name: self.name,
    incarnation: deps.incarnation,
    version: self.version,
    schema: self.schema,
    role: own.role,
    state: own.state,
    startedAt,
    heardAt: clock.now(),
    delayMs: 0,
    health: health(),
  });

  function tell(node: NodeFacts, was: NodeState | null): void {
    for (const fn of [...listeners]) {
      try {
        fn(node, was);
      } catch (error) {
        log.error('cluster.listener-failed', { node: node.name, error });
      }
    }
  }

  function turn(peer: Peer, state: NodeState, why: string): void {
    const was = peer.state;
    if (was === state) {
      peer.why = why;
      return;
    }
    peer.state = state;
    peer.since = clock.now();
    peer.why = why;
    peer.nobody = 0;
    log[state === 'gone' ? 'warn' : 'info']('cluster.node', { node: peer.beat.name, state, was, why });
    if (state === 'gone') links.lost(peer.beat.name);
    else if (was === 'gone') links.opened(peer.beat.name, peer.beat.incarnation);
    tell(factsOf(peer), was);
  }

  function heardOf(beat: Beat): void {
    const misfit = misfitOf(beat, { schema: self.schema, wire: WIRE_VERSION });
    if (misfit !== null) {
      refuseNode(beat, misfit);
      return;
    }
    const before = peers.get(beat.name);
    const now = clock.monotonic();
    if (before && before.beat.incarnation !== beat.incarnation && before.beat.startedAt > beat.startedAt) return;
    if (before && before.beat.incarnation === beat.incarnation) {
      // Beats and answers may overtake each other; one that was heard already is somebody's recording of it.
      if (beat.number <= before.beat.number) return;
      before.beat = beat;
      before.heard = now;
      before.heardAt = clock.now();
      before.nobody = 0;
      const echo = beat.heard[self.name];
      const sent = echo && sentAt.get(echo[0]);
      if (echo && sent !== undefined) before.delayMs = Math.max(0, Math.round((now - sent - echo[1]) * 10) / 10);
      if (beat.state === 'gone') forget(before, beat.why);
      else turn(before, beat.state, beat.why);
      return;
    }
    if (beat.state === 'gone') return;
    const peer: Peer = {
      beat,
      state: beat.state,
      since: clock.now(),
      why: before ? 'Its process was started anew.' : beat.why,
      heardAt: clock.now(),
      heard: now,
      delayMs: null,
      nobody: 0,
      isBeingAsked: false,
    };
    peers.set(beat.name, peer);
    // What waited for the process before is handed back before the new one is told of.
    links.opened(beat.name, beat.incarnation);
    log.info('cluster.node', { node: beat.name, state: beat.state, was: before?.state ?? null, why: peer.why });
    tell(factsOf(peer), before?.state ?? null);
    // A new one hears of this node at once, not with the next beat.
    if (isMember) bus.publish(BEAT, beatNow());
  }

  function refuseNode(beat: Beat, misfit: 'otherWire' | 'otherSchema'): void {
    const why =
      misfit === 'otherSchema'
        ? `version ${beat.version} with schema ${beat.schema} does not fit version ${self.version} with schema ${self.schema}`
        : `version ${beat.version} does not speak with version ${self.version}`;
    control.refused({ name: beat.name, address: beat.address, why });
  }

  /** It said goodbye, or was removed. */
  function forget(peer: Peer, why: string): void {
    turn(peer, 'gone', why);
    peers.delete(peer.beat.name);
  }

  function look(): void {
    const now = clock.monotonic();
    const interval = intervalMs();
    // This process stood still itself: it knows nothing about the others' silence.
    if (now - lookedAt > 2 * interval + 500) grace(now);
    lookedAt = now;
    if (!bus.isUp) return;
    for (const peer of peers.values()) {
      if (peer.state === 'gone') continue;
      const quiet = now - peer.heard;
      if (quiet > timeoutMs()) turn(peer, 'gone', `It was not heard of for ${Math.round(quiet / 1_000)} seconds.`);
      else if (quiet > MISSED * interval && !peer.isBeingAsked) ask(peer);
    }
  }

  function ask(peer: Peer): void {
    peer.isBeingAsked = true;
    const { incarnation, name } = peer.beat;
    bus.request(nodeSubject(name, 'ping'), {}, intervalMs()).then(
      (answer) => {
        peer.isBeingAsked = false;
        const beat = readBeat(answer);
        if (beat) heardOf(beat);
      },
      (error: unknown) => {
        peer.isBeingAsked = false;
        if (!isNobody(error) || !bus.isUp || peers.get(name) !== peer || peer.beat.incarnation !== incarnation) return;
        if (++peer.nobody >= NOBODY_TWICE && peer.state !== 'gone') turn(peer, 'gone', 'Its process ended without a goodbye.');
      },
    );
  }

  function grace(now: number): void {
    for (const peer of peers.values()) {
      peer.heard = Math.max(peer.heard, now);
      peer.nobody = 0;
    }
  }

  function tick(): void {
    timer = clock.setTimeout(tick, intervalMs() / 2);
    look();
    const now = clock.monotonic();
    if (now - lastBeat >= intervalMs() - 50) {
      lastBeat = now;
      if (bus.isUp) bus.publish(BEAT, beatNow());
    }
    if (now - seenAt >= SEEN_MS) {
      seenAt = now;
      store.seen(self.name, deps.incarnation, clock.now()).then(
        (isStill) => {
          if (!isStill && isMember) end('Another process has taken the name of this node, or the node was removed.');
        },
        // The database says so itself when it is away.
        () => undefined,
      );
    }
  }
  let lastBeat = Number.NEGATIVE_INFINITY;

  function end(why: string): void {
    if (!isMember) return;
    isMember = false;
    log.error('cluster.replaced', { why });
    replaced?.(why);
  }

  /** Another process with this node's name speaks on the bus: the database says which of the two it is. */
  function heardOwnName(): void {
    seenAt = Number.NEGATIVE_INFINITY;
  }

  async function readRows(): Promise<void> {
    const rows = await store.nodes();
    const mine = rows.find(({ name }) => name === self.name);
    if (mine && mine.role !== own.role) {
      own.role = mine.role;
      bus.publish(BEAT, beatNow());
      tell(selfFacts(), own.state);
    }
    if (!mine && isMember) end('This node was removed from the cluster.');
    for (const [name, peer] of peers) if (!rows.some((row) => row.name === name)) forget(peer, 'It was removed from the cluster.');
  }

  /** Of the nodes that joined and did not leave, those that answer; the ones that do not are shown as gone. */
  async function meet(): Promise<Result<void, Fault>> {
    const rows = await store.nodes();
    for (const row of rows) if (row.name === self.name && row.incarnation !== deps.incarnation) own.role = row.role;
    const answers = await Promise.all(
      rows.map(async (row) => {
        try {
          return { row, beat: readBeat(await bus.request(nodeSubject(row.name, 'ping'), beatNow(), ASK_MS)) };
        } catch (error) {
          return { row, beat: null, isNobody: isNobody(error) };
        }
      }),
    );
    for (const { row, beat } of answers) {
      if (beat && row.name === self.name) return refuse(clusterFaults.nameTaken({ name: self.name, address: beat.address }));
      const misfit = beat && misfitOf(beat, { schema: self.schema, wire: WIRE_VERSION });
      if (beat && misfit) {
        const { name: peer, version: peerVersion, schema: peerSchema } = beat;
        return refuse(clusterFaults[misfit]({ peer, peerVersion, peerSchema, version: self.version, schema: self.schema }));
      }
    }
    for (const { row, beat } of answers) {
      if (beat) heardOf(beat);
      else if (row.name !== self.name && row.seenAt !== null) {
        const { name, incarnation, version, schema, role, address, startedAt: started } = row;
        const quiet: Beat = {
          ...{ name, incarnation, version, schema, role, address, startedAt: started },
          ...{ wire: WIRE_VERSION, state: 'gone', why: '', number: 0, heard: {} },
          health: { sessions: 0, users: 0, down: [], database: 'up' },
        };
        const why = 'It did not answer when this node joined.';
        const more = { since: row.seenAt, heardAt: row.seenAt, heard: clock.monotonic(), delayMs: null, nobody: 0, isBeingAsked: false };
        if (!peers.has(name)) peers.set(name, { beat: quiet, state: 'gone', why, ...more });
      }
    }
    return ok(undefined);
  }

  function listen(): void {
    offs.push(
      bus.subscribe(BEAT, (payload) => {
        const beat = readBeat(payload);
        if (!beat) return;
        if (beat.name !== self.name) heardOf(beat);
        else if (beat.incarnation !== deps.incarnation) heardOwnName();
      }),
      bus.subscribe(CHANGED, () => {
        readRows().catch((error: unknown) => log.warn('cluster.rows-not-read', { error }));
      }),
      // Whoever asks says who it is, so that one that does not fit is known here as well.
      bus.respond(nodeSubject(self.name, 'ping'), async (payload) => {
        const beat = readBeat(payload);
        if (beat && beat.name !== self.name) {
          const misfit = misfitOf(beat, { schema: self.schema, wire: WIRE_VERSION });
          if (misfit) refuseNode(beat, misfit);
        }
        if (beat && beat.name === self.name)
          control.refused({ name: beat.name, address: beat.address, why: 'this node has that name and is running' });
        return beatNow();
      }),
      bus.onState((isUp) => {
        if (!isUp) return;
        grace(clock.monotonic());
        bus.publish(BEAT, beatNow());
      }),
    );
  }

  const control: MembershipControl = {
    get self() {
      return selfFacts();
    },
    nodes: () => [selfFacts(), ...[...peers.values()].map(factsOf).sort((a, b) => (a.name < b.name ? -1 : 1))],
    find(name) {
      if (name === self.name) return selfFacts();
      const peer = peers.get(name);
      return peer && factsOf(peer);
    },
    get isHearing() {
      return bus.isUp;
    },
    onChange(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    async join() {
      // Before it answers itself under its name, it looks whether somebody else does.
      const met = await meet();
      if (!met.ok) return met;
      listen();
      const row = await store.arrive({ ...self, incarnation: deps.incarnation, startedAt }, clock.now());
      own.role = row.role;
      isMember = true;
      seenAt = clock.monotonic();
      lookedAt = clock.monotonic();
      tick();
      return ok(undefined);
    },
    say(state, why) {
      const was = own.state;
      Object.assign(own, { state, why, since: was === state ? own.since : clock.now() });
      if (bus.isUp) bus.publish(BEAT, beatNow());
      if (was !== state) tell(selfFacts(), was);
    },
    async leave(why) {
      timer?.cancel();
      timer = null;
      for (const off of offs.splice(0)) off();
      if (!isMember) return;
      isMember = false;
      Object.assign(own, { state: 'gone', why });
      if (bus.isUp) bus.publish(BEAT, beatNow());
      await store.left(self.name, deps.incarnation).catch((error: unknown) => log.warn('cluster.goodbye-not-kept', { error }));
    },
    setHealth(fn) {
      health = fn;
    },
    details: () => [
      { facts: selfFacts(), address: self.address, since: own.since, why: own.why },
      ...[...peers.values()]
        .map((peer) => ({ facts: factsOf(peer), address: peer.beat.address, since: peer.since, why: peer.why }))
        .sort((a, b) => (a.facts.name < b.facts.name ? -1 : 1)),
    ],
    refusals: () => refusals,
    refused(refusal) {
      const last = refusals.find(({ name, why }) => name === refusal.name && why === refusal.why);
      // A node that does not fit keeps knocking.
      if (last && clock.now() - last.at < 60_000) return;
      log.warn('cluster.node-refused', { ...refusal });
      refusals.unshift({ at: clock.now(), ...refusal });
      refusals.length = Math.min(refusals.length, MAX_REFUSALS);
    },
    async changed() {
      await readRows();
      bus.publish(CHANGED, {});
    },
    onReplaced(fn) {
      replaced = fn;
    },
  };
  return control;
}

/** New at every start of a process. */
export const newIncarnation = (): string => randomUUID();
