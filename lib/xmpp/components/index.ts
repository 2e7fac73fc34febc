import type { SecureContext } from 'node:tls';
import type { ComponentValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Domain, Jid } from '../../kernel/jid.ts';
import { type Live, type LiveBox, liveBox } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { TimerWheel } from '../../kernel/timer-wheel.ts';
import type { Gate } from '../c2s/gate.ts';
import { storeWait } from '../c2s/pace.ts';
import { contextChooser, wrapInTls } from '../c2s/tls-socket.ts';
import { SERVERS_OWN } from '../router/create-router.ts';
import type { Protocol } from '../router/hooks.ts';
import type { Host } from '../router/hosts.ts';
import type { Router } from '../router/router.ts';
import type { ServiceDesk } from '../router/service-desk.ts';
import { errorXml } from '../stanza/build.ts';
import type { Element } from '../stanza/element.ts';
import { readStanza, refusalXml } from '../stanza/read.ts';
import type { IqStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import { createTcpListener, type TcpListener } from '../stream/tcp-listener.ts';
import { ComponentConnection } from './connection.ts';
import { componentListenFaults } from './faults.ts';
import { asClientElement, cleanseComponent } from './from-component.ts';
import type { ComponentStore } from './ports.ts';

export type { ComponentRow, ComponentStore } from './ports.ts';

export const componentProtocol: Protocol = {
  number: 'XEP-0114',
  title: 'Jabber Component Protocol',
  version: '1.6',
  status: 'complete',
  note: 'jabber:component:accept, with and without TLS. A second connection with the right secret takes over from the first.',
};

/** A component as it is now. */
export interface ComponentState {
  readonly domain: string;
  /** Milliseconds since 1970; null while it is not connected. */
  readonly since: number | null;
  readonly address: string;
  readonly encrypted: boolean;
  /** Stanzas since this node started. */
  readonly received: number;
  readonly sent: number;
  /** Stanzas that came for it while it was not there, and went back. */
  readonly returned: number;
}

export interface Components {
  listener(kind: 'plain' | 'tls', host: () => string): TcpListener;
  /** Reads the table again; components whose row is gone, disabled or has another secret are disconnected. */
  reload(): Promise<void>;
  states(): readonly ComponentState[];
  /** False when it is not connected. */
  disconnect(domain: string, why: string): boolean;
  readonly connected: number;
  closeAll(): Promise<void>;
}

interface Known {
  readonly domain: Domain;
  title: string;
  secret: string;
  readonly host: Host;
  link: ComponentConnection | null;
  since: number;
  received: number;
  sent: number;
  returned: number;
}

const away: StanzaFault = { condition: 'service-unavailable', text: 'This service is not connected at the moment.' };
const nobody: StanzaFault = { condition: 'service-unavailable' };

export function createComponents(deps: {
  readonly store: ComponentStore;
  /** Null when the row was sealed with another key. */
  readonly open: (sealed: string) => string | null;
  readonly router: Router;
  /** Answers what components ask the server itself. */
  readonly desk: ServiceDesk;
  readonly settings: Live<ComponentValues>;
  readonly gate: Gate;
  readonly tls: { contextFor(servername: string): SecureContext };
  storeBacklog(): number;
  changed(domain: string): void;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly log: Log;
}): Components {
  const { clock, log, router, settings, wheel } = deps;
  const known = new Map<string, Known>();
  const links = new Set<ComponentConnection>();
  const entered = new Set<ComponentConnection>();
  const counters = { bytesOut: 0 };
  const chooseContext = contextChooser(deps.tls);
  const isOurs = (domain: string) => router.isLocalDomain(domain) || router.hosts.of(domain) !== undefined;

  let settling: Promise<void> | null = null;

  function leave(link: ComponentConnection): void {
    if (entered.delete(link)) deps.gate.leave(link.address);
  }

  function makeHost(domain: Domain, title: string): Host {
    const domains: LiveBox<ReadonlySet<string>> = liveBox<ReadonlySet<string>>(new Set([domain]));
    return {
      name: 'component',
      domains,
      title: title === '' ? domain : title,
      // Below an IM domain it belongs to that one, elsewhere to all.
      servesDomain: (service, im) => service.endsWith(`.${im}`) || !isBelowAny(service),
      isAway: () => known.get(domain)?.link?.isOpen !== true,
      receive: (stanza) => deliver(domain, stanza),
    };
  }
  function isBelowAny(service: string): boolean {
    for (let dot = service.indexOf('.'); dot >= 0; dot = service.indexOf('.', dot + 1))
      if (router.isLocalDomain(service.slice(dot + 1))) return true;
    return false;
  }

  /** To the component. */
  function deliver(domain: string, stanza: Stanza): void {
    const component = known.get(domain);
    const link = component?.link;
    if (component === undefined || !link?.isOpen) {
      if (component !== undefined) component.returned++;
      router.bounce(stanza, away);
      return;
    }
    component.sent++;
    link.write(stanza.render());
    if (link.waiting > settings.get().outgoingBytes) {
      log.warn('component.slow-reader', { component: domain });
      link.cut();
    }
  }

  /** From the component. */
  function take(link: ComponentConnection, el: Element, from: Jid): number {
    const component = link.domain === null ? undefined : known.get(link.domain);
    if (component?.link !== link) return 0;
    component.received++;
    const inClient = asClientElement(el);
    cleanseComponent(inClient, from, isOurs);
    const read = readStanza(inClient, from, '');
    if (!read.ok) {
      const answer = refusalXml(inClient, from, read.fault);
      if (answer !== null) link.write(answer);
      return 0;
    }
    const stanza = read.value;
    if (stanza.to === null) {
      const answer = errorXml(stanza, { condition: 'bad-request', text: 'A component addresses every stanza.' });
      if (answer !== null) link.write(answer);
    } else if (stanza.kind === 'iq' && router.isLocalDomain(stanza.to.domain)) query(stanza, stanza.to);
    else router.route(stanza);
    return stanza.kind === 'message' ? storeWait(deps.storeBacklog()) : 0;
  }

  /** Every request is answered once (RFC 6120 §8.2.3), be it by the server, a client, or an error. */
  function query(iq: IqStanza, to: Jid): void {
    const asks = iq.type === 'get' || iq.type === 'set';
    // What the server itself has asked, a push to an app server for example, is answered to its domain.
    if (!asks && to.local === '') return router.route(iq);
    if (to.resource !== '') {
      // S-3: what a client takes as said by its server is not relayed.
      if (iq.type === 'set' && iq.payload !== null && SERVERS_OWN.has(iq.payload.ns)) router.bounce(iq, nobody);
      else if (!router.deliver(to, iq, iq.render(), 'now') && asks) router.bounce(iq, nobody);
    } else if (asks && (to.local !== '' || !deps.desk.take(iq, null))) router.bounce(iq, nobody);
  }

  function disconnect(component: Known, condition: 'conflict' | 'not-authorized' | 'policy-violation', why: string): boolean {
    const { link } = component;
    if (link === null) return false;
    component.link = null;
    link.close(condition, why);
    deps.changed(component.domain);
    return true;
  }

  const link = {
    settings,
    wheel,
    clock,
    counters,
    settling: () => settling,
    secretOf: (domain: Domain) => known.get(domain)?.secret ?? null,
    known(made: ComponentConnection) {
      leave(made);
      const component = known.get(made.domain ?? '');
      if (component === undefined) return made.close('host-unknown');
      // A component that lost its connection is not kept out by the old one until that is found dead.
      disconnect(component, 'conflict', 'This component has connected again.');
      component.link = made;
      component.since = clock.now();
      log.info('component.connected', { component: component.domain, address: made.address });
      deps.changed(component.domain);
    },
    refused(refused: ComponentConnection, domain: string) {
      log.warn('component.refused', { component: domain.slice(0, 255), address: refused.address });
    },
    take,
    gone(gone: ComponentConnection) {
      leave(gone);
      links.delete(gone);
      const component = known.get(gone.domain ?? '');
      if (component?.link !== gone) return;
      component.link = null;
      log.info('component.disconnected', { component: component.domain });
      deps.changed(component.domain);
    },
  };

  async function read(): Promise<void> {
    const rows = (await deps.store.list()).filter((row) => row.enabled);
    const names = new Set<string>(rows.map((row) => row.domain));
    for (const component of [...known.values()]) {
      if (names.has(component.domain)) continue;
      disconnect(component, 'policy-violation', 'An administrator has taken this component away.');
      router.hosts.remove(component.host);
      known.delete(component.domain);
    }
    for (const row of rows) {
      const secret = deps.open(row.sealedSecret);
      if (secret === null) {
        log.error('component.secret-unreadable', { component: row.domain });
        continue;
      }
      const before = known.get(row.domain);
      if (before !== undefined && before.secret !== secret) {
        disconnect(before, 'not-authorized', 'The secret of this component has changed.');
        before.secret = secret;
      }
      if (before?.title === row.title) continue;
      const host = makeHost(row.domain, row.title);
      if (before !== undefined) router.hosts.remove(before.host);
      router.hosts.add(host);
      known.set(row.domain, {
        ...(before ?? { link: null, since: 0, received: 0, sent: 0, returned: 0 }),
        domain: row.domain,
        title: row.title,
        secret,
        host,
      });
    }
  }

  return {
    listener: (kind, host) =>
      createTcpListener({
        host,
        kind,
        event: 'component',
        faults: componentListenFaults,
        log,
        accept(raw) {
          const address = raw.remoteAddress ?? '';
          const wait = deps.gate.enter(address);
          if (wait === null) {
            raw.destroy();
            return;
          }
          const start = () => {
            if (raw.destroyed) return deps.gate.leave(address);
            try {
              const socket = kind === 'tls' ? wrapInTls(raw, deps.tls, chooseContext, false) : raw;
              socket.on('_tlsError', () => socket.destroy());
              const made = new ComponentConnection(link, socket, kind === 'tls');
              links.add(made);
              entered.add(made);
              // The handshake of TLS reads the socket itself.
              if (kind === 'plain') raw.resume();
            } catch (error) {
              log.error('component.no-certificate', { error });
              deps.gate.leave(address);
              raw.destroy();
            }
          };
          raw.on('error', () => raw.destroy());
          if (wait > 0) clock.setTimeout(start, wait);
          else start();
        },
      }),
    reload() {
      // One after the other, so that the last to be read is the newest.
      const reading = (settling ?? Promise.resolve()).then(read);
      const done = reading
        .catch(() => undefined)
        .then(() => {
          if (settling === done) settling = null;
        });
      settling = done;
      return reading;
    },
    states: () =>
      [...known.values()].map(({ domain, link: at, since, received, sent, returned }) => ({
        domain,
        since: at === null ? null : since,
        address: at?.address ?? '',
        encrypted: at?.isEncrypted ?? false,
        received,
        sent,
        returned,
      })),
    disconnect(domain, why) {
      const component = known.get(domain);
      return component !== undefined && disconnect(component, 'policy-violation', why);
    },
    get connected() {
      let count = 0;
      for (const component of known.values()) if (component.link !== null) count++;
      return count;
    },
    async closeAll() {
      for (const open of [...links]) open.close('system-shutdown');
      for (let waited = 0; links.size > 0 && waited < 50; waited++) await new Promise<void>((done) => clock.setTimeout(done, 100));
    },
  };
}
