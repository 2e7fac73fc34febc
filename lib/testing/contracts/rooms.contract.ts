import { describe, expect, it } from 'vitest';
import type { RoomListQuery } from '../../muc/ports.ts';
import type { Stores } from '../../store/stores.ts';
import { newRoom, roomConfig } from '../room-rows.ts';
import { jid, type MakeStores, useStores } from './make.ts';

const service = 'conference.example.com';
const address = (local: string) => jid(`${local}@${service}`);

export function describeRoomsContract(name: string, make: MakeStores): void {
  describe(`rooms: ${name}`, () => {
    const stores = useStores(make);
    const one = async (local: string) => (await stores().rooms.load([address(local)]))[0];

    it('gives back exactly what was stored', async () => {
      const room = newRoom(
        'café',
        { title: `Quotes ' " \\ 😀`, password: 'sesam\\', presenceBroadcast: ['moderator'], maxOccupants: 30 },
        {
          subject: { text: 'Lunch at 12', by: 'Ann', at: 17 },
          vcard: '<vCard xmlns="vcard-temp"/>',
          affiliations: [
            { who: 'ann@example.com', affiliation: 'owner', nick: 'Ann', reason: '' },
            { who: 'evil.example', affiliation: 'outcast', nick: null, reason: "it's spam" },
          ],
        },
      );
      const id = await stores().rooms.create(room);
      expect(await stores().rooms.load([address('nothere'), room.jid])).toEqual([{ ...room, id }]);
      expect(await stores().rooms.load([])).toEqual([]);
    });

    it('refuses a second room of one address, and keeps the first', async () => {
      await stores().rooms.create(newRoom('one', { title: 'First' }));
      await expect(stores().rooms.create(newRoom('one', { title: 'Second' }))).rejects.toThrow();
      expect((await one('one'))?.config.title).toBe('First');
      expect(await stores().rooms.count()).toBe(1);
    });

    it('saves configuration, subject and vCard, and finds a renamed room by its new title', async () => {
      const id = await stores().rooms.create(newRoom('one', { title: 'Old words' }));
      const config = roomConfig({ title: 'Fresh title', persistent: false, isPublic: false, membersOnly: true, password: 'x' });
      await stores().rooms.saveConfig(id, config);
      await stores().rooms.saveSubject(id, { text: '', by: 'Ann', at: 5 });
      await stores().rooms.saveVcard(id, '<vCard/>');
      expect(await one('one')).toMatchObject({ config, subject: { text: '', by: 'Ann', at: 5 }, vcard: '<vCard/>' });
      const find = (text: string) => stores().rooms.list({ text, sort: 'jid', direction: 'ascending', limit: 5 });
      expect((await find('old')).total).toBe(0);
      expect((await find('fre tit')).rows).toMatchObject([
        { id, title: 'Fresh title', persistent: false, isPublic: false, membersOnly: true, hasPassword: true },
      ]);
      await stores().rooms.saveConfig(id + 1_000, config);
      await stores().rooms.saveSubject(id + 1_000, { text: 'x', by: '', at: 0 });
    });

    it('changes affiliations in one go: the last word counts, none removes', async () => {
      const id = await stores().rooms.create(newRoom('one'));
      await stores().rooms.saveAffiliations(id, [
        { who: 'bob@example.com', affiliation: 'member', nick: null, reason: '' },
        { who: 'bob@example.com', affiliation: 'admin', nick: 'Bob', reason: 'trusted' },
        { who: 'eve@example.com', affiliation: 'outcast', nick: null, reason: 'spam' },
      ]);
      await stores().rooms.saveAffiliations(id, [
        { who: 'eve@example.com', affiliation: 'none', nick: null, reason: '' },
        { who: 'nobody@example.com', affiliation: 'none', nick: null, reason: '' },
        { who: 'ann@example.com', affiliation: 'owner', nick: null, reason: '' },
      ]);
      expect((await one('one'))?.affiliations).toEqual([
        { who: 'ann@example.com', affiliation: 'owner', nick: null, reason: '' },
        { who: 'bob@example.com', affiliation: 'admin', nick: 'Bob', reason: 'trusted' },
        { who: 'owner@example.com', affiliation: 'owner', nick: null, reason: '' },
      ]);
      await stores().rooms.saveAffiliations(id, []);
      await stores().rooms.saveAffiliations(id + 1_000, [{ who: 'bob@example.com', affiliation: 'member', nick: null, reason: '' }]);
    });

    it("tells a person's rooms, and follows a renamed or removed person", async () => {
      const member = (who: string, nick: string | null = null) => ({ who, affiliation: 'member' as const, nick, reason: '' });
      const a = await stores().rooms.create(newRoom('a', {}, { affiliations: [member('bob@example.com', 'Bobby')] }));
      const both = [{ ...member('rob@example.com'), affiliation: 'admin' as const }, member('bob@example.com')];
      await stores().rooms.create(newRoom('b', {}, { affiliations: both }));
      await stores().rooms.create(newRoom('c', {}, { affiliations: [member('bob@example.com.example')] }));
      await stores().rooms.forgetPerson(jid('bob@example.com'), jid('rob@example.com'));
      expect(await stores().rooms.ofPerson(jid('bob@example.com'))).toEqual([]);
      expect(await stores().rooms.ofPerson(jid('rob@example.com'))).toEqual([
        { jid: address('a'), affiliation: 'member', nick: 'Bobby' },
        { jid: address('b'), affiliation: 'admin', nick: null },
      ]);
      await stores().rooms.forgetPerson(jid('rob@example.com'));
      expect(await stores().rooms.ofPerson(jid('rob@example.com'))).toEqual([]);
      expect((await one('c'))?.affiliations).toHaveLength(1);
      expect((await stores().rooms.load([address('a')]))[0]?.id).toBe(a);
    });

    it('keeps hats and who wears them, and both follow what happens to a hat and to a person', async () => {
      const hat = (name: string, title = name, hue = '') => ({ uri: `urn:hats:${name}`, title, hue });
      const worn = (who: string, name: string) => ({ who: `${who}@example.com`, uri: `urn:hats:${name}` });
      const first = newRoom('one', {}, { hats: { kinds: [hat('b'), hat('c', "It's \\", '327.25')], worn: [worn('bob', 'b')] } });
      const id = await stores().rooms.create(first);
      expect((await one('one'))?.hats).toEqual(first.hats);
      await stores().rooms.saveHat(id, hat('a'));
      await stores().rooms.saveHat(id, hat('b', 'Other', '12'));
      const { rooms } = stores();
      for (const [who, name] of [
        ['bob', 'c'],
        ['bob', 'c'],
        ['ann', 'a'],
        ['rob', 'c'],
        ['ann', 'none'],
      ] as const)
        await rooms.wearHat(id, jid(`${who}@example.com`), `urn:hats:${name}`, true);
      await rooms.wearHat(id, jid('nobody@example.com'), 'urn:hats:a', false);
      expect((await one('one'))?.hats).toEqual({
        kinds: [hat('a'), hat('b', 'Other', '12'), hat('c', "It's \\", '327.25')],
        worn: [worn('ann', 'a'), worn('bob', 'b'), worn('bob', 'c'), worn('rob', 'c')],
      });
      await rooms.removeHat(id, 'urn:hats:a');
      await rooms.forgetPerson(jid('bob@example.com'), jid('rob@example.com'));
      expect((await one('one'))?.hats.worn).toEqual([worn('rob', 'b'), worn('rob', 'c')]);
      await rooms.wearHat(id, jid('rob@example.com'), 'urn:hats:b', false);
      await rooms.forgetPerson(jid('rob@example.com'));
      expect((await one('one'))?.hats.worn).toEqual([]);
      await rooms.saveHat(id + 1_000, hat('x'));
      await rooms.wearHat(id + 1_000, jid('rob@example.com'), 'urn:hats:x', true);
      await rooms.destroy(id);
    });

    it('counts the rooms that somebody made and still owns, also under another address', async () => {
      const own = (who: string) => [{ who: `${who}@example.com`, affiliation: 'owner' as const, nick: null, reason: '' }];
      const made = (local: string, by: string, owner: string) =>
        stores().rooms.create(newRoom(local, {}, { createdBy: `${by}@example.com`, affiliations: own(owner) }));
      await made('a', 'bob', 'bob');
      await made('b', 'bob', 'bob');
      await made('given', 'bob', 'ann');
      await made('got', 'ann', 'bob');
      const count = (who: string) => stores().rooms.countMadeBy(jid(`${who}@example.com`));
      expect([await count('bob'), await count('ann'), await count('nobody')]).toEqual([2, 0, 0]);
      await stores().rooms.forgetPerson(jid('bob@example.com'), jid('rob@example.com'));
      expect([await count('bob'), await count('rob')]).toEqual([0, 2]);
    });

    it('forgets a destroyed room, whose address is free again', async () => {
      const id = await stores().rooms.create(newRoom('one'));
      await stores().rooms.destroy(id);
      await stores().rooms.destroy(id);
      expect(await one('one')).toBeUndefined();
      expect(await stores().rooms.ofPerson(jid('owner@example.com'))).toEqual([]);
      expect(await stores().rooms.create(newRoom('one'))).not.toBe(id);
    });
  });

  describe(`list of rooms: ${name}`, () => {
    const stores = useStores(make);
    async function some(): Promise<void> {
      const { rooms } = stores();
      await rooms.create(newRoom('dev', { title: 'Zeta team', description: 'All about the compiler' }));
      await rooms.create(newRoom('ops', { title: 'beta team', isPublic: false, membersOnly: true }));
      await rooms.create(newRoom('all-hands', { title: 'Beta team', persistent: false }));
      await rooms.create(newRoom('ops@rooms.example.net', { title: '' }));
    }
    const locals = async (query: Partial<RoomListQuery>) => {
      const { rows } = await stores().rooms.list({ sort: 'jid', direction: 'ascending', limit: 10, ...query });
      return rows.map((row) => row.jid.replace('@conference.example.com', ''));
    };

    it.each<[Partial<RoomListQuery>, string[]]>([
      [{}, ['all-hands', 'dev', 'ops', 'ops@rooms.example.net']],
      [{ direction: 'descending' }, ['ops@rooms.example.net', 'ops', 'dev', 'all-hands']],
      [{ sort: 'title' }, ['ops@rooms.example.net', 'all-hands', 'ops', 'dev']],
      [{ sort: 'createdAt', direction: 'descending' }, ['ops@rooms.example.net', 'all-hands', 'ops', 'dev']],
      [{ text: 'TEAM bet' }, ['all-hands', 'ops']],
      [{ text: 'compil' }, ['dev']],
      [{ text: 'ops@conf' }, ['ops']],
      [{ text: 'hands' }, ['all-hands']],
      [{ text: 'ompiler' }, []],
      [{ text: "o'x \\ :*&" }, []],
      [{ domain: 'rooms.example.net' }, ['ops@rooms.example.net']],
      [{ persistent: false }, ['all-hands']],
      [{ persistent: true }, ['dev', 'ops', 'ops@rooms.example.net']],
      [{ publicOnly: true, text: 'team' }, ['all-hands', 'dev']],
      [{ hiddenOnly: true }, ['ops']],
      [{ place: { key: 'dev@conference.example.com', jid: 'dev@conference.example.com' } }, ['ops', 'ops@rooms.example.net']],
      [{ sort: 'title', place: { key: 'beta team', jid: 'all-hands@conference.example.com' } }, ['ops', 'dev']],
    ])('%j gives %j', async (query, expected) => {
      await some();
      expect(await locals(query)).toEqual(expected);
    });

    it.each(['jid', 'title', 'createdAt'] as const)('pages by %s so that each room comes once, both ways', async (sort) => {
      await some();
      for (const direction of ['ascending', 'descending'] as const) {
        const seen: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await stores().rooms.list({ sort, direction, limit: 1, ...(after === undefined ? {} : { after }) });
          expect(page.total).toBe(4);
          seen.push(...page.rows.map((row) => row.jid.replace('@conference.example.com', '')));
          if (page.next === null) break;
          after = page.next;
        }
        expect(seen).toEqual(await locals({ sort, direction }));
      }
    });

    it('refuses a cursor of another order', async () => {
      await some();
      const { next } = await stores().rooms.list({ sort: 'jid', direction: 'ascending', limit: 1 });
      await expect(stores().rooms.list({ sort: 'title', direction: 'ascending', limit: 1, after: next! })).rejects.toThrow('cursor');
      await expect(stores().rooms.list({ sort: 'jid', direction: 'ascending', limit: 1, after: 'rubbish' })).rejects.toThrow('cursor');
    });

    it('counts the rooms of each domain', async () => {
      expect((await stores().rooms.countsByDomain()).size).toBe(0);
      await some();
      expect([...(await stores().rooms.countsByDomain())].sort()).toEqual([
        ['conference.example.com', 3],
        ['rooms.example.net', 1],
      ]);
    });

    it('counts members, the banned not among them', async () => {
      const rows = (['owner', 'admin', 'member', 'outcast'] as const).map((affiliation) => ({
        who: `${affiliation}@example.com`,
        affiliation,
        nick: null,
        reason: '',
      }));
      await stores().rooms.create(newRoom('dev', {}, { affiliations: rows }));
      expect((await stores().rooms.list({ sort: 'jid', direction: 'ascending', limit: 1 })).rows[0]?.members).toBe(3);
    });
  });
}

/** Creates a room and gives its id. */
export const roomIn = (stores: Stores, local: string): Promise<number> => stores.rooms.create(newRoom(local));
