import { describe, expect, it } from 'vitest';
import type { RosterItem } from '../../roster/ports.ts';
import { eventually } from '../eventually.ts';
import { jid, type MakeStores, people, useStores } from './make.ts';

const item = (contact: string, more: Partial<RosterItem> = {}): RosterItem => ({
  contact: jid(contact),
  name: '',
  groups: [],
  subscription: 'none',
  ask: false,
  approved: false,
  version: 1,
  ...more,
});

export function describePeopleContract(name: string, make: MakeStores): void {
  describe(`roster: ${name}`, () => {
    const stores = useStores(make);

    it('gives an empty roster to whoever has none', async () => {
      const [alice] = await people(stores(), 'alice');
      expect((await stores().roster.load([alice!])).get(alice!)).toEqual({ version: 0, items: [], pendingIn: [] });
      expect((await stores().roster.load([])).size).toBe(0);
    });

    it('applies changes in order, of many people at once', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const pending = { contact: jid('eve@x.example'), xml: "<presence type='subscribe'/>", at: 5 };
      await Promise.all([
        stores().roster.save({
          accountId: alice!,
          version: 1,
          put: [item('x@x.example'), item('y@x.example', { groups: ['Work', 'O\'Neil, "x" {y}'] })],
        }),
        stores().roster.save({ accountId: bob!, version: 7, put: [item('alice@example.com', { subscription: 'both' })] }),
        stores().roster.save({
          accountId: alice!,
          version: 2,
          put: [item('x@x.example', { name: 'X', ask: true, version: 2 })],
          pendingPut: [pending],
        }),
        stores().roster.save({ accountId: alice!, version: 3, remove: [jid('y@x.example')] }),
        stores().roster.save({
          accountId: alice!,
          version: 4,
          put: [item('y@x.example', { approved: true, groups: ['Späte'], version: 4 })],
        }),
      ]);
      const loaded = await stores().roster.load([alice!, bob!]);
      expect(loaded.get(alice!)).toEqual({
        version: 4,
        items: [
          item('x@x.example', { name: 'X', ask: true, version: 2 }),
          item('y@x.example', { approved: true, groups: ['Späte'], version: 4 }),
        ],
        pendingIn: [pending],
      });
      expect(loaded.get(bob!)).toMatchObject({ version: 7, items: [{ contact: 'alice@example.com', subscription: 'both' }] });
      await stores().roster.save({
        accountId: alice!,
        version: 5,
        remove: [jid('x@x.example'), jid('never@x.example')],
        pendingRemove: [pending.contact],
      });
      expect((await stores().roster.load([alice!])).get(alice!)).toMatchObject({
        version: 5,
        items: [{ contact: 'y@x.example' }],
        pendingIn: [],
      });
    });

    it('finds who has an address in the list or waiting', async () => {
      const [alice, bob, carol] = await people(stores(), 'alice', 'bob', 'carol');
      const pendingPut = [{ contact: jid('y@x.example'), xml: '<presence/>', at: 1 }];
      await stores().roster.save({ accountId: alice!, version: 1, put: [item('x@x.example')] });
      await stores().roster.save({ accountId: bob!, version: 1, pendingPut });
      await stores().roster.save({ accountId: carol!, version: 1, put: [item('z@x.example')] });
      expect(await stores().roster.holdersOf([jid('x@x.example'), jid('y@x.example')])).toEqual([
        { accountId: alice, bare: jid('alice@example.com') },
        { accountId: bob, bare: jid('bob@example.com') },
      ]);
      expect(await stores().roster.holdersOf([])).toEqual([]);
    });

    it('never lets the version fall, and forgets changes of people who went', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await stores().roster.save({ accountId: alice!, version: 9 });
      await stores().roster.save({ accountId: alice!, version: 3, put: [item('x@x.example')] });
      expect((await stores().roster.load([alice!])).get(alice!)).toMatchObject({ version: 9, items: [{ contact: 'x@x.example' }] });
      await stores().accounts.remove([bob!]);
      await stores().roster.save({ accountId: bob!, version: 1, put: [item('x@x.example')] });
      expect((await stores().roster.load([bob!])).get(bob!)?.items).toEqual([]);
    });
  });

  describe(`block list and profile: ${name}`, () => {
    const stores = useStores(make);

    it('replaces the whole block list', async () => {
      const [alice] = await people(stores(), 'alice');
      await stores().blocking.save(alice!, ['b.example', 'a@x.example/r', 'a@x.example', 'b.example']);
      expect((await stores().blocking.load([alice!])).get(alice!)).toEqual(['a@x.example', 'a@x.example/r', 'b.example']);
      await stores().blocking.save(alice!, ['c.example']);
      expect((await stores().blocking.load([alice!])).get(alice!)).toEqual(['c.example']);
      await stores().blocking.save(alice!, []);
      expect((await stores().blocking.load([alice!])).get(alice!)).toEqual([]);
    });

    it('keeps vCard, private XML by name and namespace, and when somebody was last seen', async () => {
      const [alice] = await people(stores(), 'alice');
      expect(await stores().profile.vcard(alice!)).toBeNull();
      await stores().profile.saveVcard(alice!, '<vCard>1</vCard>');
      await stores().profile.saveVcard(alice!, '<vCard>2</vCard>');
      expect(await stores().profile.vcard(alice!)).toBe('<vCard>2</vCard>');
      expect(await stores().profile.photos([alice!, 0])).toEqual(new Map([[alice, { photo: null, xml: '<vCard>2</vCard>' }]]));
      await stores().profile.saveVcard(alice!, '<vCard>3</vCard>', 'hash');
      expect(await stores().profile.photos([alice!])).toEqual(new Map([[alice, { photo: 'hash', xml: '' }]]));
      await stores().profile.savePrivateXml(alice!, 'storage', 'storage:bookmarks', '<a/>');
      await stores().profile.savePrivateXml(alice!, 'storage', 'storage:rosternotes', '<b/>');
      expect(await stores().profile.privateXml(alice!, 'storage', 'storage:bookmarks')).toBe('<a/>');
      expect(await stores().profile.privateXml(alice!, 'other', 'storage:bookmarks')).toBeNull();
      expect(await stores().profile.lastSeen(alice!)).toBeNull();
      stores().profile.saveLastSeen(alice!, 1_000, 'bye');
      stores().profile.saveLastSeen(alice!, 2_000, '');
      expect(await stores().profile.lastSeen(alice!)).toEqual({ at: 2_000, status: '' });
      await eventually(async () => (await stores().profile.lastSeen(alice!))?.at === 2_000);
    });
  });
}
