/**
 * Stanzas on their way between nodes (docs/decisions/0015): one stanza crosses once, to the node that acts for its target, as text. Its sender is acknowledged
 * when that node has settled it. What cannot cross now waits here for whoever acts next, for a while and within bounds, and is refused then.
 */
import type { Membership, NodeLinks, NodeName, Ownership } from '../../cluster/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type BareJid, type Jid, parseJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import type { AckHold, Urgency } from '../c2s/session.ts';
import type { BuiltRouter } from '../router/create-router.ts';
import type { Elsewhere } from '../router/elsewhere.ts';
import { mayBounce, stanzaOver } from '../stanza/build.ts';
import { NS } from '../stanza/namespaces.ts';
import { readStanza } from '../stanza/read.ts';
import { escapeAttribute } from '../stanza/serialize.ts';
import type { MessageStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import { elementOfOwnText } from '../stream/own-text.ts';
import { DistantSession } from './distant-session.ts';

/** Clients wait about so long for an answer; a failover is over long before. */
const WAIT_MS = 30_000;
const RETRY_MS = 1_000;
const MAX_WAITING = 20_000;
const MAX_CHARACTERS = 32 * 1024 * 1024;
/** Two nodes that think each other responsible hand a stanza to and fro only so often before it waits for them to agree. */
const MAX_HOPS = 6;

const nobodyActs: StanzaFault = {
  condition: 'recipient-unavailable',
  type: 'wait',
  text: 'No server looks after this address at the moment. Try again later.',
};
const noSuchDevice: StanzaFault = { condition: 'recipient-unavailable', type: 'wait' };

/** A stanza on its way. */
interface Crossing {
  readonly text: string;
  readonly to: Jid;
  readonly hops: number;
  /** Another node had it and died: it may have done all of it. */
  readonly isAgain: boolean;
  readonly hold: AckHold | null;
  /** Monotonic milliseconds at which it is given up. */
  readonly until: number;
}

/** Copies of one stanza for people of one node, gathered within a turn. */
interface Copies {
  readonly stanza: Stanza;
  readonly urgency: Urgency;
  readonly head: string;
  readonly tail: string;
  readonly to: string[];
}

export interface CrossingCounters {
  sent: number;
  received: number;
  waited: number;
  refused: number;
}

export interface BuiltCrossing extends Elsewhere {
  readonly counters: Readonly<CrossingCounters>;
  /** Stanzas that wait for a node. */
  readonly waiting: number;
  /** Tries again what waits, after something has changed. */
  retry(): void;
  /** Tells the rooms that what these people showed is over. */
  departed(wasTheirs: (bare: BareJid) => boolean): void;
  stop(): void;
}

/** Text of a stanza as `render` writes it, as a stanza again. Null when it is none. */
export function stanzaOfText(text: string): Stanza | null {
  const at = text.indexOf(' ');
  const el = at < 0 ? null : elementOfOwnText(`${text.slice(0, at)} xmlns='${NS.client}'${text.slice(at)}`);
  const from = el?.attrs.from === undefined ? null : parseJid(el.attrs.from);
  if (el === null || from === null) return null;
  const read = readStanza(el, from, '');
  return read.ok ? read.value : null;
}

export function createCrossing(deps: {
  readonly links: NodeLinks;
  readonly membership: Membership;
  readonly ownership: Ownership;
  readonly router: BuiltRouter;
  /** Did this message, which a node that died had before, arrive with its recipient already? */
  readonly hasArrived: (message: MessageStanza) => Promise<boolean>;
  readonly waitMs?: number;
  readonly clock: Clock;
  readonly log: Log;
}): BuiltCrossing {
  const { links, ownership, router, clock, log } = deps;
  const self = deps.membership.self.name;
  const waitMs = deps.waitMs ?? WAIT_MS;
  const counters: CrossingCounters = { sent: 0, received: 0, waited: 0, refused: 0 };
  let parked: Crossing[] = [];
  /** Whom they are for: what comes later must not overtake them. */
  const awaited = new Set<BareJid>();
  /** Recipients of messages of which it is not known yet whether they arrived before. */
  const checking = new Map<BareJid, Promise<void>>();
  let characters = 0;
  let timer: { cancel(): void } | null = null;
  let isStopped = false;
  /** How often the stanza that is handled now has crossed. */
  let handling = 0;
  /** Domains of components that are connected to other nodes. */
  const services = new Map<string, NodeName>();
  const gathered = new Map<NodeName, Copies>();
  const hearers = new Map<string, (payload: unknown, from: NodeName) => void>();
  const departures: ((wasTheirs: (bare: BareJid) => boolean) => void)[] = [];

  const isPerson = (to: Jid): boolean => to.local !== '' && router.isLocalDomain(to.domain);
  const ownerOf = (to: Jid): NodeName | null =>
    isPerson(to) ? ownership.ownerOf(to.bare) : (services.get(to.domain) ?? ownership.ownerOfPlace(to.bare));

  function go(one: Crossing): void {
    if (awaited.size > 0 && awaited.has(one.to.bare)) return wait(one);
    const owner = ownerOf(one.to);
    if (owner === self) return handle(one.text, one.isAgain, one.hops, one.hold ?? NO_HOLD);
    if (owner === null || one.hops > MAX_HOPS) return wait(one);
    flush(owner);
    const isSent = links.send(owner, 'stanza', `${one.hops}${one.isAgain ? 'a' : '-'}${one.text}`, (isSettled) => {
      if (isSettled) one.hold?.done();
      else wait({ ...one, isAgain: true });
    });
    if (isSent) counters.sent++;
    else wait(one);
  }

  function wait(one: Crossing): void {
    if (isStopped) return;
    if (parked.length >= MAX_WAITING || characters + one.text.length > MAX_CHARACTERS) return giveUp(one);
    parked.push({ ...one, hops: 0 });
    awaited.add(one.to.bare);
    characters += one.text.length;
    counters.waited++;
    timer ??= clock.setTimeout(again, RETRY_MS);
  }

  function again(): void {
    timer = null;
    retry();
  }

  /** In order: what is sent first arrives first, whatever it waited for. */
  function retry(): void {
    const all = parked;
    if (all.length === 0) return;
    parked = [];
    awaited.clear();
    characters = 0;
    const now = clock.monotonic();
    for (const one of all) {
      if (one.until <= now) giveUp(one);
      else go(one);
    }
  }

  function giveUp(one: Crossing): void {
    counters.refused++;
    const stanza = stanzaOfText(one.text);
    if (stanza !== null && mayBounce(stanza)) router.bounce(stanza, nobodyActs);
    one.hold?.done();
  }

  function handle(text: string, isAgain: boolean, hops: number, hold: AckHold): void {
    const stanza = stanzaOfText(text);
    if (stanza === null) {
      log.error('cluster.unreadable-stanza', { length: text.length });
      hold.done();
      return;
    }
    const bare = stanza.to?.bare;
    const before = bare === undefined ? undefined : checking.get(bare);
    if (bare === undefined || (before === undefined && !isAgain)) return arrive(stanza, hops, hold);
    const turn = (before ?? Promise.resolve()).then(async () => {
      if (isAgain && stanza.kind === 'message' && (await isKnown(stanza))) hold.done();
      else arrive(stanza, hops, hold);
    });
    checking.set(bare, turn);
    void turn.finally(() => checking.get(bare) === turn && checking.delete(bare));
  }

  async function isKnown(message: MessageStanza): Promise<boolean> {
    try {
      return await deps.hasArrived(message);
    } catch (error) {
      log.warn('cluster.repeat-unchecked', { to: message.to?.bare ?? '', error });
      return false;
    }
  }

  function arrive(stanza: Stanza, hops: number, hold: AckHold): void {
    const before = handling;
    handling = hops;
    try {
      router.arrive(stanza, new DistantSession(stanza.from, sendText), hold);
    } finally {
      handling = before;
    }
  }

  function sendText(to: Jid, text: string): void {
    go({ text, to, hops: handling + 1, isAgain: false, hold: null, until: clock.monotonic() + waitMs });
  }

  // Copies.

  function deliver(to: Jid, stanza: Stanza, xml: string, urgency: Urgency): boolean {
    const owner = ownership.ownerOf(to.bare);
    if (owner === null || owner === self) return false;
    const address = escapeAttribute(to.full);
    const open = gathered.get(owner);
    if (open !== undefined && open.stanza === stanza && open.urgency === urgency && isCopy(open, xml, address)) {
      open.to.push(to.full);
      return true;
    }
    if (deps.membership.find(owner)?.state === 'gone') return false;
    flush(owner);
    const mark = ` to='${address}'`;
    const at = xml.indexOf(mark);
    if (at < 0) return false;
    if (gathered.size === 0) queueMicrotask(flushAll);
    gathered.set(owner, {
      stanza,
      urgency,
      head: xml.slice(0, at + 5),
      tail: xml.slice(at + mark.length - 1),
      to: [to.full],
    });
    return true;
  }

  const isCopy = (open: Copies, xml: string, address: string): boolean =>
    xml.length === open.head.length + address.length + open.tail.length;

  function flushAll(): void {
    for (const node of [...gathered.keys()]) flush(node);
  }

  /** What goes to a node later must not overtake. */
  function flush(node: NodeName): void {
    const copies = gathered.get(node);
    if (copies === undefined) return;
    gathered.delete(node);
    const { urgency, head, tail, to } = copies;
    if (links.send(node, 'copies', JSON.stringify({ urgency, head, tail, to }))) {
      counters.sent++;
      return;
    }
    // Each for itself, as whatever has to wait.
    for (const address of to) {
      const jid = parseJid(address);
      if (jid !== null) sendText(jid, head + escapeAttribute(address) + tail);
    }
  }

  function takeCopies(payload: string): void {
    const { urgency, head, tail, to } = JSON.parse(payload) as Omit<Copies, 'stanza'>;
    const first = to[0];
    const stanza = first === undefined ? null : stanzaOfText(head + escapeAttribute(first) + tail);
    if (stanza === null) return log.error('cluster.unreadable-copies', { recipients: to.length });
    for (const address of to) {
      const jid = parseJid(address);
      if (jid === null || router.deliver(jid, stanza, head + escapeAttribute(address) + tail, urgency)) continue;
      // A room learns that an occupant is gone (XEP-0045 §18.1); a person needs to hear nothing.
      const { kind, type, from, id, lang, el } = stanza;
      if (router.isLocalDomain(from.domain)) continue;
      router.bounce(stanzaOver(kind, type, from, jid, id, lang, el, null), noSuchDevice);
    }
  }

  function tell(to: NodeName, what: string, payload: object): boolean {
    flush(to);
    return links.send(to, 'room', `${what}\n${JSON.stringify(payload)}`);
  }

  const stops = [
    links.receive('stanza', (_from, payload, settled) => {
      counters.received++;
      handle(payload.slice(2), payload[1] === 'a', Number(payload[0]), { done: settled });
    }),
    links.receive('copies', (_from, payload, settled) => {
      counters.received++;
      try {
        takeCopies(payload);
      } finally {
        settled();
      }
    }),
    links.receive('room', (from, payload, settled) => {
      const at = payload.indexOf('\n');
      const what = payload.slice(0, at);
      try {
        hearers.get(what)?.(JSON.parse(payload.slice(at + 1)), from);
      } catch (error) {
        log.error('cluster.hearer-failed', { what, error });
      } finally {
        settled();
      }
    }),
    deps.membership.onChange((node) => {
      if (node.state === 'gone') for (const [domain, at] of services) if (at === node.name) services.delete(domain);
      retry();
    }),
  ];

  return {
    counters,
    get waiting() {
      return parked.length;
    },
    isElsewhere(bare) {
      const owner = ownership.ownerOf(bare);
      return owner !== null && owner !== self;
    },
    isServedElsewhere: (domain) => services.has(domain),
    served(node, domains) {
      for (const [domain, at] of services) if (at === node) services.delete(domain);
      for (const domain of domains) services.set(domain, node);
    },
    isPlaceElsewhere: (bare) => ownership.ownerOfPlace(bare) !== self,
    send(stanza, hold) {
      if (stanza.to === null) hold?.done();
      else
        go({
          text: stanza.render(),
          to: stanza.to,
          hops: handling + 1,
          isAgain: false,
          hold,
          until: clock.monotonic() + waitMs,
        });
    },
    deliver,
    group(people) {
      const groups = new Map<NodeName, BareJid[]>();
      for (const bare of people) {
        const owner = ownership.ownerOf(bare);
        if (owner === null || owner === self) continue;
        const group = groups.get(owner);
        if (group === undefined) groups.set(owner, [bare]);
        else group.push(bare);
      }
      return groups;
    },
    tell,
    tellAll(what, payload) {
      for (const { name, state } of deps.membership.nodes())
        if (name !== self && state !== 'gone' && state !== 'joining') tell(name, what, payload);
    },
    hear(what, fn) {
      if (hearers.has(what)) throw new Error(`${what} is heard already.`);
      hearers.set(what, fn);
    },
    onDeparted: (fn) => void departures.push(fn),
    retry,
    departed(wasTheirs) {
      for (const fn of departures) {
        try {
          fn(wasTheirs);
        } catch (error) {
          log.error('cluster.departure-failed', { error });
        }
      }
    },
    stop() {
      isStopped = true;
      timer?.cancel();
      for (const stop of stops) stop();
    },
  };
}

const NO_HOLD: AckHold = { done: () => undefined };
