import { describe, expect, it } from 'vitest';
import type { LinkedAccount } from '../../ldap/ports.ts';
import type { Stores } from '../../store/stores.ts';
import { agreementRow, directoryRow, linkRow, noCounts, runRow } from '../ldap-rows.ts';
import { type MakeStores, people, person, useStores } from './make.ts';

async function linkedOf(stores: Stores, agreement: string): Promise<LinkedAccount[]> {
  const all: LinkedAccount[] = [];
  for await (const slice of stores.directories.linked(agreement)) all.push(...slice);
  return all;
}

export function describeDirectoriesContract(name: string, make: MakeStores): void {
  describe(`directories: ${name}`, () => {
    const stores = useStores(make);

    it('keeps a directory as it was given, and each name once whatever its letters', async () => {
      const { directories } = stores();
      const row = directoryRow({ groups: [{ group: 'cn=Admins,dc=example,dc=test', role: 'administrator' }], caPem: 'pem' });
      expect(await directories.add(row)).toBe('added');
      expect(await directories.add({ ...row, id: 'dir-2', name: 'HEAD OFFICE' })).toBe('taken');
      expect(await directories.list()).toEqual([row]);
    });

    it('changes what is named and tells of an older version, of a taken name and of nothing there', async () => {
      const { directories } = stores();
      await directories.add(directoryRow());
      await directories.add(directoryRow({ id: 'dir-2', name: 'Branch' }));
      const changed = await directories.update('dir-1', { signIn: false, servers: [{ host: 'a.example', port: 636 }] }, 1);
      expect(changed).toEqual(directoryRow({ signIn: false, servers: [{ host: 'a.example', port: 636 }], version: 2 }));
      expect(await directories.update('dir-1', { signIn: true }, 1)).toBe('conflict');
      expect(await directories.update('dir-1', { name: 'branch' })).toBe('taken');
      expect(await directories.update('none', { signIn: true })).toBe(null);
    });

    it('keeps agreements, whose next time is no change of theirs', async () => {
      const { directories } = stores();
      await directories.add(directoryRow());
      expect(await directories.addAgreement(agreementRow())).toBe('added');
      expect(await directories.addAgreement(agreementRow({ id: 'agr-2', name: 'STAFF' }))).toBe('taken');
      expect(await directories.schedule('agr-1', 1_800_000_000_000, 0)).toBe(true);
      expect(await directories.schedule('agr-1', 1_900_000_000_000, 0)).toBe(false);
      expect(await directories.agreements()).toEqual([agreementRow({ nextAt: 1_800_000_000_000 })]);
      const changed = await directories.updateAgreement('agr-1', { graceDays: 30 }, 1);
      expect(changed).toMatchObject({ graceDays: 30, version: 2, nextAt: 1_800_000_000_000 });
      expect(await directories.updateAgreement('agr-1', { graceDays: 1 }, 1)).toBe('conflict');
    });

    it('ties accounts to the directory and reads them together, and forgets who is removed', async () => {
      const all = stores();
      const { directories, accounts } = all;
      await directories.add(directoryRow());
      await directories.addAgreement(agreementRow());
      const [anna = 0, bob = 0] = await people(all, 'anna', 'bob');
      await directories.link([linkRow(anna, { phone: '+1' }), linkRow(bob), linkRow(9_999_999)]);
      await directories.link([linkRow(bob, { goneAt: 1_700_000_000_000 })]);
      expect(await directories.linkOf(anna)).toEqual({
        ...linkRow(anna, { phone: '+1' }),
        userId: 'anna',
        bare: 'anna@example.com',
        name: 'anna',
        mail: '',
        enabled: true,
      });
      expect((await linkedOf(all, 'agr-1')).map(({ userId, goneAt }) => [userId, goneAt])).toEqual([
        ['anna', null],
        ['bob', 1_700_000_000_000],
      ]);
      expect(await directories.countLinked()).toEqual([{ agreementId: 'agr-1', people: 2, gone: 1 }]);
      expect(await directories.linksByKey('dir-1', [`key-${anna}`, 'none'])).toEqual([linkRow(anna, { phone: '+1' })]);
      await accounts.remove([bob]);
      expect((await linkedOf(all, 'agr-1')).map(({ userId }) => userId)).toEqual(['anna']);
    });

    it('gives people back as local accounts when the directory goes', async () => {
      const all = stores();
      const { directories, accounts } = all;
      await directories.add(directoryRow());
      await directories.addAgreement(agreementRow());
      const { created } = await accounts.create([person('anna', { source: 'ldap' })]);
      const [anna] = created;
      expect(anna?.source).toBe('ldap');
      await directories.link([linkRow(anna?.id ?? 0)]);
      await directories.addRun(runRow('run-1'));
      expect([await directories.remove('dir-1'), await directories.remove('dir-1')]).toEqual([true, false]);
      expect([
        await directories.list(),
        await directories.agreements(),
        await directories.linkOf(anna?.id ?? 0),
        await directories.run('run-1'),
      ]).toEqual([[], [], null, null]);
      expect((await accounts.get(anna?.id ?? 0))?.source).toBe('local');
    });

    it('an account that becomes the directory’s loses its password here', async () => {
      const { accounts } = stores();
      const keys = { storedKey: 'a', serverKey: 'b' };
      const credentials = { salt: 'c2FsdA==', iterations: 10_000, sha1: keys, sha256: keys };
      const { created } = await accounts.create([person('anna', { credentials }), person('bob', { credentials })]);
      expect(await accounts.passwordDomains()).toEqual(['example.com']);
      await accounts.update(created[0]?.id ?? 0, { source: 'ldap' });
      const bare = created[0]?.bare;
      const found = bare === undefined ? undefined : (await accounts.credentials([bare])).get(bare);
      expect(found).toMatchObject({ source: 'ldap', credentials: null });
      await accounts.remove([created[1]?.id ?? 0]);
      expect(await accounts.passwordDomains()).toEqual([]);
    });

    it('keeps runs with their changes, lists them newest first without, and deletes old ones', async () => {
      const { directories } = stores();
      await directories.add(directoryRow());
      await directories.addAgreement(agreementRow());
      await directories.addAgreement(agreementRow({ id: 'agr-2', name: 'Guests' }));
      await directories.addRun(runRow('run-1', { at: 1_000 }));
      await directories.addRun(runRow('run-2', { at: 2_000 }));
      await directories.addRun(runRow('run-3', { at: 1_500, agreementId: 'agr-2' }));
      const changes = [{ what: 'create' as const, userId: 'anna', detail: 'Anna' }];
      await directories.updateRun('run-2', { state: 'done', endedAt: 2_500, counts: { ...noCounts, created: 1 }, changes });
      expect(await directories.run('run-2')).toEqual(
        runRow('run-2', { at: 2_000, state: 'done', endedAt: 2_500, counts: { ...noCounts, created: 1 }, changes }),
      );
      expect((await directories.runs('agr-1', 5)).map(({ id, changes: shown }) => [id, shown])).toEqual([
        ['run-2', []],
        ['run-1', []],
      ]);
      expect((await directories.lastRuns()).map(({ id }) => id)).toEqual(['run-2', 'run-3']);
      expect([await directories.expireRuns(1_800, 1), await directories.expireRuns(1_800, 5)]).toEqual([1, 1]);
      expect((await directories.runs('agr-1', 5)).map(({ id }) => id)).toEqual(['run-2']);
    });
  });
}
