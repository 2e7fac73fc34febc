import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { Jid } from '../../kernel/jid.ts';
import type { Live } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { SessionHooks } from '../c2s/ports.ts';
import type { AckHold, ClientSession } from '../c2s/session.ts';
import { mayBounce, stanzaOver } from '../stanza/build.ts';
import { NS } from '../stanza/namespaces.ts';
import type { IqStanza, MessageStanza, PresenceStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import { cleanse } from './cleanse.ts';
import { type Elsewhere, NobodyActs } from './elsewhere.ts';
import { createHookTable } from './hook-table.ts';
import type { Claim, MaybePromise, Protocol, Room, Verdict } from './hooks.ts';
import { createHostTable, type Host } from './hosts.ts';
import { createIqHandlers } from './iq-handlers.ts';
import type { Requests } from './requests.ts';
import type { Router } from './router.ts';
import { iqRoute, messageRoute } from './routing-table.ts';
import { createSenderFlow, type SenderFlow } from './sender-flow.ts';
import { createServerAsks } from './server-asks.ts';
import type { User, Users } from './users.ts';
import { createWaysBack } from './ways-back.ts';

/** Totals since start. */
export interface RouterCounters {
  messagesIn: number;
  presenceIn: number;
  iqIn: number;
  bounced: number;
}

const unavailable: StanzaFault = { condition: 'service-unavailable' };
const crossed: Verdict = { is: 'handled', by: 'another node' };
const taken: Verdict = { is: 'handled', by: 'message.arriving' };
const noTarget: StanzaFault = { condition: 'bad-request', text: 'This type of presence needs a "to".' };
/** Sets that a client takes as said by its server (S-3): never relayed from one client to another, by a room neither. */
export const SERVERS_OWN: ReadonlySet<string> = new Set([NS.roster, NS.carbons, 'urn:xmpp:blocking']);
const noSuchServer: StanzaFault = { condition: 'remote-server-not-found', text: 'This server does not talk to that domain.' };

/** The way to other servers. Until a server has one, foreign domains are refused. */
export interface ForeignRoute {
  /** Takes the stanza over, or says why it cannot. `session` is the local sender's. */
  send(stanza: Stanza, session: ClientSession | null): StanzaFault | undefined;
}

export interface BuiltRouter extends Router, SenderFlow {
  /** What client sessions tell. */
  readonly sessionHooks: SessionHooks;
  readonly counters: RouterCounters;
  readonly rooms: readonly Room[];
  readonly protocols: readonly Protocol[];
  /** The node is one of several from now on. Call it before anybody signs in. */
  join(others: Elsewhere): void;
  /**
   * A stanza from another node for a person or a place of ours. `sender` stands for who sent it, `hold` is given back when what lasts of it is
   * committed.
   */
  arrive(stanza: Stanza, sender: ClientSession, hold: AckHold): void;
}

export function createRouter(deps: {
  readonly users: Users;
  /** Hosted IM domains. */
  readonly domains: Live<ReadonlySet<string>>;
  readonly requests: Requests;
  readonly foreign?: ForeignRoute;
  /** For requests that are not answered in time. */
  readonly clock?: Clock;
  readonly log: Log;
}): BuiltRouter {
  const { users, domains, requests, log } = deps;
  const hooks = createHookTable(log);
  const lists = hooks.lists;
  const rooms: Room[] = [];
  const counters: RouterCounters = { messagesIn: 0, presenceIn: 0, iqIn: 0, bounced: 0 };

  const hosts = createHostTable();
  let elsewhere: Elsewhere | null = null;
  const isAway = (bare: Jid['bare']): boolean => elsewhere?.isElsewhere(bare) === true;
  const isLocal = (domain: string) => domains.get().has(domain);
  /** Addresses in whose name only the server speaks. */
  const isOurs = (domain: string) => isLocal(domain) || hosts.of(domain) !== undefined;
  const { bounce, refuse, failed, answer, answerIq } = createWaysBack({
    users,
    isLocal,
    isAway,
    toHost: (stanza) => toHost(stanza, null),
    counters,
    settle,
    route,
    log,
  });
  const flow = createSenderFlow(submit);
  const asks = createServerAsks({ clock: deps.clock ?? systemClock, route });
  const handlers = createIqHandlers({ clock: deps.clock ?? systemClock, log, holdAck: flow.holdAck, answer: answerIq, failed, refuse });

  function settle(stanza: Stanza, verdict: Verdict): void {
    for (const run of lists['stanza.settled']) hooks.tell('stanza.settled', () => run(stanza, verdict));
  }

  const isAwayFrom = (others: Elsewhere, host: Host, to: Jid): boolean =>
    host.isPlaced?.(to) === true ? others.isPlaceElsewhere(to.bare) : host.isAway?.() === true && others.isServedElsewhere(to.domain);

  /** False: there is no such service. */
  function toHost(stanza: Stanza, session: ClientSession | null): boolean {
    const { to } = stanza;
    const host = to === null ? undefined : hosts.of(to.domain);
    if (to === null || host === undefined) return false;
    if (elsewhere !== null && isAwayFrom(elsewhere, host, to)) elsewhere.send(stanza, flow.share(session));
    else host.receive(stanza, session);
    settle(stanza, { is: 'handled', by: host.name });
    return true;
  }

  /** RFC 6120 §10.4: to a service of ours, or to another domain, if there is a way. */
  function abroad(stanza: Stanza, session: ClientSession | null): void {
    if (toHost(stanza, session)) return;
    const fault = deps.foreign === undefined ? noSuchServer : deps.foreign.send(stanza, session);
    if (fault === undefined) settle(stanza, { is: 'handled', by: 'foreign' });
    else if (stanza.kind === 'presence' && (stanza.type === '' || stanza.type === 'unavailable'))
      // §2.11: nobody waits for an answer to availability.
      settle(stanza, { is: 'dropped', why: 'foreign domain' });
    else refuse(stanza, fault);
  }

  function afterClaim(stanza: Stanza, claim: MaybePromise<Claim>, next: () => void): void {
    if (claim instanceof Promise) {
      claim.then((answer) => afterClaim(stanza, answer, next)).catch((error: unknown) => failed(stanza, error));
    } else if (claim === undefined) next();
    else if (claim !== 'done') refuse(stanza, claim);
  }

  /** Asks one claim after the other; nothing is made for those that answer at once. */
  function claimInTurn<A extends unknown[]>(
    list: readonly ((...args: A) => MaybePromise<Claim>)[],
    at: number,
    stanza: Stanza,
    args: A,
    otherwise: () => void,
  ): void {
    for (let i = at; i < list.length; i++) {
      const claim = list[i]?.(...args);
      if (claim === undefined) continue;
      if (claim instanceof Promise) return afterClaim(stanza, claim, () => claimInTurn(list, i + 1, stanza, args, otherwise));
      if (claim !== 'done') refuse(stanza, claim);
      return;
    }
    otherwise();
  }

  /**
   * Loads whoever is not in memory. Meanwhile the sender's acknowledgement does not count the stanza; stanzas to the same person stay in order
   * because all wait for one load.
   */
  function loadThen(stanza: Stanza, to: Jid, session: ClientSession | null, use: (user: User) => void, nobody: () => void): void {
    const hold = session === null ? flow.inherit() : flow.take(session);
    const settled = (work: () => void) => {
      const guarded = () => {
        try {
          work();
        } catch (error) {
          failed(stanza, error);
        }
      };
      if (hold === null) guarded();
      else flow.later(hold, guarded);
    };
    users.load(to.bare).then(
      (user) => settled(() => (user === null ? nobody() : use(user))),
      (error: unknown) =>
        settled(() => {
          // Whoever acts next gets it, if that is soon.
          if (elsewhere === null || !(error instanceof NobodyActs)) failed(stanza, error);
          else if (stanza.kind === 'message') messageAway(stanza, session);
          else cross(stanza, session);
        }),
    );
  }

  /** To the node that acts for the person or runs the place. */
  function cross(stanza: Stanza, session: ClientSession | null): void {
    elsewhere?.send(stanza, flow.share(session));
    settle(stanza, crossed);
  }

  function messageAway(stanza: MessageStanza, session: ClientSession | null): void {
    if (session !== null) {
      for (const run of lists['message.crossing']) {
        const fault = run(session, stanza);
        if (fault !== undefined) return refuse(stanza, fault);
      }
      tellSent(session, stanza);
    }
    cross(stanza, session);
  }

  /** A stanza enters the realm of a local user. False: it goes no further. */
  function mayArrive(user: User, stanza: Stanza): boolean {
    for (const run of lists['stanza.arriving']) {
      const answer = run(user, stanza);
      if (answer === undefined) continue;
      if (answer === 'drop') settle(stanza, { is: 'dropped', why: 'blocked' });
      else refuse(stanza, answer);
      return false;
    }
    return true;
  }

  function messageFor(user: User, stanza: MessageStanza, session: ClientSession | null): void {
    if (!mayArrive(user, stanza)) return;
    if (session !== null) tellSent(session, stanza);
    const arriving = lists['message.arriving'];
    for (let i = 0; i < arriving.length; i++) {
      const claim = arriving[i]?.(user, stanza, session);
      if (claim === undefined) continue;
      if (claim === 'done') settle(stanza, taken);
      else refuse(stanza, claim);
      return;
    }
    refuse(stanza, unavailable);
  }

  function tellSent(session: ClientSession, stanza: MessageStanza): void {
    for (const run of lists['message.sent']) hooks.tell('message.sent', () => run(session, stanza));
  }

  function messageTo(to: Jid, stanza: MessageStanza, session: ClientSession | null): void {
    const user = users.peek(to.bare);
    if (user !== undefined) return messageFor(user, stanza, session);
    if (isAway(to.bare)) return messageAway(stanza, session);
    loadThen(
      stanza,
      to,
      session,
      (loaded) => messageFor(loaded, stanza, session),
      () => {
        // RFC 6121 §8.5.1
        if (messageRoute(stanza.type, to.resource === '' ? 'bare' : 'full', 'no-account', false) === 'silent')
          settle(stanza, { is: 'dropped', why: 'no such account' });
        else refuse(stanza, unavailable);
      },
    );
  }

  function presenceFor(user: User, stanza: PresenceStanza): void {
    if (!mayArrive(user, stanza)) return;
    claimInTurn(lists['presence.arriving'], 0, stanza, [user, stanza], () => settle(stanza, { is: 'dropped', why: 'nobody took it' }));
  }

  function presenceTo(to: Jid, stanza: PresenceStanza, session: ClientSession | null): void {
    const user = users.peek(to.bare);
    if (user !== undefined) return presenceFor(user, stanza);
    if (isAway(to.bare)) return cross(stanza, session);
    loadThen(
      stanza,
      to,
      session,
      (loaded) => presenceFor(loaded, stanza),
      () => settle(stanza, { is: 'dropped', why: 'no such account' }),
    );
  }

  function iqFrom(session: ClientSession, iq: IqStanza): void {
    const asks = iq.type === 'get' || iq.type === 'set';
    const to = iq.to;
    const own = to === null || to.full === session.user.bare;
    if (own || (to.local === '' && isLocal(to.domain))) {
      if (!asks) {
        // An answer to one of the server's own questions, or nothing that anybody waits for (S-6).
        requests.answered(session, iq);
        return;
      }
      const handler = handlers.of(iq, own ? 'self' : 'server');
      if (handler) handlers.run(session, session.user, iq, handler);
      else refuse(iq, unavailable);
      return;
    }
    if (!isLocal(to.domain)) return abroad(iq, session);
    if (to.resource === '') return asks ? accountIq(session, to, iq) : undefined;
    // S-3: a push of the server's own is never relayed from one client to another, whoever they are.
    if (iq.type === 'set' && iq.payload !== null && SERVERS_OWN.has(iq.payload.ns)) return refuse(iq, unavailable);
    deviceIq(session, to, iq);
  }

  /** A request to somebody's account, answered for them. */
  function accountIq(session: ClientSession, to: Jid, iq: IqStanza): void {
    const handler = handlers.of(iq, 'account');
    const use = (user: User) => {
      if (!mayArrive(user, iq)) return;
      if (handler) handlers.run(session, user, iq, handler);
      else refuse(iq, unavailable);
    };
    const known = users.peek(to.bare);
    if (known !== undefined) return use(known);
    if (isAway(to.bare)) return cross(iq, iq.type === 'set' ? session : null);
    loadThen(iq, to, session, use, () => refuse(iq, handler?.missing ?? unavailable));
  }

  function deviceIq(session: ClientSession, to: Jid, iq: IqStanza): void {
    const asks = iq.type === 'get' || iq.type === 'set';
    const user = users.peek(to.bare);
    if (user === undefined && isAway(to.bare)) return cross(iq, null);
    const target = user?.sessions.get(to.resource);
    const reach = target !== undefined && (user === session.user || mayReach(target, iq));
    const decided = iqRoute(iq.type, 'full', target !== undefined && target.state !== 'ended', reach);
    if (decided === 'error') return refuse(iq, unavailable);
    if (decided !== 'exact' || !user || !target || !mayArrive(user, iq)) return;
    target.send(iq.render(), asks ? iq : null, 'now');
    settle(iq, { is: 'delivered', copies: 1 });
  }

  function mayReach(target: ClientSession, iq: IqStanza): boolean {
    for (const run of lists['iq.mayReach']) {
      const answer = run(target, iq);
      if (answer !== undefined) return answer;
    }
    return false;
  }

  function presenceFrom(session: ClientSession, stanza: PresenceStanza): void {
    if (stanza.to === null) {
      if (stanza.type === 'error') return;
      if (stanza.type !== '' && stanza.type !== 'unavailable') return refuse(stanza, noTarget);
      for (const run of lists['presence.broadcast']) {
        const claim = run(session, stanza);
        if (claim !== undefined && claim !== 'done') return refuse(stanza, claim);
      }
      return;
    }
    const to = stanza.to;
    claimInTurn(lists['presence.sent'], 0, stanza, [session, stanza], () => {
      if (!isLocal(to.domain)) abroad(stanza, session);
      else if (to.local !== '') presenceTo(to, stanza, session);
      else settle(stanza, { is: 'dropped', why: 'the server has no presence' });
    });
  }

  function messageFrom(session: ClientSession, stanza: MessageStanza): void {
    const to = stanza.to;
    if (to === null) {
      // RFC 6120 §10.3.1: to the sender's own account. Written out, since copies and the archive need it.
      const own = stanzaOver('message', stanza.type, stanza.from, session.user.jid, stanza.id, stanza.lang, stanza.el, null);
      return messageFor(session.user, own as MessageStanza, session);
    }
    if (isLocal(to.domain) && to.local !== '') return messageTo(to, stanza, session);
    if (isLocal(to.domain)) {
      for (const run of lists['message.toServer']) {
        const claim = run(session, stanza);
        if (claim === undefined) continue;
        if (claim === 'done') settle(stanza, { is: 'handled', by: 'message.toServer' });
        else refuse(stanza, claim);
        return;
      }
      // Nobody here reads other messages to the server.
      if (stanza.type === 'error' || stanza.type === 'headline') settle(stanza, { is: 'dropped', why: 'to the server' });
      else refuse(stanza, unavailable);
      return;
    }
    tellSent(session, stanza);
    abroad(stanza, session);
  }

  function route(stanza: Stanza): void {
    const to = stanza.to;
    if (!to) return;
    try {
      if (!isLocal(to.domain)) abroad(stanza, null);
      else if (to.local === '') {
        if (stanza.kind === 'iq') asks.answered(stanza);
      } else if (stanza.kind === 'message') messageTo(to, stanza, null);
      else if (stanza.kind === 'presence') presenceTo(to, stanza, null);
      else if (to.resource !== '') {
        const user = users.peek(to.bare);
        if (user === undefined && isAway(to.bare)) cross(stanza, null);
        else user?.sessions.get(to.resource)?.send(stanza.render(), mayBounce(stanza) ? stanza : null, 'now');
      }
    } catch (error) {
      failed(stanza, error);
    }
  }

  function fromElsewhere(stanza: Stanza, sender: ClientSession): void {
    const { to } = stanza;
    if (to === null) return;
    if (!isLocal(to.domain)) {
      // What no service here takes is nobody's: another node would not have sent it.
      if (!toHost(stanza, isLocal(stanza.from.domain) && stanza.from.local !== '' ? sender : null)) refuse(stanza, unavailable);
    } else if (stanza.kind === 'message') messageTo(to, stanza, null);
    else if (stanza.kind === 'presence') presenceTo(to, stanza, null);
    else if (to.local === '') asks.answered(stanza);
    else if (to.resource !== '') deviceIq(sender, to, stanza);
    else if (stanza.type === 'get' || stanza.type === 'set') accountIq(sender, to, stanza);
  }

  function submit(session: ClientSession, stanza: Stanza): void {
    if (flow.waits(session, stanza)) return;
    try {
      cleanse(stanza, isOurs);
      const leaving = lists['stanza.leaving'];
      for (let i = 0; i < leaving.length; i++) {
        const answer = leaving[i]?.(session, stanza);
        if (answer === undefined) continue;
        if (answer === 'drop') settle(stanza, { is: 'dropped', why: 'on the way out' });
        else refuse(stanza, answer);
        return;
      }
      if (stanza.kind === 'message') {
        counters.messagesIn++;
        messageFrom(session, stanza);
      } else if (stanza.kind === 'presence') {
        counters.presenceIn++;
        presenceFrom(session, stanza);
      } else {
        counters.iqIn++;
        iqFrom(session, stanza);
      }
    } catch (error) {
      failed(stanza, error);
    }
  }

  const router: BuiltRouter = {
    users,
    rooms,
    counters,
    get protocols() {
      return rooms.flatMap((room) => room.protocols ?? []);
    },
    add(room) {
      rooms.push(room);
      hooks.add(room.hooks ?? []);
      handlers.add(room.iq ?? []);
    },
    submit,
    join(others) {
      elsewhere = others;
    },
    get elsewhere() {
      return elsewhere;
    },
    arrive(stanza, sender, hold) {
      flow.under(hold, () => {
        try {
          fromElsewhere(stanza, sender);
        } catch (error) {
          failed(stanza, error);
        }
      });
    },
    holdAck: flow.holdAck,
    shareHold: flow.share,
    pause: flow.pause,
    route,
    bounce,
    isLocalDomain: isLocal,
    hosts,
    deliver(to, stanza, xml, urgency) {
      const user = users.peek(to.bare);
      if (user === undefined) return isAway(to.bare) ? (elsewhere?.deliver(to, stanza, xml, urgency ?? 'now') ?? false) : false;
      const session = user.sessions.get(to.resource);
      if (!session) return false;
      return mayArrive(user, stanza) ? session.send(xml, stanza, urgency) : true;
    },
    answer,
    failed,
    ask: asks.ask,
    sessionHooks: {
      bound(session) {
        for (const run of lists['session.bound']) hooks.tell('session.bound', () => run(session));
      },
      resumed(session) {
        for (const run of lists['session.resumed']) hooks.tell('session.resumed', () => run(session));
      },
      hibernated(session) {
        for (const run of lists['session.hibernated']) hooks.tell('session.hibernated', () => run(session));
      },
      ended(session, unsent) {
        requests.forget(session);
        // XEP-0198 §5: a request nobody will answer any more.
        for (const stanza of unsent)
          if (stanza.kind === 'iq' && mayBounce(stanza)) bounce(stanza, { condition: 'recipient-unavailable', type: 'wait' });
        for (const run of lists['session.ended']) hooks.tell('session.ended', () => run(session, unsent));
      },
    },
  };
  return router;
}
