/**
 * Whatever people do, in whatever order, each device ends up believing about every other device what is true. Believing is what a client makes of the
 * presence it received: the newest of each sender, forgotten when it goes offline itself and for whom its own user has blocked.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { type BareJid, type Jid, parseJid } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { createRoster } from '../roster/index.ts';
import { settingsBox, settingValues } from '../testing/fixed-settings.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createSmallNode, type Device } from '../testing/small-node.ts';
import type { User } from '../xmpp/router/users.ts';
import { el } from '../xmpp/stanza/element.ts';
import { createPresence } from './index.ts';

const names = ['ann', 'ben', 'cat'] as const;
const resources = ['one', 'two'] as const;
const bareOf = (name: string): BareJid => `${name}@example.com` as BareJid;

const who = fc.constantFrom(...names);
const device = fc.record({ name: who, resource: fc.constantFrom(...resources) });
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant('available' as const), device, show: fc.constantFrom('away', 'dnd', 'xa') }) },
  fc.record({ is: fc.constant('unavailable' as const), device }),
  fc.record({ is: fc.constant('disconnect' as const), device }),
  { weight: 4, arbitrary: fc.record({ is: fc.constantFrom('subscribe' as const, 'subscribed' as const), device, other: who }) },
  fc.record({ is: fc.constantFrom('unsubscribe' as const, 'unsubscribed' as const), device, other: who }),
  fc.record({ is: fc.constant('remove' as const), device, other: who }),
  { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('block' as const, 'unblock' as const), name: who, other: who }) },
  fc.record({ is: fc.constant('share' as const), enabled: fc.boolean() }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Lets everything that was set off come to rest: nothing in this world waits longer than a few turns. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function play(autoAuthorize: boolean, areFriends: boolean, acts: readonly Act[]): Promise<void> {
  const node = createSmallNode();
  const stores = memoryStores();
  const settings = settingsBox('presence', { autoAuthorize });
  const blocks = new Map<string, Set<string>>(names.map((name) => [bareOf(name), new Set()]));
  let onBlocked: (owner: User, other: Jid) => void = () => undefined;
  let onUnblocked: (owner: User, other: Jid) => void = () => undefined;
  for (const name of names) {
    const accountId = node.addAccount(bareOf(name));
    if (!areFriends) continue;
    const friend = { name: '', groups: [], subscription: 'both', ask: false, approved: false, version: 1 } as const;
    const put = names.filter((other) => other !== name).map((other) => ({ contact: bareOf(other), ...friend }));
    await stores.roster.save({ accountId, version: 1, put });
  }
  const isBlocked = (owner: BareJid, other: BareJid): boolean => blocks.get(owner)?.has(other) ?? false;
  const roster = createRoster({
    store: stores.roster,
    users: node.users,
    router: () => node.router,
    settings,
    clock: systemClock,
    log: silentLog,
  });
  const presence = createPresence({
    users: node.users,
    router: () => node.router,
    roster,
    settings,
    clock: systemClock,
    blocking: {
      isBlocked: (owner, other) => isBlocked(owner.bare, other.bare),
      onBlocked: (fn) => {
        onBlocked = fn;
      },
      onUnblocked: (fn) => {
        onUnblocked = fn;
      },
    },
  });
  node.add(roster, presence, {
    name: 'blocking',
    hooks: [
      {
        hook: 'stanza.leaving',
        stage: 'guard',
        run: (session, stanza) =>
          stanza.to !== null && isBlocked(session.user.bare, stanza.to.bare) ? { condition: 'not-acceptable' } : undefined,
      },
      { hook: 'stanza.arriving', stage: 'guard', run: (user, stanza) => (isBlocked(user.bare, stanza.from.bare) ? 'drop' : undefined) },
    ],
  });
  await presence.start?.();

  const devices = new Map<string, Device>();
  const beliefs = new Map<string, Map<string, string>>();
  const signedIn = async (name: string, resource: string): Promise<Device> => {
    const full = `${bareOf(name)}/${resource}`;
    const there = devices.get(full);
    if (there !== undefined) return there;
    const made = await node.signIn(full);
    await made.ask('get', el('query', 'jabber:iq:roster'));
    devices.set(full, made);
    beliefs.set(full, new Map());
    return made;
  };

  function learn(): void {
    for (const [full, one] of devices) {
      const belief = beliefs.get(full);
      for (const xml of one.take()) {
        const [, from, type] = /^<presence from='([^']+)' to='[^']+'(?: type='(\w+)')?/.exec(xml) ?? [];
        if (from === undefined || !from.includes('/') || (type !== undefined && type !== 'unavailable')) continue;
        if (type === 'unavailable') belief?.delete(from);
        else belief?.set(from, /<show>(\w+)</.exec(xml)?.[1] ?? '');
      }
    }
  }

  async function perform(step: Act): Promise<void> {
    if (step.is === 'share') return settings.set(settingValues('presence', { autoAuthorize, enabled: step.enabled }));
    if ('name' in step) {
      if (step.name === step.other) return;
      const owner = await node.users.load(bareOf(step.name));
      const other = parseJid(bareOf(step.other));
      if (owner === null || other === null) throw new Error('nobody there');
      const list = blocks.get(owner.bare);
      if (step.is === 'block') {
        list?.add(other.bare);
        onBlocked(owner, other);
        learn();
        for (const [full, belief] of beliefs)
          if (full.startsWith(`${owner.bare}/`))
            for (const seen of belief.keys()) if (seen.startsWith(`${other.bare}/`)) belief.delete(seen);
      } else if (list?.delete(other.bare)) onUnblocked(owner, other);
      return;
    }
    const { name, resource } = step.device;
    const one = await signedIn(name, resource);
    switch (step.is) {
      case 'available':
        if (one.presence === null) beliefs.get(one.jid.full)?.clear();
        one.presenceOut('', null, el('show', 'jabber:client', {}, step.show));
        return;
      case 'unavailable':
        one.presenceOut('unavailable');
        return;
      case 'disconnect':
        devices.delete(one.jid.full);
        beliefs.delete(one.jid.full);
        one.disconnect();
        return;
      case 'remove':
        await one.ask(
          'set',
          el('query', 'jabber:iq:roster', {}, el('item', 'jabber:iq:roster', { jid: bareOf(step.other), subscription: 'remove' })),
        );
        return;
      default:
        one.presenceOut(step.is, bareOf(step.other));
    }
  }

  for (const step of acts) {
    await perform(step);
    await rest();
    learn();
    for (const [viewer, mine] of devices) {
      if (mine.presence === null) continue;
      const truth: Record<string, string> = {};
      for (const [full, theirs] of devices) {
        if (theirs.presence === null) continue;
        const same = theirs.user.bare === mine.user.bare;
        const seen =
          same ||
          (settings.get().enabled &&
            roster.isWatcher(theirs.user, mine.user.bare) &&
            !isBlocked(theirs.user.bare, mine.user.bare) &&
            !isBlocked(mine.user.bare, theirs.user.bare));
        if (seen) truth[full] = theirs.presence.el.child('show')?.text() ?? '';
      }
      expect(Object.fromEntries(beliefs.get(viewer) ?? []), `${viewer} after ${JSON.stringify(step)}`).toEqual(truth);
    }
    for (const one of devices.values()) expect(one.heldAcks).toBe(0);
  }
  // What the database holds is what memory says.
  for (const name of names) {
    const user = node.users.peek(bareOf(name));
    if (user === undefined) continue;
    const stored = new Map(stores.state.rosters.get(user.accountId)?.items.map((item) => [item.contact, item.subscription]));
    expect(new Map([...roster.itemsOf(user)].map((item) => [item.contact, item.subscription]))).toEqual(stored);
  }
}

test('every device believes what is true, after everything people, block lists and the sharing switch can do', async () => {
  await fc.assert(fc.asyncProperty(fc.boolean(), fc.boolean(), fc.array(act, { minLength: 5, maxLength: 40 }), play), { numRuns: 200 });
}, 60_000);
