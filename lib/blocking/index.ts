/** The blocking room (XEP-0191): a person's block list, its pushes, and what it keeps away. */
import type { ImValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { secretId } from '../kernel/ids.ts';
import { type Jid, parseJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, Protocol, Room } from '../xmpp/router/hooks.ts';
import type { User, Users } from '../xmpp/router/users.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute, serialize } from '../xmpp/stanza/serialize.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import type { BlockListStore, Report, ReportStore } from './ports.ts';
import { type Claimed, createReports, REPORTING, type ReadMessages, readReport, reportProtocol } from './reports.ts';

export { createReportWatch } from './report-watch.ts';

const BLOCKING = 'urn:xmpp:blocking';

const protocol: Protocol = { number: 'XEP-0191', title: 'Blocking Command', version: '1.3.1', status: 'complete' };
const blockedByMe: StanzaFault = {
  condition: 'not-acceptable',
  type: 'cancel',
  text: 'You have blocked this address.',
  detail: el('blocked', 'urn:xmpp:blocking:errors'),
};
const unavailable: StanzaFault = { condition: 'service-unavailable', type: 'cancel' };

const slot = defineSlot<Set<string>>('blocking');

export interface Blocking extends Room {
  isBlocked(owner: User, other: Jid): boolean;
  /** Called once the block is in force and before it is stored: nothing of the person reaches the blocked any more but what the listener sends. */
  onBlocked(fn: (owner: User, blocked: Jid) => void): void;
  /** Called once the address is free again; also when a block could not be stored. */
  onUnblocked(fn: (owner: User, unblocked: Jid) => void): void;
}

export function createBlocking(deps: {
  readonly store: BlockListStore;
  readonly reports: ReportStore;
  /** Messages of one person's archive, for reports. */
  readonly readMessages: ReadMessages;
  /** Told after a report was stored. */
  readonly reported: (report: Report) => void;
  readonly settings: Live<ImValues>;
  readonly users: Users;
  readonly clock: Clock;
  readonly log: Log;
}): Blocking {
  const { store, settings } = deps;
  const reports = createReports({ ...deps, store: deps.reports, received: deps.reported });
  const blockedListeners: ((owner: User, jid: Jid) => void)[] = [];
  const unblockedListeners: ((owner: User, jid: Jid) => void)[] = [];
  deps.users.registerLoader({
    slot,
    async load(ids) {
      const lists = await store.load(ids);
      return new Map([...lists].map(([id, jids]) => [id, new Set(jids)]));
    },
    empty: () => new Set<string>(),
  });

  const listOf = (user: User): ReadonlySet<string> => readSlot(user, slot) ?? new Set();

  /** XEP-0191 §3.5: full, bare, domain with resource, domain. */
  function isBlocked(owner: User, other: Jid): boolean {
    const list = readSlot(owner, slot);
    if (list === undefined || list.size === 0) return false;
    // A block of the own domain means its people: neither the person's own devices nor the server itself can be cut off.
    if (other.bare === owner.bare || (other.local === '' && other.domain === owner.jid.domain)) return false;
    if (list.has(other.full) || list.has(other.bare) || list.has(other.domain)) return true;
    return other.resource !== '' && list.has(`${other.domain}/${other.resource}`);
  }

  function push(user: User, name: 'block' | 'unblock', jids: readonly string[]): void {
    const items = jids.map((jid) => `<item jid='${escapeAttribute(jid)}'/>`).join('');
    for (const session of user.sessions.values()) {
      if (!session.blockInterested) continue;
      session.send(
        `<iq type='set' id='${secretId(9)}' to='${escapeAttribute(session.jid.full)}'><${name} xmlns='${BLOCKING}'>${items}</${name}></iq>`,
        null,
      );
    }
  }

  /** The addresses named, prepared; null when one is no address. */
  function itemsOf(payload: Element): { jid: Jid; item: Element }[] | null {
    const found: { jid: Jid; item: Element }[] = [];
    for (const item of payload.elements()) {
      if (item.name !== 'item' || item.ns !== BLOCKING) continue;
      const jid = parseJid(item.attrs.jid ?? '');
      if (jid === null) return null;
      found.push({ jid, item });
    }
    return found;
  }

  /** Changes of one list wait for each other: two devices must not overwrite one another's. */
  const turns = new WeakMap<User, Promise<unknown>>();
  function inTurn<T>(user: User, work: () => Promise<T>): Promise<T> {
    const run = (turns.get(user) ?? Promise.resolve()).then(work, work);
    turns.set(user, run);
    return run;
  }

  async function block(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const items = itemsOf(payload);
    if (items === null) return { fault: { condition: 'jid-malformed', text: 'One of the addresses is not valid. Nothing was blocked.' } };
    // §3.3: an empty block request is refused.
    if (items.length === 0) return { fault: { condition: 'bad-request', text: 'Name at least one address to block.' } };
    const user = session.user;
    const jids = items.map(({ jid }) => jid);
    const claimed: Claimed[] = [];
    if (settings.get().reports)
      for (const { jid, item } of items) {
        const report = readReport(item, jid, user.bare);
        if (report !== null && 'condition' in report) return { fault: report };
        if (report !== null) claimed.push(report);
      }
    const answer = await blockAll(user, jids);
    if (claimed.length > 0 && 'result' in answer) await reports.keep(session, claimed);
    return answer;
  }

  function blockAll(user: User, jids: readonly Jid[]): Promise<IqAnswer> {
    return inTurn(user, async () => {
      const before = listOf(user);
      const fresh = jids.filter((jid) => !before.has(jid.full));
      const { maxBlocked } = settings.get();
      if (before.size + fresh.length > maxBlocked)
        return { fault: { condition: 'resource-constraint', type: 'wait', text: `A block list holds ${maxBlocked} addresses at most.` } };
      const next = new Set([...before, ...jids.map((jid) => jid.full)]);
      // In force before it is stored: what the person does while the commit is under way must not reach the blocked.
      writeSlot(user, slot, next);
      for (const jid of fresh) for (const tell of blockedListeners) tell(user, jid);
      try {
        await store.save(user.accountId, [...next]);
      } catch (error) {
        writeSlot(user, slot, new Set(before));
        for (const jid of fresh) for (const tell of unblockedListeners) tell(user, jid);
        throw error;
      }
      push(
        user,
        'block',
        jids.map((jid) => jid.full),
      );
      return { result: null };
    });
  }

  async function unblock(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const jids = itemsOf(payload)?.map(({ jid }) => jid) ?? null;
    if (jids === null) return { fault: { condition: 'jid-malformed', text: 'One of the addresses is not valid. Nothing was unblocked.' } };
    const user = session.user;
    return inTurn(user, async () => {
      const before = listOf(user);
      // §3.4: no items, no more blocks.
      const gone = jids.length === 0 ? [...before] : jids.map((jid) => jid.full as string);
      const next = new Set([...before].filter((jid) => !gone.includes(jid)));
      await store.save(user.accountId, [...next]);
      writeSlot(user, slot, next);
      push(
        user,
        'unblock',
        jids.map((jid) => jid.full),
      );
      for (const text of gone) {
        const jid = before.has(text) ? parseJid(text) : null;
        if (jid) for (const tell of unblockedListeners) tell(user, jid);
      }
      return { result: null };
    });
  }

  return {
    name: 'blocking',
    isBlocked,
    onBlocked: (fn) => void blockedListeners.push(fn),
    onUnblocked: (fn) => void unblockedListeners.push(fn),
    hooks: [
      {
        hook: 'stanza.leaving',
        stage: 'guard',
        run(session, stanza) {
          const list = readSlot(session.user, slot);
          if (list === undefined || list.size === 0 || stanza.to === null || !isBlocked(session.user, stanza.to)) return undefined;
          // Answers to what came before the block, and goodbyes, harm nobody.
          if (stanza.type === 'error' || stanza.type === 'result' || (stanza.kind === 'presence' && stanza.type === 'unavailable'))
            return undefined;
          return blockedByMe;
        },
      },
      {
        hook: 'stanza.arriving',
        stage: 'guard',
        run(user, stanza) {
          if (!isBlocked(user, stanza.from)) return undefined;
          if (stanza.kind === 'presence' || stanza.type === 'error' || stanza.type === 'result') return 'drop';
          return unavailable;
        },
      },
    ],
    iq: [
      {
        ns: BLOCKING,
        name: 'blocklist',
        targets: ['self'],
        types: ['get'],
        handle({ session }) {
          session.blockInterested = true;
          const list = new Element(
            'blocklist',
            BLOCKING,
            {},
            [...listOf(session.user)].map((jid) => el('item', BLOCKING, { jid })),
          );
          return { result: serialize(list, NS.client) };
        },
      },
      { ns: BLOCKING, name: 'block', targets: ['self'], types: ['set'], handle: ({ session, payload }) => block(session, payload) },
      { ns: BLOCKING, name: 'unblock', targets: ['self'], types: ['set'], handle: ({ session, payload }) => unblock(session, payload) },
    ],
    features: {
      get server() {
        return settings.get().reports ? [BLOCKING, REPORTING] : [BLOCKING];
      },
    },
    protocols: [protocol, reportProtocol],
  };
}
