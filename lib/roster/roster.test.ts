import { beforeEach, describe, expect, test } from 'vitest';
import type { PresenceValues } from '../config/schema/index.ts';
import { systemClock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import { type LiveBox, liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { settingValues } from '../testing/fixed-settings.ts';
import { type MemoryStores, memoryStores } from '../testing/memory/index.ts';
import { createSmallNode, type Device, type SmallNode } from '../testing/small-node.ts';
import type { IqAnswer } from '../xmpp/router/hooks.ts';
import { Element, el } from '../xmpp/stanza/element.ts';
import { serialize } from '../xmpp/stanza/serialize.ts';
import { createRoster, type Roster } from './index.ts';
import type { RosterChange, RosterStore } from './ports.ts';

const ROSTER = 'jabber:iq:roster';
const settingsOf = (change: Partial<PresenceValues>): PresenceValues => settingValues('presence', { autoAuthorize: false, ...change });

let node: SmallNode;
let stores: MemoryStores;
let settings: LiveBox<PresenceValues>;
let roster: Roster;
const names = ['alice', 'bob', 'carol', 'dave'].map((name) => `${name}@example.com`);
/** How many addresses each search through all contact lists was about. */
let questions: number[];
/** Commits wait here while `held` is true. */
let held: (() => void)[] | null;

function build(): void {
  const store: RosterStore = {
    load: (ids) => stores.roster.load(ids),
    async save(change: RosterChange) {
      if (held !== null) await new Promise<void>((resolve) => held?.push(resolve));
      await stores.roster.save(change);
    },
    async holdersOf(contacts) {
      const named = new Set<string>(contacts);
      questions.push(named.size);
      return [...stores.state.rosters].flatMap(([accountId, { items, pendingIn }]) =>
        [...items, ...pendingIn].some(({ contact }) => named.has(contact)) ? [{ accountId, bare: names[accountId - 1] as BareJid }] : [],
      );
    },
  };
  roster = createRoster({ store, users: node.users, router: () => node.router, settings, clock: systemClock, log: silentLog });
  node.add(roster);
}

beforeEach(() => {
  node = createSmallNode();
  stores = memoryStores();
  settings = liveBox(settingsOf({}));
  held = null;
  questions = [];
  for (const name of names.slice(0, 3)) node.addAccount(name);
  build();
});

const get = (ver?: string) => el('query', ROSTER, ver === undefined ? {} : { ver });
const set = (...items: Element[]) => el('query', ROSTER, {}, ...items);
const item = (jid: string, attrs: Record<string, string> = {}, ...groups: string[]) =>
  new Element(
    'item',
    ROSTER,
    { jid, ...attrs },
    groups.map((g) => el('group', ROSTER, {}, g)),
  );
const textOf = (answer: IqAnswer): string =>
  'fault' in answer
    ? answer.fault.condition
    : answer.result === null
      ? ''
      : typeof answer.result === 'string'
        ? answer.result
        : serialize(answer.result, 'jabber:client');
const pushes = (device: Device): string[] => device.sent.filter((xml) => xml.includes("id='push-"));
const storedVersion = () => stores.state.rosters.get(1)?.version ?? 0;

describe('reading and changing the contact list', () => {
  test('gives the whole list, then an empty result as long as the version is current', async () => {
    const alice = await node.signIn('alice@example.com/desk');
    await alice.ask('set', set(item('bob@example.com', { name: 'Bob & Co' }, 'Work', 'Friends')));
    const list = textOf(await alice.ask('get', get()));
    expect(list).toBe(
      "<query xmlns='jabber:iq:roster' ver='1.1'><item jid='bob@example.com' name='Bob &amp; Co' subscription='none'><group>Work</group><group>Friends</group></item></query>",
    );
    expect(textOf(await alice.ask('get', get('1.1')))).toBe('');
    expect(textOf(await alice.ask('get', get('')))).toBe(list);
    await alice.ask('set', set(item('carol@example.com')));
    expect(textOf(await alice.ask('get', get('1.1')))).toContain("ver='1.2'");
  });

  test('the version survives a restart and never goes back', async () => {
    const before = await node.signIn('alice@example.com/desk');
    await before.ask('set', set(item('bob@example.com')));
    await before.ask('set', set(item('bob@example.com', { subscription: 'remove' })));
    node.restart();
    const after = await node.signIn('alice@example.com/desk');
    expect(textOf(await after.ask('get', get('1.2')))).toBe('');
    await after.ask('set', set(item('bob@example.com')));
    expect(textOf(await after.ask('get', get('1.2')))).toContain("ver='1.3'");
  });

  test('pushes each change to interested sessions only, the one that made it included, each with its own id and no sender', async () => {
    const desk = await node.signIn('alice@example.com/desk');
    const phone = await node.signIn('alice@example.com/phone');
    const bound = await node.signIn('alice@example.com/bound');
    await desk.ask('get', get());
    await phone.ask('get', get());
    await desk.ask('set', set(item('bob@example.com', { subscription: 'both', ask: 'subscribe', approved: 'true' })));
    expect(pushes(desk)).toHaveLength(1);
    expect(pushes(phone)).toHaveLength(1);
    expect(bound.sent).toEqual([]);
    const [first, second] = [pushes(desk)[0] ?? '', pushes(phone)[0] ?? ''];
    expect(first).not.toContain('from=');
    expect(first).toContain("<item jid='bob@example.com' subscription='none'/>");
    expect(first).toContain("ver='1.1'");
    expect(/id='([^']+)'/.exec(first)?.[1]).not.toBe(/id='([^']+)'/.exec(second)?.[1]);
  });

  test('an update replaces name and groups as a whole', async () => {
    const alice = await node.signIn('alice@example.com/desk');
    await alice.ask('set', set(item('bob@example.com', { name: 'Bob' }, 'Work')));
    await alice.ask('set', set(item('bob@example.com', {}, 'Home')));
    expect(textOf(await alice.ask('get', get()))).toContain("<item jid='bob@example.com' subscription='none'><group>Home</group></item>");
  });

  test('the answer, the push and the acknowledgement follow the commit', async () => {
    const alice = await node.signIn('alice@example.com/desk');
    await alice.ask('get', get());
    held = [];
    let answered = false;
    const done = alice.ask('set', set(item('bob@example.com'))).then(() => {
      answered = true;
    });
    await node.until(() => held?.length === 1);
    expect({ answered, pushed: pushes(alice).length, acks: alice.heldAcks }).toEqual({ answered: false, pushed: 0, acks: 1 });
    // A list read meanwhile waits, so that nobody learns a version that is not committed.
    const second = alice.ask('get', get('1.0')).then(textOf);
    for (const go of held ?? []) go();
    await done;
    expect({ pushed: pushes(alice).length, acks: alice.heldAcks, stored: storedVersion() }).toEqual({ pushed: 1, acks: 0, stored: 1 });
    expect(await second).toContain("ver='1.1'");
  });
});

describe('refusals of a contact list change', () => {
  const cases: readonly [string, Element, string][] = [
    ['no item (RFC 6121 §2.3.3)', set(), 'bad-request'],
    ['two items', set(item('bob@example.com'), item('carol@example.com')), 'bad-request'],
    ['no address', set(new Element('item', ROSTER)), 'bad-request'],
    ['an address that is none', set(item('bob@@example.com')), 'jid-malformed'],
    ['a group named twice', set(item('bob@example.com', {}, 'A', 'A')), 'bad-request'],
    ['a group without a name', set(item('bob@example.com', {}, '')), 'not-acceptable'],
    ['a group name that is too long', set(item('bob@example.com', {}, 'g'.repeat(1024))), 'not-acceptable'],
    ['a name that is too long', set(item('bob@example.com', { name: 'n'.repeat(1024) })), 'not-acceptable'],
    ['removal of nobody (§2.5.3)', set(item('bob@example.com', { subscription: 'remove' })), 'item-not-found'],
    ['oneself', set(item('alice@example.com')), 'not-allowed'],
  ];
  test.each(cases)('%s', async (_name, payload, condition) => {
    const alice = await node.signIn('alice@example.com/desk');
    expect(textOf(await alice.ask('set', payload))).toBe(condition);
    expect(storedVersion()).toBe(0);
  });

  test('the list of another is forbidden, existing or not, in the same words', async () => {
    const alice = await node.signIn('alice@example.com/desk');
    for (const type of ['get', 'set'] as const) {
      const existing = await alice.ask(type, set(item('carol@example.com')), 'bob@example.com');
      const missing = await alice.ask(type, set(item('carol@example.com')), 'nobody@example.com');
      expect(textOf(existing)).toBe('forbidden');
      expect(missing).toEqual(existing);
    }
  });

  test('a full list takes no one more, keeps whom it has, and grows again with the setting', async () => {
    settings.set(settingsOf({ maxContacts: 1 }));
    const alice = await node.signIn('alice@example.com/desk');
    await alice.ask('set', set(item('bob@example.com')));
    const refused = await alice.ask('set', set(item('carol@example.com')));
    expect(textOf(refused)).toBe('not-acceptable');
    expect('fault' in refused && refused.fault.text).toContain('1 contacts');
    expect(alice.presenceOut('subscribe', 'carol@example.com')?.condition).toBe('not-acceptable');
    expect(textOf(await alice.ask('set', set(item('bob@example.com', { name: 'B' }))))).toBe('');
    settings.set(settingsOf({ maxContacts: 0 }));
    expect(textOf(await alice.ask('set', set(item('carol@example.com'))))).toBe('');
  });
});

describe('subscriptions between two people', () => {
  let alice: Device;
  let bob: Device;
  beforeEach(async () => {
    alice = await node.signIn('alice@example.com/desk');
    bob = await node.signIn('bob@example.com/phone');
    for (const device of [alice, bob]) await device.ask('get', get());
    // This world has no presence room: being available is set by hand.
    const { makePresence } = await import('../xmpp/stanza/build.ts');
    bob.presence = makePresence({ from: bob.jid, to: null });
  });
  const itemOf = (who: Device, contact: string) => [...roster.itemsOf(who.user)].find((i) => i.contact === contact);

  test('asked, shown to the other with its extended content, approved: both lists agree and are stored', async () => {
    alice.presenceOut('subscribe', 'bob@example.com/phone', el('note', 'urn:example:note', {}, 'hi'));
    await node.until(() => bob.sent.length === 1);
    expect(bob.take()).toEqual([
      "<presence from='alice@example.com' to='bob@example.com' type='subscribe'><note xmlns='urn:example:note'>hi</note></presence>",
    ]);
    expect(pushes(alice).at(-1)).toContain("<item jid='bob@example.com' subscription='none' ask='subscribe'/>");
    alice.take();
    bob.presenceOut('subscribed', 'alice@example.com');
    await node.until(() => pushes(alice).length === 1);
    // Delivered before the push (RFC 6121 §3.1.6).
    expect(alice.sent[0]).toBe("<presence from='bob@example.com' to='alice@example.com' type='subscribed'/>");
    expect(alice.sent[1]).toContain("<item jid='bob@example.com' subscription='to'/>");
    expect(pushes(bob).at(-1)).toContain("<item jid='alice@example.com' subscription='from'/>");
    await node.until(() => alice.heldAcks === 0 && bob.heldAcks === 0);
    expect(stores.state.rosters.get(1)?.items).toMatchObject([{ contact: 'bob@example.com', subscription: 'to' }]);
    expect(stores.state.rosters.get(2)).toMatchObject({ items: [{ contact: 'alice@example.com', subscription: 'from' }], pendingIn: [] });
    expect(roster.watchersOf(bob.user)).toEqual(['alice@example.com']);
    expect(roster.watchedOf(alice.user)).toEqual(['bob@example.com']);
  });

  test('the request is acknowledged only when both sides are committed', async () => {
    held = [];
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => held?.length === 1);
    expect(alice.heldAcks).toBe(1);
    held?.shift()?.();
    await node.until(() => held?.length === 1);
    expect(alice.heldAcks).toBe(1);
    expect(bob.sent).toEqual([]);
    held?.shift()?.();
    await node.until(() => alice.heldAcks === 0);
    expect(bob.sent).toHaveLength(1);
  });

  test('a request waits outside the list, complete, through a restart, and a second one changes nothing', async () => {
    bob.disconnect();
    alice.presenceOut('subscribe', 'bob@example.com', el('note', 'urn:example:note', {}, 'first'));
    await node.until(() => stores.state.rosters.get(2)?.pendingIn.length === 1);
    node.restart();
    const again = await node.signIn('alice@example.com/desk');
    again.presenceOut('subscribe', 'bob@example.com', el('note', 'urn:example:note', {}, 'second'));
    const later = await node.signIn('bob@example.com/desk');
    await node.until(() => again.heldAcks === 0);
    expect([...roster.requestsOf(later.user)].map((r) => r.xml)).toEqual([
      "<presence from='alice@example.com' to='bob@example.com' type='subscribe'><note xmlns='urn:example:note'>first</note></presence>",
    ]);
    expect(textOf(await later.ask('get', get()))).not.toContain('<item');
  });

  test('a denied request pushes nothing to the one who denied and clears the waiting mark of the one who asked', async () => {
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => bob.sent.length === 1);
    bob.take();
    bob.presenceOut('unsubscribed', 'alice@example.com');
    await node.until(() => itemOf(alice, 'bob@example.com')?.ask === false);
    expect(pushes(bob)).toEqual([]);
    expect([...roster.requestsOf(bob.user)]).toEqual([]);
  });

  test('an approval given in advance answers the request without asking and stays', async () => {
    bob.presenceOut('subscribed', 'alice@example.com');
    await node.until(() => pushes(bob).length === 1);
    expect(bob.take()[0]).toContain("<item jid='alice@example.com' subscription='none' approved='true'/>");
    expect(alice.sent).toEqual([]);
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => itemOf(alice, 'bob@example.com')?.subscription === 'to');
    expect(bob.take().filter((xml) => xml.startsWith('<presence'))).toEqual([]);
    expect(itemOf(bob, 'alice@example.com')).toMatchObject({ subscription: 'from', approved: true });
    bob.presenceOut('unsubscribed', 'alice@example.com');
    await node.until(() => itemOf(alice, 'bob@example.com')?.subscription === 'none');
    expect(itemOf(bob, 'alice@example.com')).toMatchObject({ subscription: 'none', approved: false });
  });

  test('someone who sees us already is answered at once, without any device of ours', async () => {
    bob.presenceOut('subscribed', 'alice@example.com');
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => itemOf(alice, 'bob@example.com')?.subscription === 'to');
    bob.disconnect();
    await stores.roster.save({
      accountId: 1,
      version: 9,
      put: [{ contact: 'bob@example.com' as BareJid, name: '', groups: [], subscription: 'none', ask: false, approved: false, version: 9 }],
    });
    node.restart();
    const back = await node.signIn('alice@example.com/desk');
    back.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => itemOf(back, 'bob@example.com')?.subscription === 'to');
  });

  test('with automatic approval a local request is granted at once, one from elsewhere is not', async () => {
    settings.set(settingsOf({ autoAuthorize: true }));
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => itemOf(alice, 'bob@example.com')?.subscription === 'to' && alice.heldAcks === 0);
    expect(pushes(bob).at(-1)).toContain("<item jid='alice@example.com' subscription='from'/>");
    expect(bob.sent.some((xml) => xml.includes("type='subscribe'"))).toBe(false);
    const { makePresence } = await import('../xmpp/stanza/build.ts');
    const { parseJid } = await import('../kernel/jid.ts');
    const stranger = parseJid('eve@elsewhere.org');
    if (stranger === null) throw new Error('bad test');
    node.router.route(makePresence({ type: 'subscribe', from: stranger, to: bob.user.jid }));
    await node.until(() => bob.sent.at(-1)?.includes("from='eve@elsewhere.org'") === true);
    expect([...roster.requestsOf(bob.user)]).toHaveLength(1);
  });

  test('when no more may watch, the one who asks is told why and waits no longer', async () => {
    settings.set(settingsOf({ maxWatchers: 1, autoAuthorize: true }));
    const carol = await node.signIn('carol@example.com/x');
    carol.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => roster.watchersOf(bob.user).length === 1);
    const errors: string[] = [];
    node.add({
      name: 'spy',
      hooks: [
        {
          hook: 'presence.arriving',
          stage: 'decide',
          run: (_user, stanza) => {
            if (stanza.type === 'error') errors.push(stanza.render());
            return 'done';
          },
        },
      ],
    });
    alice.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => errors.length === 1 && itemOf(alice, 'bob@example.com')?.ask === false);
    expect(errors[0]).toContain('<resource-constraint');
    expect(roster.watchersOf(bob.user)).toEqual(['carol@example.com']);
  });

  test('our own approval past the limit of watchers is refused and changes nothing', async () => {
    alice.presenceOut('subscribe', 'bob@example.com');
    const carol = await node.signIn('carol@example.com/x');
    carol.presenceOut('subscribe', 'bob@example.com');
    await node.until(() => [...roster.requestsOf(bob.user)].length === 2);
    settings.set(settingsOf({ maxWatchers: 1 }));
    expect(bob.presenceOut('subscribed', 'alice@example.com')).toBeUndefined();
    expect(bob.presenceOut('subscribed', 'carol@example.com')?.condition).toBe('resource-constraint');
    expect([...roster.requestsOf(bob.user)].map((r) => r.contact)).toEqual(['carol@example.com']);
  });

  test('removing a mutual contact ends both directions and pushes the removal', async () => {
    settings.set(settingsOf({ autoAuthorize: true }));
    alice.presenceOut('subscribe', 'bob@example.com');
    bob.presenceOut('subscribe', 'alice@example.com');
    await node.until(
      () => itemOf(alice, 'bob@example.com')?.subscription === 'both' && itemOf(bob, 'alice@example.com')?.subscription === 'both',
    );
    alice.take();
    bob.take();
    expect(textOf(await alice.ask('set', set(item('bob@example.com', { subscription: 'remove' }))))).toBe('');
    expect(pushes(alice)[0]).toContain("<item jid='bob@example.com' subscription='remove'/>");
    await node.until(() => itemOf(bob, 'alice@example.com')?.subscription === 'none');
    expect(bob.sent.filter((xml) => xml.startsWith('<presence')).map((xml) => /type='(\w+)'/.exec(xml)?.[1])).toEqual([
      'unsubscribe',
      'unsubscribed',
    ]);
    await node.until(() => alice.heldAcks === 0);
  });

  test('an account that goes takes leave of everyone, so that the next owner of the address sees nobody', async () => {
    settings.set(settingsOf({ autoAuthorize: true }));
    alice.presenceOut('subscribe', 'bob@example.com');
    bob.presenceOut('subscribe', 'alice@example.com');
    await node.until(
      () => itemOf(alice, 'bob@example.com')?.subscription === 'both' && itemOf(bob, 'alice@example.com')?.subscription === 'both',
    );
    bob.take();
    await roster.forget(alice.user.bare);
    await node.until(() => stores.state.rosters.get(2)?.items[0]?.subscription === 'none');
    expect(itemOf(bob, 'alice@example.com')).toMatchObject({ subscription: 'none', ask: false });
    expect(roster.watchersOf(bob.user)).toEqual([]);
    expect(bob.take().map((xml) => /type='(\w+)'/.exec(xml)?.[1])).toEqual(['unsubscribe', 'unsubscribed', 'set']);
  });

  test('approvals, requests and the lists of disabled accounts are forgotten too, with one search for all that go together', async () => {
    const lists = stores.state.rosters;
    await bob.ask('get', get());
    bob.presenceOut('subscribed', 'alice@example.com');
    alice.presenceOut('subscribe', 'carol@example.com');
    await node.until(() => lists.get(2)?.items[0]?.approved === true && lists.get(3)?.pendingIn.length === 1);
    // Account 4 is disabled: nobody can load it.
    const kept = { contact: names[0] as BareJid, name: 'A', groups: ['x'], ask: false, approved: true, version: 7 };
    await stores.roster.save({ accountId: 4, version: 7, put: [{ ...kept, subscription: 'both' }] });
    await Promise.all([roster.forget(names[0] as BareJid), roster.forget('nobody@example.com' as BareJid)]);
    await node.until(() => lists.get(3)?.pendingIn.length === 0);
    expect(lists.get(2)?.items).toMatchObject([{ contact: names[0], approved: false }]);
    expect(lists.get(4)).toMatchObject({ version: 8, items: [{ ...kept, subscription: 'none', approved: false, version: 8 }] });
    expect(questions).toEqual([2]);
  });

  test('someone forgotten and read again before the commit keeps what was changed', async () => {
    held = [];
    const saved = alice.ask('set', set(item('carol@example.com')));
    await node.until(() => held?.length === 1);
    node.restart();
    const again = await node.signIn('alice@example.com/phone');
    expect([...roster.itemsOf(again.user)].map((i) => i.contact)).toEqual(['carol@example.com']);
    for (const go of held ?? []) go();
    await saved;
    held = null;
    await again.ask('set', set(item('bob@example.com')));
    expect(stores.state.rosters.get(1)).toMatchObject({
      version: 2,
      items: [{ contact: 'bob@example.com' }, { contact: 'carol@example.com' }],
    });
  });

  test('nobody is asked on a server we do not talk to, and nothing is left waiting; leaving goes out from the bare address', async () => {
    expect(alice.presenceOut('subscribe', 'eve@elsewhere.org')?.condition).toBe('remote-server-not-found');
    expect([...roster.itemsOf(alice.user)]).toEqual([]);
    alice.presenceOut('unsubscribe', 'eve@elsewhere.org/home');
    await node.until(() => node.outside.length === 1);
    expect(node.outside[0]?.render()).toBe("<presence from='alice@example.com' to='eve@elsewhere.org' type='unsubscribe'/>");
    expect(alice.heldAcks).toBe(0);
  });
});
