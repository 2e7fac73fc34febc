/**
 * The smallest node that lets rooms hold conversations: people with devices, hooks and IQ handlers run in stage order, a network outside that
 * only listens. No wire, no stream management. Rooms are given as to the real router.
 */
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import { writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, IqHandler, Room, RouterHooks, Stage } from '../xmpp/router/hooks.ts';
import { createHostTable } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, UserSlotLoader, Users } from '../xmpp/router/users.ts';
import { errorStanza, makeIq, makePresence } from '../xmpp/stanza/build.ts';
import type { Child, Element } from '../xmpp/stanza/element.ts';
import type { PresenceStanza, PresenceType, Stanza, StanzaFault } from '../xmpp/stanza/stanza.ts';

export interface Device extends ClientSession {
  state: 'live' | 'hibernating' | 'ended';
  /** Everything sent to the client since the last `take`. */
  readonly sent: string[];
  take(): string[];
  /** Acknowledgements still held back. */
  heldAcks: number;
  presenceOut(type: PresenceType, to?: string | null, ...children: Child[]): StanzaFault | undefined;
  ask(type: 'get' | 'set', payload: Element, to?: string): Promise<IqAnswer>;
  /** The connection is lost and not resumed. */
  disconnect(): void;
}

export interface SmallNode {
  readonly users: Users;
  readonly router: Router;
  /** Stanzas that left for other servers. */
  readonly outside: Stanza[];
  add(...rooms: Room[]): void;
  addAccount(bare: string): number;
  signIn(full: string): Promise<Device>;
  /** Forgets everyone and everything in memory, as a restart does. */
  restart(): void;
  /** Waits until `check` holds; throws what it last threw. */
  until(check: () => boolean): Promise<void>;
  readonly loads: BareJid[];
}

const stages: readonly Stage[] = ['guard', 'enrich', 'decide', 'record', 'observe'];

export function createSmallNode(domains: readonly string[] = ['example.com']): SmallNode {
  const accounts = new Map<string, number>();
  const memory = new Map<BareJid, User>();
  const loaders: UserSlotLoader<unknown>[] = [];
  const rooms: Room[] = [];
  const outside: Stanza[] = [];
  const loads: BareJid[] = [];

  function hooksOf<K extends keyof RouterHooks>(name: K): RouterHooks[K][] {
    const found: RouterHooks[K][] = [];
    for (const stage of stages)
      for (const room of rooms)
        for (const h of room.hooks ?? []) if (h.hook === name && h.stage === stage) found.push(h.run as RouterHooks[K]);
    return found;
  }

  const users: Users = {
    peek: (bare) => memory.get(bare),
    async load(bare) {
      const id = accounts.get(bare);
      if (id === undefined) return null;
      const there = memory.get(bare);
      if (there !== undefined) return there;
      loads.push(bare);
      const jid = parseJid(bare);
      if (jid === null) return null;
      const user: User = { accountId: id, jid, bare, sessions: new Map(), slots: [] };
      for (const loader of loaders) writeSlot(user, loader.slot, (await loader.load([id])).get(id) ?? loader.empty(id));
      const other = memory.get(bare);
      if (other !== undefined) return other;
      memory.set(bare, user);
      return user;
    },
    *online() {
      for (const user of memory.values()) if (user.sessions.size > 0) yield user;
    },
    get onlineCount() {
      return [...users.online()].length;
    },
    get sessionCount() {
      return [...users.online()].reduce((sum, user) => sum + user.sessions.size, 0);
    },
    registerLoader(loader) {
      loaders.push(loader as UserSlotLoader<unknown>);
    },
    evict(bare) {
      memory.delete(bare);
    },
  };

  async function arrive(stanza: Stanza, to: Jid): Promise<void> {
    const user = memory.get(to.bare) ?? (await users.load(to.bare));
    if (user === null || stanza.kind !== 'presence') return;
    for (const veto of hooksOf('stanza.arriving')) if (veto(user, stanza) !== undefined) return;
    for (const claim of hooksOf('presence.arriving')) {
      const answer = await claim(user, stanza);
      if (answer === undefined) continue;
      if (answer !== 'done') router.bounce(stanza, answer);
      return;
    }
  }

  const hosts = createHostTable();
  const router: Router = {
    users,
    add: (room) => void rooms.push(room),
    submit: () => undefined,
    route(stanza) {
      if (stanza.to === null) return;
      if (router.isLocalDomain(stanza.to.domain)) void arrive(stanza, stanza.to);
      else {
        const host = hosts.of(stanza.to.domain);
        if (host) host.receive(stanza, null);
        else outside.push(stanza);
      }
    },
    bounce(stanza, fault) {
      const error = errorStanza(stanza, fault);
      if (error !== null) router.route(error);
    },
    isLocalDomain: (domain) => domains.includes(domain),
    hosts,
    deliver: (to, _stanza, xml) => users.peek(to.bare)?.sessions.get(to.resource)?.send(xml, null) ?? false,
    answer: () => undefined,
    failed(_stanza, error) {
      throw error;
    },
    holdAck: (session) => session.holdAck(),
    shareHold: (session) => session?.holdAck() ?? null,
    elsewhere: null,
    ask: (_from, _to, _payload, onAnswer) => onAnswer(null),
  };

  function presenceOut(session: Device, type: PresenceType, to: string | null, children: Child[]): StanzaFault | undefined {
    const target = to === null ? null : parseJid(to);
    const stanza: PresenceStanza = makePresence({ type, from: session.jid, to: target }, ...children);
    for (const veto of hooksOf('stanza.leaving')) {
      const fault = veto(session, stanza);
      if (fault !== undefined) return fault === 'drop' ? undefined : fault;
    }
    if (target === null) {
      for (const run of hooksOf('presence.broadcast')) {
        const claim = run(session, stanza);
        if (claim !== undefined) return claim === 'done' ? undefined : claim;
      }
      return undefined;
    }
    for (const run of hooksOf('presence.sent')) {
      const claim = run(session, stanza);
      if (claim instanceof Promise) {
        void claim.then((answer) => {
          if (answer === undefined) router.route(stanza);
        });
        return undefined;
      }
      if (claim !== undefined) return claim === 'done' ? undefined : claim;
    }
    router.route(stanza);
    return undefined;
  }

  async function ask(session: Device, type: 'get' | 'set', payload: Element, to: string | undefined): Promise<IqAnswer> {
    const target = to === undefined ? null : parseJid(to);
    const kind = target === null || target.full === session.user.bare ? 'self' : target.local === '' ? 'server' : 'account';
    const iq = makeIq({ type, from: session.jid, to: target, id: 'q1' }, payload);
    const fits = (h: IqHandler): boolean =>
      h.ns === payload.ns && h.name === payload.name && h.targets.includes(kind) && h.types.includes(type);
    const handler = rooms.flatMap((room) => room.iq ?? []).find(fits);
    const nobody: IqAnswer = { fault: { condition: 'service-unavailable' } };
    if (handler === undefined) return nobody;
    const user = kind === 'account' && target !== null ? await users.load(target.bare) : session.user;
    return user === null
      ? handler.missing === undefined
        ? nobody
        : { fault: handler.missing }
      : handler.handle({ session, user, iq, payload });
  }

  let count = 0;
  return {
    users,
    router,
    outside,
    loads,
    add: (...more) => void rooms.push(...more),
    addAccount(bare) {
      const id = accounts.size + 1;
      accounts.set(bare, id);
      return id;
    },
    async signIn(full) {
      const jid = parseJid(full);
      const user = jid === null ? null : await users.load(jid.bare);
      if (jid === null || user === null) throw new Error(`nobody is called ${full}`);
      const sent: string[] = [];
      const device: Device = {
        id: `s${++count}`,
        jid,
        user,
        state: 'live',
        facts: { address: '127.0.0.1', port: 0, transport: 'tcp', tls: null, mechanism: 'PLAIN', since: 0 },
        presence: null,
        priority: 0,
        interested: false,
        carbons: false,
        blockInterested: false,
        inactive: false,
        client: '',
        slots: [],
        sent,
        heldAcks: 0,
        take: () => sent.splice(0),
        send(xml) {
          if (device.state === 'ended') return false;
          sent.push(xml);
          return true;
        },
        end() {
          device.disconnect();
        },
        holdAck() {
          device.heldAcks += 1;
          let open = true;
          return {
            done() {
              if (open) device.heldAcks -= 1;
              open = false;
            },
          };
        },
        presenceOut: (type, to = null, ...children) => presenceOut(device, type, to, children),
        ask: (type, payload, to) => ask(device, type, payload, to),
        disconnect() {
          device.state = 'ended';
          user.sessions.delete(jid.resource);
          for (const tell of hooksOf('session.ended')) tell(device, []);
        },
      };
      user.sessions.set(jid.resource, device);
      for (const tell of hooksOf('session.bound')) tell(device);
      return device;
    },
    restart() {
      memory.clear();
    },
    async until(check) {
      for (let turn = 0; turn < 500; turn++) {
        if (check()) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error('what was waited for did not happen');
    },
  };
}
