/**
 * The newest items for a device that has become available or asks for more (XEP-0163 §4.3.4): of the own nodes and of those of contacts whose presence
 * the person sees, once, to that device only. In a storm of sign-ins people without nodes cost nothing, contacts who are offline are read in batches
 * and stay in memory, and an item that was sent to one is sent to the next without asking again.
 */
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import { DistantSession } from '../xmpp/cluster/distant-session.ts';
import type { User } from '../xmpp/router/users.ts';
import { makePresence } from '../xmpp/stanza/build.ts';
import type { Features } from '../xmpp/xeps/entity-features.ts';
import { mayRead } from './access.ts';
import type { Core } from './core.ts';
import type { Notifier } from './notifier.ts';
import type { PubNode, Realm } from './realm.ts';

const NOTIFY = '+notify';

export interface Greetings {
  /** The device's features are known; `was` are those it had before. */
  known(session: ClientSession, now: Features, was: Features | null): void;
  /** Somebody was allowed to see the user's presence. */
  allowed(user: User, contact: Jid): void;
  /** Hears the other nodes. */
  listen(): void;
}

/** A device of another node wants the newest items of these people of ours. */
interface Wanted {
  readonly to: string;
  readonly names: readonly string[];
  readonly contacts: readonly BareJid[];
}
/** Somebody of ours lets a person of another node see them from now on. */
interface Allowed {
  readonly owner: BareJid;
  readonly watcher: BareJid;
}

export function createGreetings(
  core: Core,
  notifier: Notifier,
  deps: {
    readonly featuresOf: (session: ClientSession) => Features | null;
    readonly blockListsOf: (accountIds: readonly number[]) => Promise<ReadonlyMap<number, readonly string[]>>;
  },
): Greetings {
  const { users, roster } = core;

  const isHere = (session: ClientSession): boolean => session.state !== 'ended' && session.presence !== null;

  function wanted(realm: Realm, names: ReadonlySet<string>): PubNode[] {
    if (realm.nodes.size === 0) return [];
    const found: PubNode[] = [];
    const take = (node: PubNode | undefined) => {
      if (node?.config.sendLast === 'on_sub_and_presence' && node.config.deliverNotifications) found.push(node);
    };
    if (realm.nodes.size < names.size) {
      for (const node of realm.nodes.values()) if (names.has(node.name)) take(node);
    } else for (const name of names) take(realm.nodes.get(name));
    return found;
  }

  function greet(session: ClientSession, realm: Realm, node: PubNode): void {
    const item = core.lastItem(node);
    if (!(item instanceof Promise)) {
      if (item !== null) notifier.greet(realm, node, item, session);
      return;
    }
    item.then(
      (found) => {
        // The node may have gone, or have become closed, while it was read.
        if (found === null || !isHere(session) || realm.nodes.get(node.name) !== node) return;
        notifier.greet(realm, node, found, session);
      },
      (error: unknown) => core.log.warn('pubsub.last-item-failed', { node: node.name, error }),
    );
  }

  /** Of a person who is in memory. */
  function ofUser(session: ClientSession, owner: User, names: ReadonlySet<string>): void {
    const realm = core.realms.ofPerson(owner);
    const nodes = wanted(realm, names);
    if (nodes.length === 0) return;
    const isOwn = owner === session.user;
    if (!isOwn && (!roster.isWatcher(owner, session.user.bare) || core.isBlocked(owner, session.jid))) return;
    for (const node of nodes)
      if (isOwn || mayRead(node.config, core.standing(realm, node, session.user.bare)) === null) greet(session, realm, node);
  }

  const isListed = (list: ReadonlySet<string>, jid: Jid): boolean =>
    list.has(jid.full) || list.has(jid.bare) || list.has(jid.domain) || list.has(`${jid.domain}/${jid.resource}`);

  async function ofOffline(session: ClientSession, bares: readonly BareJid[], names: ReadonlySet<string>): Promise<void> {
    const realms = await core.realms.load(bares);
    const found: { realm: Realm; node: PubNode }[] = [];
    const unread: { realm: Realm; accountId: number }[] = [];
    for (const [bare, realm] of realms) {
      const owner = users.peek(bare);
      if (owner !== undefined) {
        if (isHere(session)) ofUser(session, owner, names);
        continue;
      }
      for (const node of wanted(realm, names)) {
        // Both sides of a subscription are committed together, so the person's own list tells whether the contact lets them see.
        const { affiliation, subscription } = core.standing(realm, node, session.user.bare);
        const model = node.config.accessModel;
        // Groups are known only by the contact's own list.
        if (model === 'roster' && affiliation === null) continue;
        if (mayRead(node.config, { affiliation, subscription, sees: true, groups: [] }) === null) found.push({ realm, node });
      }
    }
    for (const { realm } of found) {
      if (realm.blocked === null && 'accountId' in realm.key && !unread.some((one) => one.realm === realm))
        unread.push({ realm, accountId: realm.key.accountId });
    }
    if (unread.length > 0) {
      const lists = await deps.blockListsOf(unread.map((one) => one.accountId));
      for (const { realm, accountId } of unread) realm.blocked = new Set(lists.get(accountId) ?? []);
    }
    if (!isHere(session)) return;
    for (const { realm, node } of found) {
      const owner = users.peek(realm.address.bare);
      const isBlocked = owner === undefined ? isListed(realm.blocked ?? new Set(), session.jid) : core.isBlocked(owner, session.jid);
      // A device of another node was seen to by its own: it asked for those only whose presence it sees.
      const isWatched = session instanceof DistantSession || roster.isWatched(session.user, realm.address.bare);
      if (!isBlocked && isWatched) greet(session, realm, node);
    }
  }

  function fromAfar({ to, names, contacts }: Wanted): void {
    const jid = parseJid(to);
    if (jid === null) return;
    const session = new DistantSession(jid, () => undefined);
    // It is available as far as its own node knows, and that one finds out whether it still is.
    session.presence = makePresence({ from: jid, to: null });
    of(session, contacts, new Set(names));
  }

  /** Of these people of ours. */
  function of(session: ClientSession, contacts: readonly BareJid[], names: ReadonlySet<string>): void {
    const router = core.router();
    const offline: BareJid[] = [];
    for (const bare of contacts) {
      const contact = users.peek(bare);
      if (contact !== undefined) ofUser(session, contact, names);
      else if (core.isElsewhere(bare)) continue;
      else if (core.realms.peek(bare)?.nodes.size !== 0 && router.isLocalDomain(bare.slice(bare.indexOf('@') + 1))) offline.push(bare);
    }
    if (offline.length > 0)
      ofOffline(session, offline, names).catch((error: unknown) =>
        core.log.warn('pubsub.greeting-failed', { to: session.jid.full, error }),
      );
  }

  const namesOf = (features: Features): Set<string> =>
    new Set([...features].flatMap((feature) => (feature.endsWith(NOTIFY) ? [feature.slice(0, -NOTIFY.length)] : [])));

  function allowedThere({ owner, watcher }: Allowed, node: string): void {
    for (const session of users.peek(watcher)?.sessions.values() ?? []) {
      const features = session.presence === null ? null : deps.featuresOf(session);
      if (features === null) continue;
      const wanted: Wanted = { to: session.jid.full, names: [...namesOf(features)], contacts: [owner] };
      core.router().elsewhere?.tell(node, 'pubsub.greet', wanted);
    }
  }

  return {
    listen() {
      const others = core.router().elsewhere;
      others?.hear('pubsub.greet', (payload) => fromAfar(payload as Wanted));
      others?.hear('pubsub.allowed', (payload, node) => allowedThere(payload as Allowed, node));
    },
    known(session, now, was) {
      const names = new Set<string>();
      for (const feature of now) if (feature.endsWith(NOTIFY) && was?.has(feature) !== true) names.add(feature.slice(0, -NOTIFY.length));
      if (names.size === 0) return;
      ofUser(session, session.user, names);
      const watched = roster.watchedOf(session.user);
      of(session, watched, names);
      const others = core.router().elsewhere;
      if (others === null) return;
      for (const [node, contacts] of others.group(watched)) {
        const wanted: Wanted = { to: session.jid.full, names: [...names], contacts };
        others.tell(node, 'pubsub.greet', wanted);
      }
    },
    allowed(user, contact) {
      const watcher = users.peek(contact.bare);
      const others = core.router().elsewhere;
      if (watcher === undefined && others !== null)
        for (const node of others.group([contact.bare]).keys())
          others.tell(node, 'pubsub.allowed', { owner: user.bare, watcher: contact.bare } satisfies Allowed);
      if (watcher === undefined || core.realms.ofPerson(user).nodes.size === 0) return;
      for (const session of watcher.sessions.values()) {
        const features = session.presence === null ? null : deps.featuresOf(session);
        if (features === null) continue;
        ofUser(session, user, namesOf(features));
      }
    },
  };
}
