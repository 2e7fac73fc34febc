/** A small node with the roster and presence rooms and block lists that are set by hand: alice, bob, carol and dave at example.com. */
import type { PresenceValues } from '../config/schema/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createPresence, type Presence } from '../presence/index.ts';
import { createRoster, type Roster } from '../roster/index.ts';
import type { Subscription } from '../roster/ports.ts';
import type { User } from '../xmpp/router/users.ts';
import { settingValues } from './fixed-settings.ts';
import { type MemoryStores, memoryStores } from './memory/index.ts';
import { createSmallNode, type SmallNode } from './small-node.ts';

export const presenceValues = (change: Partial<PresenceValues> = {}): PresenceValues =>
  settingValues('presence', { maxContacts: 0, maxWatchers: 0, ...change });

export const jidOf = (text: string): Jid => {
  const jid = parseJid(text);
  if (jid === null) throw new Error(`no address: ${text}`);
  return jid;
};

export interface PresenceWorld {
  readonly node: SmallNode;
  readonly stores: MemoryStores;
  readonly settings: LiveBox<PresenceValues>;
  readonly roster: Roster;
  readonly presence: Presence;
  readonly accountIds: ReadonlyMap<string, number>;
  /** `owner` gets `other` as a contact with this subscription; before anyone of them is in memory. */
  contact(owner: string, other: string, subscription: Subscription): Promise<void>;
  friends(a: string, b: string): Promise<void>;
  /** Blocks what `entry` names; `listed` are the addresses the block list then matches. */
  block(owner: User, entry: string, listed?: string): void;
  unblock(owner: User, entry: string): void;
}

export async function createPresenceWorld(): Promise<PresenceWorld> {
  const node = createSmallNode();
  const stores = memoryStores();
  const settings = liveBox(presenceValues());
  const blocks = new Map<string, string>();
  const told: { blocked: (owner: User, entry: Jid) => void; unblocked: (owner: User, entry: Jid) => void } = {
    blocked: () => undefined,
    unblocked: () => undefined,
  };
  const accountIds = new Map(
    ['alice', 'bob', 'carol', 'dave'].map((name) => [`${name}@example.com`, node.addAccount(`${name}@example.com`)]),
  );
  const common = { users: node.users, router: () => node.router, settings, clock: systemClock };
  const roster = createRoster({ ...common, store: stores.roster, log: silentLog });
  const presence = createPresence({
    ...common,
    roster,
    blocking: {
      isBlocked: (owner, other) => blocks.get(owner.bare) === other.bare || blocks.get(owner.bare) === other.full,
      onBlocked: (fn) => {
        told.blocked = fn;
      },
      onUnblocked: (fn) => {
        told.unblocked = fn;
      },
    },
  });
  node.add(roster, presence, {
    name: 'blocking',
    hooks: [
      { hook: 'stanza.arriving', stage: 'guard', run: (user, stanza) => (blocks.get(user.bare) === stanza.from.bare ? 'drop' : undefined) },
    ],
  });
  await presence.start?.();

  async function contact(owner: string, other: string, subscription: Subscription): Promise<void> {
    const accountId = accountIds.get(owner) ?? 0;
    const version = (stores.state.rosters.get(accountId)?.version ?? 0) + 1;
    const item = { contact: other as BareJid, name: '', groups: [], subscription, ask: false, approved: false, version };
    await stores.roster.save({ accountId, version, put: [item] });
  }

  return {
    node,
    stores,
    settings,
    roster,
    presence,
    accountIds,
    contact,
    async friends(a, b) {
      await contact(a, b, 'both');
      await contact(b, a, 'both');
    },
    block(owner, entry, listed = entry) {
      blocks.set(owner.bare, listed);
      told.blocked(owner, jidOf(entry));
    },
    unblock(owner, entry) {
      blocks.delete(owner.bare);
      told.unblocked(owner, jidOf(entry));
    },
  };
}
