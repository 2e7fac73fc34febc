/**
 * SOCKS5 Bytestreams (XEP-0065): the proxy for clients that cannot reach each other. Connections are nameless until the person who offered the stream
 * asks for it in XMPP; only people of this server can, so it is no relay for others.
 */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { IqAnswer, Protocol } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import type { ServiceNames } from '../xmpp/router/service-names.ts';
import { el } from '../xmpp/stanza/element.ts';
import { createRelay, type Relay } from './relay.ts';
import { createServiceHost, isLocal, localOnly } from './service-host.ts';
import { createSocksHandshake, NOT_ALLOWED, SUCCEEDED, socksReply } from './socks5.ts';

export const proxyProtocol: Protocol = {
  number: 'XEP-0065',
  title: 'SOCKS5 Bytestreams',
  version: '1.8.2',
  status: 'complete',
  note: 'With a proxy for every IM domain.',
};

const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
/** A connection that says nothing useful. */
const HANDSHAKE_MS = 10_000;
/** From the first connection to the activation: the other side may still be asking its person. */
const PENDING_MS = 120_000;
/** What a side may say before the transfer begins; the rest waits in its network. */
const EARLY_BYTES = 65_536;
/** Connections of one network address that are not yet part of a transfer. */
const PENDING_PER_ADDRESS = 64;

interface Leg {
  readonly socket: Duplex;
  readonly address: string;
  leave(): void;
}

export interface TransferProxy {
  readonly host: Host;
  /** A new connection to the proxy's port. */
  accept(socket: Duplex, address: string): void;
  /** Ends everything that runs and waits. */
  endAll(): void;
  readonly counters: { readonly streams: number; readonly pending: number; readonly total: number; readonly bytes: number };
}

export function createTransferProxy(deps: {
  readonly router: () => Router;
  readonly names: ServiceNames;
  readonly settings: Live<FilesValues>;
  /** The open port; null when there is none. */
  readonly port: () => number | null;
  readonly clock: Clock;
  readonly log: Log;
}): TransferProxy {
  const { clock, log, settings } = deps;
  const pending = new Map<string, Leg[]>();
  const perAddress = new Map<string, number>();
  /** Running transfers and who asked for them. */
  const relays = new Map<Relay, string>();
  let waiting = 0;
  let total = 0;
  let bytesOfEnded = 0;

  function accept(socket: Duplex, address: string): void {
    const { proxyStreams } = settings.get();
    const own = perAddress.get(address) ?? 0;
    if (waiting >= proxyStreams * 2 || own >= PENDING_PER_ADDRESS) {
      socket.destroy();
      return;
    }
    waiting++;
    perAddress.set(address, own + 1);
    let hash: string | null = null;
    let timer = clock.setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    let isIn = true;
    const leg: Leg = {
      socket,
      address,
      leave() {
        if (!isIn) return;
        isIn = false;
        timer.cancel();
        waiting--;
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
        socket.off('close', gone);
        socket.off('data', heard);
        socket.off('data', early);
        socket.off('end', hungUp);
        if (hash === null) return;
        socket.pause();
        if (held.length > 0 && !socket.destroyed) socket.unshift(Buffer.concat(held));
        const others = (pending.get(hash) ?? []).filter((other) => other !== leg);
        if (others.length > 0) pending.set(hash, others);
        else pending.delete(hash);
      },
    };
    const gone = () => leg.leave();
    const hungUp = () => socket.destroy();
    const held: Buffer[] = [];
    let heldBytes = 0;
    function early(chunk: Buffer): void {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes >= EARLY_BYTES) socket.pause();
    }
    const handshake = createSocksHandshake();
    function heard(chunk: Buffer): void {
      const step = handshake(chunk);
      if (step.hash === null) {
        if (step.reply !== null) socket.write(step.reply);
        if (step.isOver) socket.end(() => socket.destroy());
        return;
      }
      if (step.reply !== null) socket.write(step.reply);
      const others = pending.get(step.hash) ?? [];
      if (others.length >= 2) {
        socket.write(socksReply(NOT_ALLOWED, step.hash));
        socket.end(() => socket.destroy());
        return;
      }
      hash = step.hash;
      // Read on, so that a side that goes away is noticed and does not take the place of its next try.
      socket.off('data', heard);
      socket.on('data', early);
      if (step.rest.length > 0) early(step.rest);
      pending.set(hash, [...others, leg]);
      socket.write(socksReply(SUCCEEDED, hash));
      timer.cancel();
      timer = clock.setTimeout(() => socket.destroy(), PENDING_MS);
    }
    socket.on('error', () => socket.destroy());
    socket.on('close', gone);
    socket.on('end', hungUp);
    socket.on('data', heard);
  }

  function activate(ask: ServiceAsk): IqAnswer {
    const { sender, payload, iq } = ask;
    if (!isLocal(ask) || sender === null) return { fault: localOnly };
    const target = payload.child('activate', BYTESTREAMS)?.text().trim() ?? '';
    const sid = payload.attrs.sid ?? '';
    const to = parseJid(target);
    if (sid === '' || to === null)
      return { fault: { condition: 'bad-request', text: 'An activation names the stream and the other side.' } };
    // §5.3.2: over exactly the addresses of the exchange; a client may have written the other side's in another form.
    const hash = [target, to.full].map((one) => hashOf(sid, iq.from.full, one)).find((one) => pending.has(one));
    const legs = hash === undefined ? [] : (pending.get(hash) ?? []);
    const [first, second] = legs;
    if (first === undefined) return { fault: { condition: 'item-not-found', text: 'Nobody has connected to the proxy for this stream.' } };
    if (second === undefined) return { fault: { condition: 'not-allowed', text: 'Only one side has connected to the proxy.' } };
    const { proxyStreams, proxyStreamsPerPerson } = settings.get();
    const owner = sender.user.bare;
    let own = 0;
    for (const one of relays.values()) if (one === owner) own++;
    if (relays.size >= proxyStreams || (proxyStreamsPerPerson > 0 && own >= proxyStreamsPerPerson))
      return { fault: { condition: 'resource-constraint', text: 'Too many transfers run through the proxy. Try again in a moment.' } };
    for (const leg of legs) leg.leave();
    total++;
    const relay: Relay = createRelay({
      legs: [first.socket, second.socket],
      settings,
      clock,
      ended(bytes, why) {
        relays.delete(relay);
        bytesOfEnded += bytes;
        log.info('files.proxy-transfer-ended', { owner, target: to.full, bytes, why });
      },
    });
    relays.set(relay, owner);
    return { result: null };
  }

  function streamhost(ask: ServiceAsk): IqAnswer {
    if (!isLocal(ask)) return { fault: localOnly };
    const port = deps.port();
    if (port === null) return { fault: { condition: 'service-unavailable', text: 'The proxy is not running.' } };
    const { proxyHost, proxyLabel } = settings.get();
    const domain = ask.iq.to?.domain ?? '';
    const host = proxyHost !== '' ? proxyHost : domain.startsWith(`${proxyLabel}.`) ? domain.slice(proxyLabel.length + 1) : domain;
    return {
      result: el('query', BYTESTREAMS, {}, el('streamhost', BYTESTREAMS, { jid: domain, host, port: String(port) })),
    };
  }

  const isOn = () => settings.get().transfer && deps.port() !== null;
  const whenOn =
    (handle: (ask: ServiceAsk) => IqAnswer) =>
    (ask: ServiceAsk): IqAnswer =>
      settings.get().transfer
        ? handle(ask)
        : { fault: { condition: 'not-allowed', text: 'The administrator of this server has turned off file transfers between clients.' } };

  return {
    accept,
    endAll() {
      for (const relay of [...relays.keys()]) relay.end();
      for (const legs of [...pending.values()]) for (const leg of legs) leg.socket.destroy();
    },
    get counters() {
      let bytes = bytesOfEnded;
      for (const relay of relays.keys()) bytes += relay.bytes;
      return { streams: relays.size, pending: waiting, total, bytes };
    },
    host: createServiceHost({
      router: deps.router,
      name: 'transfer-proxy',
      title: 'File transfer proxy',
      names: deps.names,
      identity: { category: 'proxy', type: 'bytestreams', name: 'File transfer proxy' },
      isOn,
      features: () => (isOn() ? [BYTESTREAMS] : []),
      forms: () => [],
      handlers: [
        { ns: BYTESTREAMS, name: 'query', types: ['get'], handle: whenOn(streamhost) },
        { ns: BYTESTREAMS, name: 'query', types: ['set'], handle: whenOn(activate) },
      ],
    }),
  };
}

const hashOf = (sid: string, requester: string, target: string): string =>
  createHash('sha1').update(sid).update(requester).update(target).digest('hex');
