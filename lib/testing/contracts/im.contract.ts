import { describe, expect, it } from 'vitest';
import { sortableId } from '../../kernel/ids.ts';
import { archived, committed, jid, type MakeStores, people, useStores } from './make.ts';

export function describeImContract(name: string, make: MakeStores): void {
  describe(`journal: ${name}`, () => {
    const stores = useStores(make);

    it('calls back once per entry, in order, after the commit', async () => {
      const [alice] = await people(stores(), 'alice');
      const order: number[] = [];
      const rows = Array.from({ length: 50 }, (_, i) => archived(alice!, 'bob@example.com', `message ${i}`));
      await new Promise<void>((resolve) => {
        rows.forEach((row, i) => {
          stores().journal.append({ archive: [row], offline: [] }, () => {
            order.push(i);
            if (i === rows.length - 1) resolve();
          });
        });
        expect(order).toEqual([]);
      });
      expect(order).toEqual(rows.map((_, i) => i));
      expect(
        await stores().archive.existing(
          alice!,
          rows.map((row) => row.uid),
        ),
      ).toHaveLength(50);
    });

    it('stores an entry once however often it is appended', async () => {
      const [alice] = await people(stores(), 'alice');
      const row = archived(alice!, 'bob@example.com', 'twice');
      const offline = { accountId: alice!, uid: row.uid, from: jid('bob@example.com'), at: 1, xml: '<message/>' };
      await committed(stores(), { archive: [row], offline: [offline] });
      await committed(stores(), { archive: [row], offline: [offline] });
      expect((await stores().archive.page({ accountId: alice!, direction: 'forward', max: 10 })).rows).toEqual([row]);
      expect(await stores().offline.read(alice!, 10)).toEqual([offline]);
    });

    it('drops what belongs to a removed account, and keeps the rest', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      await stores().accounts.remove([alice!]);
      const kept = archived(bob!, 'alice@example.com', 'kept');
      await Promise.all([
        committed(stores(), { archive: [archived(alice!, 'bob@example.com', 'lost')] }),
        committed(stores(), {
          archive: [kept],
          offline: [{ accountId: alice!, uid: sortableId(), from: jid('bob@example.com'), at: 1, xml: '<m/>' }],
        }),
      ]);
      expect(await stores().archive.existing(bob!, [kept.uid])).toEqual([kept.uid]);
      expect(await stores().archive.edges(alice!)).toBeNull();
    });

    it('forgets an offline message that was taken, also within the same moment', async () => {
      const [alice] = await people(stores(), 'alice');
      const row = { accountId: alice!, uid: sortableId(), from: jid('bob@example.com'), at: 1, xml: '<message/>' };
      await Promise.all([
        committed(stores(), { offline: [row] }),
        committed(stores(), { offlineRemoved: [{ accountId: alice!, uid: row.uid }] }),
      ]);
      expect(await stores().offline.read(alice!, 10)).toEqual([]);
      await committed(stores(), { offline: [row] });
      await committed(stores(), { offlineRemoved: [{ accountId: alice!, uid: row.uid }] });
      expect(await stores().offline.read(alice!, 10)).toEqual([]);
    });

    it('puts a tombstone in place of the message taken back: of that sender, the newest of its id, also within one moment', async () => {
      const [alice] = await people(stores(), 'alice');
      const bob = 'bob@example.com';
      const rows = [
        archived(alice!, bob, 'older of the same id', { stanzaId: 'm1' }),
        archived(alice!, bob, 'taken back', { stanzaId: 'm1' }),
        archived(alice!, bob, 'mine of that id', { stanzaId: 'm1', outgoing: true }),
        archived(alice!, 'carol@example.com', 'of somebody else', { stanzaId: 'm1' }),
        archived(alice!, bob, 'not yet written', { stanzaId: 'm2' }),
      ];
      const retraction = archived(alice!, bob, '', { stanzaId: 'r' });
      const mark = (stanzaId: string) => ({
        accountId: alice!,
        peer: jid(bob),
        outgoing: false,
        stanzaId,
        xml: `<gone id='${stanzaId}'/>`,
      });
      await committed(stores(), { archive: rows.slice(0, 4) });
      await Promise.all([
        committed(stores(), { archive: rows.slice(4) }),
        committed(stores(), { archive: [retraction], retracted: [mark('m1'), mark('none')] }),
        committed(stores(), { retracted: [mark('m2')] }),
      ]);
      const kept = (await stores().archive.page({ accountId: alice!, direction: 'forward', max: 10 })).rows;
      expect(kept.map(({ uid, body, xml }) => [uid, body, xml.startsWith('<gone')])).toEqual([
        [rows[0]?.uid, rows[0]?.body, false],
        [rows[1]?.uid, '', true],
        [rows[2]?.uid, rows[2]?.body, false],
        [rows[3]?.uid, rows[3]?.body, false],
        [rows[4]?.uid, '', true],
        [retraction.uid, '', false],
      ]);
      const found = await stores().archive.page({ accountId: alice!, text: 'taken', direction: 'forward', max: 10 });
      expect(found.rows).toEqual([]);
    });

    it('keeps any text exactly', async () => {
      const [alice] = await people(stores(), 'alice');
      const body = `quotes ' " \\ \\u0000 newline\n tab\t emoji 😀 Ünïcödé {"a":[1]} $1 :name ; -- <b>&amp;</b>`;
      const row = archived(alice!, 'bob@example.com', body, { stanzaId: "it's \\ fine" });
      await committed(stores(), { archive: [row] });
      expect((await stores().archive.page({ accountId: alice!, direction: 'forward', max: 1 })).rows).toEqual([row]);
    });
  });

  describe(`archive: ${name}`, () => {
    const stores = useStores(make);
    async function filled() {
      const [alice, other] = await people(stores(), 'alice', 'other');
      const rows = Array.from({ length: 10 }, (_, i) =>
        archived(alice!, i % 2 === 0 ? 'bob@example.com' : 'carol@example.com', `number ${i} ${i === 3 ? 'Grüße aus Köln' : ''}`, {
          outgoing: i % 3 === 0,
        }),
      );
      await committed(stores(), { archive: [...rows, archived(other!, 'bob@example.com', 'number of another')] });
      return { alice: alice!, rows, ids: rows.map((row) => row.uid) };
    }
    const uids = (page: { rows: readonly { uid: string }[] }): string[] => page.rows.map((row) => row.uid);

    it('pages forward from the start and after an id', async () => {
      const { alice, ids } = await filled();
      const first = await stores().archive.page({ accountId: alice, direction: 'forward', max: 4 });
      expect([uids(first), first.complete, first.count]).toEqual([ids.slice(0, 4), false, 10]);
      const second = await stores().archive.page({ accountId: alice, direction: 'forward', max: 6, afterUid: ids[3]! });
      expect([uids(second), second.complete]).toEqual([ids.slice(4), true]);
    });

    it('pages backward from the end and before an id, still oldest first', async () => {
      const { alice, ids } = await filled();
      const last = await stores().archive.page({ accountId: alice, direction: 'backward', max: 4 });
      expect([uids(last), last.complete, last.count]).toEqual([ids.slice(6), false, 10]);
      const rest = await stores().archive.page({ accountId: alice, direction: 'backward', max: 6, beforeUid: ids[6]! });
      expect([uids(rest), rest.complete]).toEqual([ids.slice(0, 6), true]);
      const between = await stores().archive.page({
        accountId: alice,
        direction: 'backward',
        max: 10,
        beforeUid: ids[6]!,
        afterUid: ids[2]!,
      });
      expect(uids(between)).toEqual(ids.slice(3, 6));
    });

    it('filters by peer, resource, time and id', async () => {
      const { alice, rows, ids } = await filled();
      const page = (query: object) => stores().archive.page({ accountId: alice, direction: 'forward', max: 100, ...query });
      expect(uids(await page({ with: 'carol@example.com' }))).toEqual(ids.filter((_, i) => i % 2 === 1));
      expect(uids(await page({ with: 'carol@example.com/phone' }))).toEqual(ids.filter((_, i) => i % 2 === 1));
      expect(uids(await page({ with: 'carol@example.com/pho' }))).toEqual([]);
      expect(uids(await page({ start: rows[2]!.at, end: rows[4]!.at }))).toEqual(ids.slice(2, 5));
      expect(uids(await page({ ids: [ids[7]!, ids[1]!.toUpperCase(), 'no-such-id'] }))).toEqual([ids[1], ids[7]]);
      expect(uids(await page({ ids: ['no-such-id'] }))).toEqual([]);
      expect(uids(await page({ afterUid: 'no-such-id' }))).toEqual([]);
      expect(await page({ max: 0 })).toMatchObject({ rows: [], complete: false, count: 10 });
    });

    it('searches the text of one archive by the start of words, in any script', async () => {
      const { alice, ids } = await filled();
      const search = async (text: string) => uids(await stores().archive.page({ accountId: alice, direction: 'forward', max: 100, text }));
      expect(await search('grüsse')).toEqual([]);
      expect(await search('GRÜSS')).toEqual([]);
      expect(await search('GRÜ köln')).toEqual([ids[3]]);
      expect(await search('num')).toEqual(ids);
      expect(await search('another')).toEqual([]);
      expect(await search("' & | !")).toEqual([]);
    });

    it('tells its edges, what it has, and what was sent lately', async () => {
      const { alice, rows, ids } = await filled();
      expect(await stores().archive.edges(alice)).toEqual({
        first: { uid: ids[0], at: rows[0]!.at },
        last: { uid: ids[9], at: rows[9]!.at },
      });
      expect(await stores().archive.existing(alice, [ids[5]!, sortableId(), 'rubbish'])).toEqual([ids[5]]);
      const sent = rows.filter((row) => row.outgoing).reverse();
      const recent = (since: number, limit: number) => stores().archive.recentOutgoing([alice + 1000, alice], since, limit);
      expect([...(await recent(sent[2]!.at, 2))]).toEqual([[alice, sent.slice(0, 2).map((row) => `${row.peer}\n${row.stanzaId}`)]]);
      expect((await recent(sent[0]!.at, 10)).get(alice)).toHaveLength(1);
      expect((await stores().archive.recentOutgoing([], 0, 10)).size).toBe(0);
    });

    it('gives the newest id of archive and queue, to start after', async () => {
      expect(await stores().archive.newestUid()).toBeNull();
      const { alice, ids } = await filled();
      const newest = await stores().archive.newestUid();
      expect(newest! > ids[9]!).toBe(true);
      const later = sortableId();
      await committed(stores(), { offline: [{ accountId: alice, uid: later, from: jid('b@example.com'), at: 1, xml: '<m/>' }] });
      expect(await stores().archive.newestUid()).toBe(later);
    });

    it('lets the oldest go, a slice at a time', async () => {
      const { alice, rows } = await filled();
      expect(await stores().archive.expire(rows[4]!.at, 3)).toBe(3);
      expect(await stores().archive.expire(rows[4]!.at, 100)).toBe(1);
      expect((await stores().archive.edges(alice))?.first.uid).toBe(rows[4]!.uid);
    });

    it('keeps what a person wants archived', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      expect((await stores().archive.prefs([alice!, bob!])).size).toBe(0);
      const prefs = { default: 'roster' as const, always: ['a@x.example'], never: [] };
      await stores().archive.savePrefs(alice!, { default: 'never', always: [], never: ['b@x.example'] });
      await stores().archive.savePrefs(alice!, prefs);
      expect([...(await stores().archive.prefs([alice!, bob!]))]).toEqual([[alice, prefs]]);
    });
  });

  describe(`offline queue: ${name}`, () => {
    const stores = useStores(make);
    it('reads oldest first, counts, and forgets', async () => {
      const [alice, bob] = await people(stores(), 'alice', 'bob');
      const rows = Array.from({ length: 6 }, (_, i) => ({
        accountId: alice!,
        uid: sortableId(),
        from: jid(i % 2 ? 'x@y.example' : 'z@y.example'),
        at: 1_000 + i,
        xml: `<message id='${i}'/>`,
      }));
      await committed(stores(), { offline: rows.toReversed() });
      expect(await stores().offline.read(alice!, 4)).toEqual(rows.slice(0, 4));
      expect(await stores().offline.read(alice!, 4, rows[3]!.uid)).toEqual(rows.slice(4));
      expect([...(await stores().offline.counts([alice!, bob!]))]).toEqual([
        [alice, 6],
        [bob, 0],
      ]);
      expect(await stores().offline.countFrom(alice!, jid('x@y.example'))).toBe(3);
      await stores().offline.remove(alice!, [rows[0]!.uid, 'rubbish']);
      expect(await stores().offline.expire(1_003, 10)).toBe(2);
      expect((await stores().offline.read(alice!, 10)).map((row) => row.uid)).toEqual(rows.slice(3).map((row) => row.uid));
      await stores().offline.remove(alice!, 'all');
      expect((await stores().offline.counts([alice!])).get(alice!)).toBe(0);
    });
  });
}
