import { describe, expect, it } from 'vitest';
import { sortableId } from '../../kernel/ids.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { defaultConfig } from '../../pubsub/node-config.ts';
import type { Item, NodeChange, NodeRow, RealmKey } from '../../pubsub/ports.ts';
import { jid, type MakeStores, people, useStores } from './make.ts';

const config = defaultConfig('person', 65_536);
const node = (realm: RealmKey, name: string, more: Partial<NodeRow> = {}): NodeRow & { realm: RealmKey } => ({
  id: sortableId(),
  name,
  config,
  creator: 'alice@example.com' as BareJid,
  at: 1_000,
  itemCount: 0,
  itemBytes: 0,
  realm,
  ...more,
});
const item = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  uid: sortableId(),
  at: 5_000,
  publisher: 'alice@example.com' as BareJid,
  xml: `<x xmlns='urn:x'>${id}</x>`,
  bytes: 20,
  expiresAt: null,
  ...more,
});
const made = (row: NodeRow & { realm: RealmKey }, more: Partial<NodeChange> = {}): NodeChange => ({ nodeId: row.id, put: row, ...more });

export function describePubSubContract(name: string, make: MakeStores): void {
  describe(`nodes: ${name}`, () => {
    const stores = useStores(make);

    it('gives back nodes of people and of services with all their lists', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const own = node({ accountId: alice! }, 'n', { config: { ...config, rosterGroups: ['Ü', "'"], title: 'T' } });
      const topic = node({ service: 'pubsub.example.com' }, 'n');
      await stores().pubsub.save([
        made(own, {
          affiliations: { put: new Map([['bob@example.com', 'publisher' as const]]) },
          subscriptions: { put: [{ jid: 'bob@example.com/x', subid: 's', state: 'pending', deliver: false }] },
        }),
        made(topic),
      ]);
      const { realm: _, ...row } = own;
      expect(await stores().pubsub.loadPeople([alice!, bob!])).toEqual(
        new Map([
          [
            alice,
            [
              {
                ...row,
                affiliations: new Map([['bob@example.com', 'publisher']]),
                subscriptions: [{ jid: 'bob@example.com/x', subid: 's', state: 'pending', deliver: false }],
              },
            ],
          ],
        ]),
      );
      expect((await stores().pubsub.loadService('pubsub.example.com')).map((one) => one.id)).toEqual([topic.id]);
      expect(await stores().pubsub.loadService('other.example.com')).toEqual([]);
      expect(await stores().pubsub.accountsOf([jid('alice@example.com'), jid('none@example.com')])).toEqual(
        new Map([['alice@example.com', alice]]),
      );
    });

    it('changes a node: configuration, counts, lists', async () => {
      const [alice] = await people(stores(), 'alice');
      const own = node({ accountId: alice! }, 'n');
      const subscription = { jid: 'b@x.example', subid: '1', state: 'pending', deliver: true } as const;
      await stores().pubsub.save([
        made(own, {
          affiliations: { put: new Map([['a@x.example', 'member' as const]]) },
          subscriptions: { put: [subscription] },
        }),
      ]);
      await stores().pubsub.save([
        {
          nodeId: own.id,
          put: { ...own, config: { ...config, accessModel: 'open' } },
          counts: { items: 3, bytes: 99 },
          affiliations: { put: new Map([['c@x.example', 'owner' as const]]), remove: ['a@x.example'] },
          subscriptions: { put: [{ ...subscription, state: 'subscribed' }] },
        },
      ]);
      const [found] = (await stores().pubsub.loadPeople([alice!])).get(alice!) ?? [];
      expect(found).toMatchObject({ itemCount: 3, itemBytes: 99, config: { accessModel: 'open' } });
      expect(found?.affiliations).toEqual(new Map([['c@x.example', 'owner']]));
      expect(found?.subscriptions).toEqual([{ ...subscription, state: 'subscribed' }]);
      await stores().pubsub.save([{ nodeId: own.id, subscriptions: { remove: ['b@x.example'] } }]);
      await stores().pubsub.save([{ nodeId: own.id, remove: true }]);
      expect(await stores().pubsub.loadPeople([alice!])).toEqual(new Map());
    });

    it('forgets a person in the lists of all nodes, and nobody whose address is only like theirs', async () => {
      const [alice] = await people(stores(), 'alice');
      const own = node({ accountId: alice! }, 'n');
      const topic = node({ service: 'pubsub.example.com' }, 'n');
      const listed = {
        affiliations: {
          put: new Map([
            ['b_b@example.com', 'owner' as const],
            ['bob@example.com', 'member' as const],
          ]),
        },
        subscriptions: {
          put: ['b_b@example.com', 'b_b@example.com/x', 'bob@example.com/x', 'b_b@example.com.example'].map((who) => ({
            jid: who,
            subid: 's',
            state: 'subscribed' as const,
            deliver: true,
          })),
        },
      };
      await stores().pubsub.save([made(own, listed), made(topic, listed)]);
      await stores().pubsub.forgetPerson(jid('b_b@example.com'));
      await stores().pubsub.forgetPerson(jid('none@example.com'));
      for (const one of [
        (await stores().pubsub.loadPeople([alice!])).get(alice!)?.[0],
        (await stores().pubsub.loadService('pubsub.example.com'))[0],
      ]) {
        expect(one?.affiliations).toEqual(new Map([['bob@example.com', 'member']]));
        expect(one?.subscriptions.map((row) => row.jid)).toEqual(['b_b@example.com.example', 'bob@example.com/x']);
      }
    });

    it('a renamed person keeps affiliations and subscriptions, where the new address has none of its own', async () => {
      const topics = ['a', 'b'].map((name) => node({ service: 'pubsub.example.com' }, name));
      const row = (at: string, state: 'subscribed' | 'pending' = 'subscribed') => ({ jid: at, subid: `s-${at}`, state, deliver: true });
      const mine = {
        affiliations: { put: new Map([['bob@example.com', 'owner'] as const]) },
        subscriptions: { put: [row('bob@example.com'), row('bob@example.com/x', 'pending'), row('bobby@example.com')] },
      };
      await stores().pubsub.save([made(topics[0]!, mine), made(topics[1]!, mine)]);
      const both = {
        affiliations: { put: new Map([['rob@example.com', 'outcast'] as const]) },
        subscriptions: { put: [{ ...row('rob@example.com'), subid: 'own' }] },
      };
      await stores().pubsub.save([{ nodeId: topics[1]!.id, ...both }]);
      await stores().pubsub.forgetPerson(jid('bob@example.com'), jid('rob@example.com'));
      const [a, b] = (await stores().pubsub.loadService('pubsub.example.com')).sort((x, y) => (x.name < y.name ? -1 : 1));
      const rows = (one: typeof a) => one?.subscriptions.map((sub) => [sub.jid, sub.subid, sub.state]).sort();
      expect(a?.affiliations).toEqual(new Map([['rob@example.com', 'owner']]));
      expect(rows(a)).toEqual([
        ['bobby@example.com', 's-bobby@example.com', 'subscribed'],
        ['rob@example.com', 's-bob@example.com', 'subscribed'],
        ['rob@example.com/x', 's-bob@example.com/x', 'pending'],
      ]);
      expect(b?.affiliations).toEqual(new Map([['rob@example.com', 'outcast']]));
      expect(rows(b)?.[1]).toEqual(['rob@example.com', 'own', 'subscribed']);
      expect(rows(b)).toHaveLength(3);
    });

    it('keeps items in the order of publishing; replaced they are the newest', async () => {
      const [alice] = await people(stores(), 'alice');
      const own = node({ accountId: alice! }, 'n');
      const [a, b, c] = [item('a'), item('b'), item('c')];
      await stores().pubsub.save([made(own), { nodeId: own.id, items: { put: [a, b, c] } }]);
      const again = item('a', { xml: "<y xmlns='urn:y'/>" });
      await stores().pubsub.save([{ nodeId: own.id, items: { put: [again], remove: ['c', 'none'] } }]);
      expect((await stores().pubsub.heads(own.id)).map((head) => head.id)).toEqual(['b', 'a']);
      expect(await stores().pubsub.items(own.id, ['a', 'none', 'b'])).toEqual([again, b]);
      expect(await stores().pubsub.lastItems([own.id, sortableId()])).toEqual(new Map([[own.id, again]]));
      await stores().pubsub.save([{ nodeId: own.id, items: { clear: true } }]);
      expect(await stores().pubsub.heads(own.id)).toEqual([]);
    });

    it('finds what has expired, also by a rule that came later', async () => {
      const [alice] = await people(stores(), 'alice');
      const own = node({ accountId: alice! }, 'n');
      const topic = node({ service: 's.example' }, 't');
      await stores().pubsub.save([made(own), made(topic)]);
      await stores().pubsub.save([
        { nodeId: own.id, items: { put: [item('soon', { expiresAt: 6_000 }), item('never')] } },
        { nodeId: topic.id, items: { put: [item('x', { expiresAt: 5_500 })] } },
      ]);
      expect(await stores().pubsub.expired(6_000, 10)).toEqual([
        { owner: 's.example', isService: true, node: 't', id: 'x' },
        { owner: 'alice@example.com', isService: false, node: 'n', id: 'soon' },
      ]);
      expect(await stores().pubsub.expired(5_999, 10)).toHaveLength(1);
      await stores().pubsub.save([{ nodeId: own.id, expiry: 10 }]);
      expect((await stores().pubsub.expired(15_000, 10)).map((one) => one.id).sort()).toEqual(['never', 'soon', 'x']);
      await stores().pubsub.save([{ nodeId: own.id, expiry: 0 }]);
      expect((await stores().pubsub.expired(1e12, 10)).map((one) => one.id)).toEqual(['x']);
    });

    it('forgets the nodes of an account that went, and takes nothing more for it', async () => {
      const [alice] = await people(stores(), 'alice');
      const own = node({ accountId: alice! }, 'n');
      await stores().pubsub.save([made(own, { items: { put: [] } })]);
      await stores().accounts.remove([alice!]);
      await stores().pubsub.save([made(node({ accountId: alice! }, 'm'))]);
      await stores().pubsub.save([{ nodeId: own.id, items: { put: [item('a')] } }]);
      expect(await stores().pubsub.loadPeople([alice!])).toEqual(new Map());
    });

    it('changes given at once are all kept', async () => {
      const ids = await people(stores(), 'a', 'b', 'c', 'd');
      await Promise.all(ids.map((accountId) => stores().pubsub.save([made(node({ accountId }, 'n'))])));
      expect([...(await stores().pubsub.loadPeople(ids)).keys()].sort()).toEqual([...ids].sort());
    });

    it('lists nodes newest first, by owner, kind and part of the name, a page at a time', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const rows = [
        node({ accountId: alice! }, 'urn:One'),
        node({ accountId: bob! }, 'urn:two'),
        node({ service: 's.example' }, 'urn:one'),
      ];
      await stores().pubsub.save(rows.map((row) => made(row)));
      await stores().pubsub.save([
        {
          nodeId: rows[0]!.id,
          items: { put: [item('a', { at: 7_000 })] },
          subscriptions: { put: [{ jid: 'x@x.example', subid: '1', state: 'subscribed', deliver: true }] },
        },
      ]);
      const names = async (query: Partial<Parameters<ReturnType<typeof stores>['pubsub']['find']>[0]>) => {
        const page = await stores().pubsub.find({ limit: 10, ...query });
        return page.items.map((one) => `${one.owner} ${one.name}`);
      };
      expect(await names({})).toEqual(['s.example urn:one', 'bob@example.com urn:two', 'alice@example.com urn:One']);
      expect(await names({ owner: 'bob@example.com' })).toEqual(['bob@example.com urn:two']);
      expect(await names({ kind: 'service' })).toEqual(['s.example urn:one']);
      expect(await names({ name: 'ONE', kind: 'person' })).toEqual(['alice@example.com urn:One']);
      const first = await stores().pubsub.find({ limit: 2 });
      expect(first.next).toBe(true);
      const rest = await stores().pubsub.find({ limit: 2, after: first.items[1]!.id });
      expect(rest).toMatchObject({ next: false, items: [{ name: 'urn:One', subscribers: 1, lastItemAt: 7_000 }] });
    });
  });
}
