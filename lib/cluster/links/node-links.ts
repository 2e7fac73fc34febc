import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { TextWire } from '../bus.ts';
import type { NodeLinks, NodeName } from '../ports.ts';
import { nodeSubject } from '../subjects.ts';
import { type Ack, ackText, beginFrame, dataBegin, entryText, readFrame } from './frame.ts';
import { createIncoming, type Incoming } from './incoming.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';

/** Text sent and not yet received by the other: more waits here rather than in the bus, whose server drops a reader that is too slow. */
const MAX_ON_ITS_WAY = 4 * 1_048_576;
/** Without news for so long, what is not received is sent again; twice as long each time, up to the second value. */
const RESEND_MS = 1_000;
const MAX_RESEND_MS = 8_000;
/** Texts that arrive out of order ask for one repetition, not for one each. */
const GAP_PAUSE_MS = 100;
/** Room in a message for the head of the frame, what it acknowledges, and the heads of its entries. */
const HEAD_UNITS = 4_096;
/** Runs begin at 1: this one means "whatever you sent, I have none of it". */
const ANY_RUN = 0;
const MAX_EARLY = 64;

export interface LinkFigures {
  readonly node: NodeName;
  readonly waiting: number;
  readonly sent: number;
  readonly received: number;
  readonly resent: number;
}

export interface LinkControl extends NodeLinks {
  /** That process is there: from now on it can be sent to and is listened to. */
  opened(name: NodeName, process: string): void;
  /** That process is held for gone: what it has not settled is handed back. */
  lost(name: NodeName): void;
  figures(): readonly LinkFigures[];
  stop(): void;
}

interface Peer {
  readonly name: NodeName;
  process: string;
  /** Null while it is held for gone. */
  out: Outgoing | null;
  incoming: Incoming | null;
  incomingRun: number;
  /** There is something to tell it. */
  isAckDue: boolean;
  hasGap: boolean;
  /** To be asked what it has settled meanwhile: its word may have been lost. */
  isPollDue: boolean;
  quietSince: number;
  resendAfterMs: number;
  rewoundAt: number;
  readonly counts: { sent: number; received: number; resent: number };
}

/**
 * Links over the bus, which carries at most once. Texts are numbered in runs (a new one whenever a link begins anew), kept until the other has settled
 * them, sent again after a silence or a broken connection, and handed over by their numbers, so that what the wire repeats or turns round is harmless.
 * What is sent within one turn of the event loop crosses as one message.
 */
export function createNodeLinks(deps: {
  readonly self: NodeName;
  readonly process: string;
  readonly wire: TextWire;
  /** UTF-16 units that may wait for one node before more is refused. */
  readonly maxWaiting: () => number;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs when the turn of the event loop ends; tests call it themselves. */
  readonly atEndOfTurn?: (fn: () => void) => void;
}): LinkControl {
  const { clock, log, self, wire } = deps;
  const atEndOfTurn = deps.atEndOfTurn ?? ((fn: () => void) => void setImmediate(fn));
  const peers = new Map<NodeName, Peer>();
  const takers = new Map<string, (from: NodeName, payload: string, settled: () => void) => void>();
  const lostListeners = new Set<Parameters<NodeLinks['onLost']>[0]>();
  const dirty = new Set<Peer>();
  /** Processes that were heard before it was known that they are there. */
  const early = new Set<string>();
  let isFlushDue = false;
  let isStopped = false;
  let runs = 0;
  let timer: { cancel(): void } | null = null;

  const frameUnits = () => Math.max(1_024, wire.maxUnits - HEAD_UNITS);

  function touch(peer: Peer): void {
    dirty.add(peer);
    if (isFlushDue || isStopped) return;
    isFlushDue = true;
    atEndOfTurn(flush);
  }

  function flush(): void {
    isFlushDue = false;
    if (isStopped || !wire.isUp) return;
    for (const peer of dirty) send(peer);
    dirty.clear();
    watch();
  }

  function send(peer: Peer): void {
    const head = beginFrame(self, deps.process, peer.process);
    let ack = '';
    if (peer.isAckDue) {
      ack = ackText(peer.incoming?.ack(peer.hasGap) ?? { run: ANY_RUN, received: 0, settled: 0, beyond: [], hasGap: peer.hasGap });
      peer.isAckDue = false;
      peer.hasGap = false;
    }
    const subject = nodeSubject(peer.name, 'link');
    for (let data = next(peer); data !== null; data = next(peer)) {
      let text = `${head}${ack}${dataBegin(peer.out?.run ?? 0, data.first, data.entries.length)}`;
      ack = '';
      for (const { kind, payload } of data.entries) text += entryText(kind, payload);
      peer.counts.sent += data.entries.length;
      wire.publishText(subject, text);
    }
    if (peer.isPollDue && peer.out) ack += dataBegin(peer.out.run, 0, 0);
    peer.isPollDue = false;
    if (ack !== '') wire.publishText(subject, head + ack);
  }

  const next = (peer: Peer) => {
    if (!peer.out) return null;
    const wasIdle = peer.out.isIdle;
    const data = peer.out.next(frameUnits(), MAX_ON_ITS_WAY);
    // The silence that counts begins with the first text that waits for an answer.
    if (data !== null && wasIdle) peer.quietSince = clock.monotonic();
    return data;
  };

  /** One timer for all links, and only while something is not settled. */
  function watch(): void {
    if (timer || isStopped) return;
    if (![...peers.values()].some(({ out }) => out && !out.isEmpty)) return;
    timer = clock.setTimeout(() => {
      timer = null;
      const now = clock.monotonic();
      for (const peer of peers.values()) {
        if (!peer.out || peer.out.isEmpty || !wire.isUp || now - peer.quietSince < peer.resendAfterMs) continue;
        peer.resendAfterMs = Math.min(peer.resendAfterMs * 2, MAX_RESEND_MS);
        again(peer);
      }
      watch();
    }, RESEND_MS / 4);
  }

  /** Sends again what is not received, or asks what is settled when all of it is. */
  function again(peer: Peer): void {
    if (!peer.out || peer.out.isEmpty) return;
    const now = clock.monotonic();
    peer.rewoundAt = now;
    peer.quietSince = now;
    if (peer.out.isReceived) peer.isPollDue = true;
    else {
      peer.counts.resent++;
      peer.out.rewind();
    }
    touch(peer);
  }

  function heard(text: string): void {
    const frame = isStopped ? null : readFrame(text);
    if (!frame) {
      if (!isStopped) log.warn('link.not-a-frame', { length: text.length });
      return;
    }
    const peer = peers.get(frame.from);
    if (frame.toProcess !== deps.process) return;
    // From a process not known yet: it is asked to say it again as soon as it is.
    if (!peer || peer.process !== frame.fromProcess) {
      if (early.size < MAX_EARLY) early.add(`${frame.from} ${frame.fromProcess}`);
      return;
    }
    if (frame.ack) acknowledged(peer, frame.ack);
    if (!frame.data) return;
    const { run } = frame.data;
    if (run < peer.incomingRun) return;
    if (run > peer.incomingRun || !peer.incoming) {
      // A run that began anew: what the old one was still to bring was handed back to its sender.
      peer.incomingRun = run;
      const incoming: Incoming = createIncoming({
        run,
        changed() {
          if (peer.incoming !== incoming) return;
          peer.isAckDue = true;
          touch(peer);
        },
      });
      peer.incoming = incoming;
    }
    peer.hasGap =
      peer.incoming.take(frame.data, (kind, payload, settled) => {
        peer.counts.received++;
        hand(peer.name, kind, payload, settled);
      }) || peer.hasGap;
  }

  function hand(from: NodeName, kind: string, payload: string, settled: () => void): void {
    const take = takers.get(kind);
    if (!take) {
      log.error('link.nobody-takes', { from, kind });
      settled();
      return;
    }
    try {
      take(from, payload, settled);
    } catch (error) {
      // The text will not get better by coming again.
      log.error('link.taker-failed', { from, kind, error });
      settled();
    }
  }

  function acknowledged(peer: Peer, ack: Ack): void {
    if (!peer.out || (ack.run !== peer.out.run && ack.run !== ANY_RUN)) return;
    if (peer.out.acknowledged(ack)) {
      peer.quietSince = clock.monotonic();
      peer.resendAfterMs = RESEND_MS;
    }
    if (ack.hasGap && clock.monotonic() - peer.rewoundAt >= GAP_PAUSE_MS) again(peer);
    else if (peer.out.hasUnsent) touch(peer);
  }

  function giveUp(peer: Peer): void {
    const rest = peer.out?.giveUp() ?? [];
    if (!peer.out) return;
    peer.out = null;
    for (const { done } of rest) guarded(() => done?.(false));
    const unsettled = rest.map(({ kind, payload }) => ({ kind, payload }));
    for (const fn of [...lostListeners]) guarded(() => fn(peer.name, unsettled));
  }

  function guarded(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      log.error('link.listener-failed', { error });
    }
  }

  const offText = wire.subscribeText(nodeSubject(self, 'link'), heard);
  const offState = wire.onState((isUp) => {
    if (!isUp) return;
    for (const peer of peers.values()) {
      // What was under way when the connection broke may or may not have come.
      if (peer.incoming) peer.isAckDue = true;
      again(peer);
      touch(peer);
    }
  });

  return {
    send(to, kind, payload, done) {
      const peer = peers.get(to);
      if (!peer?.out || isStopped || peer.out.waiting >= deps.maxWaiting()) return false;
      peer.out.add(kind, payload, done);
      touch(peer);
      return true;
    },
    receive(kind, fn) {
      if (kind === '' || /[\s]/.test(kind)) throw new Error(`A kind has letters, digits and dots, not “${kind}”.`);
      if (takers.has(kind)) throw new Error(`${kind} is taken already.`);
      takers.set(kind, fn);
      return () => takers.delete(kind);
    },
    onLost(fn) {
      lostListeners.add(fn);
      return () => lostListeners.delete(fn);
    },
    waiting: (to) => peers.get(to)?.out?.waiting ?? 0,
    opened(name, process) {
      const before = peers.get(name);
      if (before?.process === process) {
        before.out ??= createOutgoing({ run: ++runs, pieceUnits: frameUnits() });
        return;
      }
      if (before) giveUp(before);
      const peer: Peer = {
        name,
        process,
        out: createOutgoing({ run: ++runs, pieceUnits: frameUnits() }),
        incoming: null,
        incomingRun: 0,
        isAckDue: false,
        hasGap: early.delete(`${name} ${process}`),
        isPollDue: false,
        quietSince: clock.monotonic(),
        resendAfterMs: RESEND_MS,
        rewoundAt: Number.NEGATIVE_INFINITY,
        counts: { sent: 0, received: 0, resent: 0 },
      };
      peers.set(name, peer);
      if (peer.hasGap) {
        peer.isAckDue = true;
        touch(peer);
      }
    },
    lost(name) {
      const peer = peers.get(name);
      if (peer) giveUp(peer);
    },
    figures: () => [...peers.values()].map(({ name, out, counts }) => ({ node: name, waiting: out?.waiting ?? 0, ...counts })),
    stop() {
      isStopped = true;
      offText();
      offState();
      timer?.cancel();
      dirty.clear();
    },
  };
}
