/**
 * A cluster in one process, for tests: as many nodes as wanted, each with its own door to a shared network that can be slowed, cut and mended, and whose
 * nodes can be killed and come back. Who is there is said by the test, not by heartbeats.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, nobodyAnswers } from '../cluster/bus.ts';
import type { Membership, NodeFacts, NodeHealth, NodeLinks, NodeName, NodeState } from '../cluster/ports.ts';

export interface FakeNode {
  readonly name: NodeName;
  readonly bus: Bus;
  readonly links: NodeLinks;
  readonly membership: Membership;
}

export interface FakeCluster {
  node(name: NodeName): FakeNode;
  /** A node that joins: everybody there sees it as `up` at once. */
  join(name: NodeName): FakeNode;
  /** One way from `from` to `to`: what is sent waits until the way is whole again (bus messages on it are lost, as on the wire). */
  cut(from: NodeName, to: NodeName): void;
  cutBoth(a: NodeName, b: NodeName): void;
  mend(from: NodeName, to: NodeName): void;
  mendBoth(a: NodeName, b: NodeName): void;
  /** Milliseconds on the way from `from` to `to`; 0 hands over in the next microtask. */
  delay(from: NodeName, to: NodeName, ms: number): void;
  /** The process ends at once; the others see it as `gone` unless `isNoticed` is false (then call `notice`). */
  kill(name: NodeName, isNoticed?: boolean): void;
  /** `by` holds `name` for gone, dead or not: links to it are given up and their rest is handed back. */
  notice(by: NodeName, name: NodeName): void;
  /** `by` hears of `name` again. */
  hear(by: NodeName, name: NodeName): void;
  /** The node says of itself that it is in this state, and everybody who can hear it knows. */
  say(name: NodeName, state: NodeState): void;
  report(name: NodeName, health: Partial<NodeHealth>): void;
  stop(): void;
}

interface Sent {
  readonly kind: string;
  readonly payload: string;
  readonly done: ((isSettled: boolean) => void) | undefined;
  isHandedOver: boolean;
}

/** One direction between two processes. */
interface Way {
  queue: Sent[];
  isCut: boolean;
  delayMs: number;
  isPumping: boolean;
}

interface Inner {
  readonly name: NodeName;
  readonly incarnation: string;
  isAlive: boolean;
  own: NodeState;
  health: NodeHealth;
  readonly startedAt: number;
  /** What this node believes of the others. */
  readonly beliefs: Map<NodeName, { state: NodeState; incarnation: string }>;
  readonly listeners: Set<(node: NodeFacts, was: NodeState | null) => void>;
  readonly takers: Map<string, (from: NodeName, payload: string, settled: () => void) => void>;
  readonly lostListeners: Set<Parameters<NodeLinks['onLost']>[0]>;
  readonly subscribers: Map<string, Set<(payload: unknown) => void>>;
  readonly responders: Map<string, (payload: unknown) => Promise<unknown>>;
  door: FakeNode;
}

export function createFakeCluster(names: readonly NodeName[]): FakeCluster {
  const nodes = new Map<NodeName, Inner>();
  const ways = new Map<string, Way>();
  const timers = new Set<NodeJS.Timeout>();
  const wayOf = (from: NodeName, to: NodeName): Way => {
    const key = `${from}\n${to}`;
    let way = ways.get(key);
    if (!way) {
      way = { queue: [], isCut: false, delayMs: 0, isPumping: false };
      ways.set(key, way);
    }
    return way;
  };
  const inner = (name: NodeName): Inner => {
    const node = nodes.get(name);
    if (!node) throw new Error(`There is no node ${name} in this cluster.`);
    return node;
  };
  const later = (ms: number, run: () => void) => {
    if (ms === 0) {
      queueMicrotask(run);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  function factsOf(viewer: Inner, name: NodeName): NodeFacts {
    const node = inner(name);
    const belief = viewer.name === name ? { state: node.own, incarnation: node.incarnation } : viewer.beliefs.get(name);
    return {
      name,
      incarnation: belief?.incarnation ?? node.incarnation,
      version: '0.0.0',
      schema: 1,
      role: [...nodes.keys()][0] === name ? 'publisher' : 'subscriber',
      state: belief?.state ?? 'gone',
      startedAt: node.startedAt,
      heardAt: Date.now(),
      delayMs: name === viewer.name ? 0 : wayOf(viewer.name, name).delayMs + wayOf(name, viewer.name).delayMs,
      health: node.health,
    };
  }

  function believe(viewer: Inner, name: NodeName, state: NodeState): void {
    if (!viewer.isAlive || viewer.name === name) return;
    const before = viewer.beliefs.get(name);
    const { incarnation } = inner(name);
    const isReplaced = before !== undefined && before.incarnation !== incarnation;
    if (before?.state === state && !isReplaced) return;
    if (before && (state === 'gone' || isReplaced) && before.state !== 'gone') giveUp(viewer, name);
    viewer.beliefs.set(name, { state, incarnation });
    for (const fn of [...viewer.listeners]) fn(factsOf(viewer, name), before?.state ?? null);
  }

  function giveUp(viewer: Inner, name: NodeName): void {
    const way = wayOf(viewer.name, name);
    const rest = way.queue;
    way.queue = [];
    for (const { done } of rest) done?.(false);
    const unsettled = rest.map(({ kind, payload }) => ({ kind, payload }));
    for (const fn of [...viewer.lostListeners]) fn(name, unsettled);
  }

  function pump(from: NodeName, to: NodeName): void {
    const way = wayOf(from, to);
    if (way.isPumping) return;
    way.isPumping = true;
    later(way.delayMs, () => {
      way.isPumping = false;
      if (way.isCut) return;
      const receiver = nodes.get(to);
      if (!receiver?.isAlive) return;
      for (const sent of [...way.queue]) {
        if (sent.isHandedOver) continue;
        sent.isHandedOver = true;
        const take = receiver.takers.get(sent.kind);
        if (!take) throw new Error(`Node ${to} takes nothing of kind ${sent.kind}.`);
        let isSettled = false;
        take(from, sent.payload, () => {
          if (isSettled) throw new Error(`A ${sent.kind} was settled twice.`);
          isSettled = true;
          if (!receiver.isAlive) return;
          const at = way.queue.indexOf(sent);
          if (at === -1) return;
          way.queue.splice(at, 1);
          sent.done?.(true);
        });
      }
    });
  }

  function reaches(from: Inner, to: Inner): boolean {
    return from.isAlive && to.isAlive && (from === to || !wayOf(from.name, to.name).isCut);
  }

  function make(name: NodeName): Inner {
    const node: Inner = {
      name,
      incarnation: randomUUID(),
      isAlive: true,
      own: 'up',
      health: { sessions: 0, users: 0, down: [], database: 'up' },
      startedAt: Date.now(),
      beliefs: new Map(),
      listeners: new Set(),
      takers: new Map(),
      lostListeners: new Set(),
      subscribers: new Map(),
      responders: new Map(),
      door: undefined as never,
    };
    const bus: Bus = {
      publish(subject, payload) {
        const sent = JSON.stringify(payload ?? null);
        for (const other of [...nodes.values()]) {
          if (!reaches(node, other)) continue;
          later(other === node ? 0 : wayOf(name, other.name).delayMs, () => {
            if (other.isAlive) for (const fn of [...(other.subscribers.get(subject) ?? [])]) fn(JSON.parse(sent));
          });
        }
      },
      subscribe(subject, fn) {
        const set = node.subscribers.get(subject) ?? new Set();
        node.subscribers.set(subject, set);
        set.add(fn);
        return () => set.delete(fn);
      },
      async request(subject, payload, timeoutMs) {
        const answering = [node, ...nodes.values()].find((other) => reaches(node, other) && other.responders.has(subject));
        const respond = answering?.responders.get(subject);
        if (!answering || !respond) throw nobodyAnswers(subject);
        const sent = JSON.stringify(payload ?? null);
        return new Promise((resolve, reject) => {
          const late = setTimeout(() => reject(new Error(`No answer to ${subject} within ${timeoutMs} ms.`)), timeoutMs);
          timers.add(late);
          const done = (finish: () => void) => {
            clearTimeout(late);
            timers.delete(late);
            finish();
          };
          later(answering === node ? 0 : wayOf(name, answering.name).delayMs, () => {
            respond(JSON.parse(sent)).then(
              (answer) => {
                if (reaches(answering, node)) done(() => resolve(JSON.parse(JSON.stringify(answer ?? null))));
              },
              (error: unknown) => done(() => reject(error)),
            );
          });
        });
      },
      respond(subject, fn) {
        if (node.responders.has(subject)) throw new Error(`${subject} is answered already.`);
        node.responders.set(subject, fn);
        return () => {
          if (node.responders.get(subject) === fn) node.responders.delete(subject);
        };
      },
    };
    const links: NodeLinks = {
      send(to, kind, payload, done) {
        const belief = node.beliefs.get(to);
        if (!node.isAlive || !belief || belief.state === 'gone') return false;
        wayOf(name, to).queue.push({ kind, payload, done, isHandedOver: false });
        pump(name, to);
        return true;
      },
      receive(kind, fn) {
        if (node.takers.has(kind)) throw new Error(`${kind} is taken already.`);
        node.takers.set(kind, fn);
        return () => node.takers.delete(kind);
      },
      onLost(fn) {
        node.lostListeners.add(fn);
        return () => node.lostListeners.delete(fn);
      },
      waiting: (to) => wayOf(name, to).queue.reduce((sum, { payload }) => sum + payload.length, 0),
    };
    const membership: Membership = {
      get self() {
        return factsOf(node, name);
      },
      nodes: () => [factsOf(node, name), ...[...node.beliefs.keys()].sort().map((other) => factsOf(node, other))],
      find: (other) => (other === name || node.beliefs.has(other) ? factsOf(node, other) : undefined),
      isHearing: true,
      onChange(fn) {
        node.listeners.add(fn);
        return () => node.listeners.delete(fn);
      },
    };
    node.door = { name, bus, links, membership };
    return node;
  }

  function join(name: NodeName): FakeNode {
    const before = nodes.get(name);
    if (before?.isAlive) throw new Error(`Node ${name} is in this cluster already.`);
    const node = make(name);
    nodes.set(name, node);
    for (const other of nodes.values()) {
      if (other === node || !other.isAlive) continue;
      // What waited for the process that is gone is handed back before the new one is seen.
      believe(other, name, node.own);
      node.beliefs.set(other.name, { state: other.own, incarnation: other.incarnation });
      wayOf(name, other.name).queue = [];
    }
    return node.door;
  }

  const cluster: FakeCluster = {
    node: (name) => inner(name).door,
    join,
    cut(from, to) {
      wayOf(from, to).isCut = true;
    },
    cutBoth(a, b) {
      cluster.cut(a, b);
      cluster.cut(b, a);
    },
    mend(from, to) {
      wayOf(from, to).isCut = false;
      pump(from, to);
    },
    mendBoth(a, b) {
      cluster.mend(a, b);
      cluster.mend(b, a);
    },
    delay(from, to, ms) {
      wayOf(from, to).delayMs = ms;
    },
    kill(name, isNoticed = true) {
      const node = inner(name);
      node.isAlive = false;
      for (const other of nodes.values()) wayOf(name, other.name).queue = [];
      if (isNoticed) for (const other of nodes.values()) believe(other, name, 'gone');
    },
    notice: (by, name) => believe(inner(by), name, 'gone'),
    hear: (by, name) => believe(inner(by), name, inner(name).own),
    say(name, state) {
      const node = inner(name);
      node.own = state;
      for (const other of nodes.values()) if (reaches(node, other)) believe(other, name, state);
    },
    report(name, health) {
      const node = inner(name);
      node.health = { ...node.health, ...health };
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      for (const node of nodes.values()) node.isAlive = false;
    },
  };
  for (const name of names) join(name);
  return cluster;
}
