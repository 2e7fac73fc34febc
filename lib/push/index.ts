/** The push room (XEP-0357): clients say where they can be woken; messages that wait for them are told there. */
import type { PushValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Jid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, Protocol, Room } from '../xmpp/router/hooks.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza, StanzaFault } from '../xmpp/stanza/stanza.ts';
import { parseElement } from '../xmpp/stream/framer.ts';
import { limitsAfterSignIn } from '../xmpp/stream/limits.ts';
import type { PushRegistration, PushStore } from './ports.ts';
import { PUSH, publication, type Summary, verdictOf } from './summary.ts';
import { createWaitingRoom } from './waiting.ts';

const protocol: Protocol = { number: 'XEP-0357', title: 'Push Notifications', version: '0.4.1', status: 'complete' };

const MAX_OPTIONS = 4096;
const MAX_NODE = 1024;
const optionLimits = limitsAfterSignIn({ maxStanzaBytes: 16_384, maxPreAuthBytes: 16_384, maxDepth: 16 });
const turnedOff: StanzaFault = { condition: 'service-unavailable', text: 'Push notifications are turned off on this server.' };
const noService: StanzaFault = { condition: 'bad-request', text: 'Name the app server in "jid".' };

/** One client of a person that can be woken. */
interface Target {
  readonly user: User;
  row: PushRegistration;
  options: Element | null;
  /** Monotonic milliseconds of the last notification; 0: none since they are in memory. */
  sentAt: number;
  /** A message is on its way to the connected client, which has not acknowledged it. */
  isWatched: boolean;
}

export interface PushCounters {
  sent: number;
  failed: number;
}

export interface Push extends Room {
  readonly counters: PushCounters;
  /** A message arrived for this person, from somebody else. True when a client will be woken for it, or watched. */
  arrived(user: User, stanza: MessageStanza, text: string): boolean;
}

const slot = defineSlot<Target[]>('push');
const none: Target[] = [];

function readOptions(xml: string): Element | null {
  if (xml === '') return null;
  const frame = parseElement(Buffer.from(xml), optionLimits);
  return frame.is === 'element' ? frame.el : null;
}

export function createPush(deps: {
  readonly store: PushStore;
  readonly users: Users;
  readonly router: () => Router;
  readonly settings: Live<PushValues>;
  readonly clock: Clock;
  readonly log: Log;
}): Push {
  const { store, clock, log, settings } = deps;
  const counters: PushCounters = { sent: 0, failed: 0 };
  const pending = createWaitingRoom<Target>({ clock, isOver });
  /** Registrations read before their person is in memory as an object. */
  const rows = defineSlot<readonly PushRegistration[]>('push.rows');
  deps.users.registerLoader<readonly PushRegistration[]>({ slot: rows, load: (ids) => store.load(ids), empty: () => [] });

  function targetsOf(user: User): Target[] {
    const known = readSlot(user, slot);
    if (known !== undefined) return known;
    const stored = readSlot(user, rows);
    if (stored === undefined || stored.length === 0) return none;
    const targets = stored.map((row): Target => targetOf(user, row));
    writeSlot(user, slot, targets);
    return targets;
  }
  const targetOf = (user: User, row: PushRegistration): Target => ({
    user,
    row,
    options: readOptions(row.options),
    sentAt: 0,
    isWatched: false,
  });

  /** The person may have left memory and come back as another object. */
  const sessionOf = (target: Target): ClientSession | undefined =>
    (deps.users.peek(target.user.bare) ?? target.user).sessions.get(target.row.resource);

  function arrived(user: User, stanza: MessageStanza, text: string): boolean {
    const targets = targetsOf(user);
    if (targets.length === 0) return false;
    const values = settings.get();
    if (!values.enabled) return false;
    const now = clock.monotonic();
    let any = false;
    for (const target of targets) {
      const session = sessionOf(target);
      const isHere = session?.state === 'live' && session.presence !== null;
      if (isHere && values.unacknowledged === 0) continue;
      any = true;
      const pause = target.sentAt === 0 ? 0 : target.sentAt + values.interval * 1000;
      const wait = (isHere ? values.unacknowledged : values.delay) * 1000;
      pending.add(target, Math.max(now + wait, pause), stanza.from.bare, text);
      if (isHere && session !== undefined) watch(target, session);
    }
    return any;
  }

  /** A connected client that acknowledges has it. */
  function watch(target: Target, session: ClientSession): void {
    if (target.isWatched) return;
    target.isWatched = true;
    const seen = () => {
      target.isWatched = false;
      // More may have come since this was asked.
      if (sessionOf(target) === session && session.state === 'live') pending.drop(target);
    };
    if (session.whenDelivered) session.whenDelivered(seen);
    else seen();
  }

  function isOver(target: Target, summary: Summary): void {
    const session = sessionOf(target);
    // It came back before its time was over, and gets everything by itself.
    if (session?.state === 'live' && !target.isWatched) return;
    publish(target, summary);
  }

  function publish(target: Target, summary: Summary): void {
    const { row, user } = target;
    const to = parseJid(row.service);
    const from = parseJid(user.jid.domain);
    if (to === null || from === null || !targetsOf(user).includes(target)) return;
    target.sentAt = clock.monotonic();
    counters.sent++;
    deps.router().ask(from, to, publication(row.node, target.options, summary, settings.get().content), (answer) => {
      const verdict = verdictOf(answer);
      if (verdict === 'taken') {
        if (target.row.failures > 0) setFailures(target, 0);
        return;
      }
      counters.failed++;
      const failures = target.row.failures + 1;
      if (verdict === 'gone' || failures >= settings.get().maxFailures) {
        log.info('push.given-up', { user: user.bare, service: row.service, failures });
        forget(target);
        store.remove(row.accountId, row.service, row.node).catch(unsaved(target));
      } else setFailures(target, failures);
    });
  }

  const unsaved = (target: Target) => (error: unknown) => log.warn('push.not-stored', { user: target.user.bare, error });
  function setFailures(target: Target, failures: number): void {
    target.row = { ...target.row, failures };
    store.setFailures(target.row.accountId, target.row.service, target.row.node, failures).catch(unsaved(target));
  }
  function forget(target: Target): void {
    pending.drop(target);
    writeSlot(
      target.user,
      slot,
      targetsOf(target.user).filter((one) => one !== target),
    );
  }

  /** One after the other for each person: what is counted is what is stored. */
  const turns = new WeakMap<User, Promise<unknown>>();
  function inTurn<T>(user: User, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(user) ?? Promise.resolve()).then(work, work);
    turns.set(
      user,
      mine.catch(() => undefined),
    );
    return mine;
  }

  async function enable(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const values = settings.get();
    if (!values.enabled) return { fault: turnedOff };
    const service = readService(payload);
    if (service === null) return { fault: noService };
    const node = payload.attrs.node ?? '';
    const form = payload.child('x', NS.dataForms);
    // §5: the options are a form that was filled in.
    const options = form === undefined ? '' : serialize(form, '');
    if ((form !== undefined && form.attrs.type !== 'submit') || options.length > MAX_OPTIONS || node.length > MAX_NODE)
      return { fault: { condition: 'bad-request', text: 'The publish options are no submitted form, or too long.' } };
    const { user } = session;
    const same = (one: Target) => one.row.service === service.full && one.row.node === node;
    const count = targetsOf(user).filter((one) => !same(one)).length;
    if (count >= values.perPerson)
      return {
        fault: { condition: 'resource-constraint', type: 'wait', text: `At most ${values.perPerson} clients of a person can be woken.` },
      };
    const row: PushRegistration = {
      accountId: user.accountId,
      service: service.full,
      node,
      resource: session.jid.resource,
      options,
      failures: 0,
      enabledAt: clock.now(),
    };
    await store.save(row);
    session.minimumHold = values.resumeTimeout;
    const targets = targetsOf(user);
    const old = targets.find(same);
    if (old !== undefined) {
      old.row = row;
      old.options = form ?? null;
    } else writeSlot(user, slot, [...targets, { ...targetOf(user, { ...row, options: '' }), row, options: form ?? null }]);
    return { result: null };
  }

  async function disable(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const service = readService(payload);
    if (service === null) return { fault: noService };
    const node = payload.attrs.node ?? null;
    await store.remove(session.user.accountId, service.full, node);
    for (const target of targetsOf(session.user))
      if (target.row.service === service.full && (node === null || target.row.node === node)) forget(target);
    if (!targetsOf(session.user).some((one) => one.row.resource === session.jid.resource)) session.minimumHold = 0;
    return { result: null };
  }

  const readService = (payload: Element): Jid | null => parseJid(payload.attrs.jid ?? '');

  const isOn = () => settings.get().enabled;
  return {
    name: 'push',
    counters,
    arrived,
    hooks: [
      {
        hook: 'session.bound',
        stage: 'observe',
        run(session) {
          if (isOn() && targetsOf(session.user).some((one) => one.row.resource === session.jid.resource))
            session.minimumHold = settings.get().resumeTimeout;
        },
      },
      {
        hook: 'session.ended',
        stage: 'observe',
        run(session) {
          for (const target of readSlot(session.user, slot) ?? none)
            if (target.row.resource === session.jid.resource) target.isWatched = false;
        },
      },
      {
        hook: 'session.hibernated',
        stage: 'observe',
        run(session) {
          // What it did not acknowledge waits no longer than what arrives from now on.
          const due = clock.monotonic() + settings.get().delay * 1000;
          for (const target of readSlot(session.user, slot) ?? none) {
            const waiting = target.row.resource === session.jid.resource ? pending.get(target) : undefined;
            if (waiting !== undefined) waiting.due = Math.min(waiting.due, due);
          }
        },
      },
      {
        hook: 'session.resumed',
        stage: 'observe',
        run(session) {
          for (const target of readSlot(session.user, slot) ?? none) {
            if (target.row.resource !== session.jid.resource) continue;
            // What waited is replayed to it now.
            target.isWatched = false;
            pending.drop(target);
          }
        },
      },
    ],
    iq: [
      {
        ns: PUSH,
        name: 'enable',
        targets: ['self'],
        types: ['set'],
        handle: ({ session, payload }) => inTurn(session.user, () => enable(session, payload)),
      },
      {
        ns: PUSH,
        name: 'disable',
        targets: ['self'],
        types: ['set'],
        handle: ({ session, payload }) => inTurn(session.user, () => disable(session, payload)),
      },
    ],
    features: {
      get server() {
        return isOn() ? [PUSH] : [];
      },
      get account() {
        return isOn() ? [PUSH] : [];
      },
    },
    protocols: [protocol],
  };
}
