import { describe, expect, it } from 'vitest';
import type { ConsoleSession, SignInRecord } from '../../security/ports.ts';
import { eventually } from '../eventually.ts';
import { type MakeStores, useStores } from './make.ts';

const signIn = (more: Partial<SignInRecord> = {}): SignInRecord => ({
  at: 60_000,
  kind: 'xmpp',
  name: 'alice@example.com',
  accountId: 1,
  address: '192.0.2.1',
  mechanism: 'SCRAM-SHA-256',
  outcome: 'ok',
  ...more,
});
const operator = (id: string, username: string) => ({
  id,
  username,
  name: username,
  role: 'operator' as const,
  passwordHash: `hash of ${id}`,
  mustChangePassword: true,
});
const session = (id: string, operatorId: string, more: Partial<ConsoleSession> = {}) => ({
  id,
  operatorId,
  createdAt: 1,
  lastSeenAt: 100,
  expiresAt: 10_000,
  address: '192.0.2.1',
  agent: 'test',
  secretHash: `secret of ${id}`,
  ...more,
});

export function describeSecurityContract(name: string, make: MakeStores): void {
  describe(`sign-in log: ${name}`, () => {
    const stores = useStores(make);

    it('shows the newest first, and equal failures of one minute once', async () => {
      stores().signIns.record(signIn({ at: 60_001 }));
      for (let i = 0; i < 5; i++) stores().signIns.record(signIn({ at: 60_100 + i, outcome: 'wrong-password' }));
      await stores().signIns.recent({ limit: 1 });
      stores().signIns.record(signIn({ at: 60_500, outcome: 'wrong-password' }));
      stores().signIns.record(signIn({ at: 120_001, outcome: 'wrong-password' }));
      stores().signIns.record(signIn({ at: 60_002 }));
      const rows = await stores().signIns.recent({ name: 'ALICE@example.com', limit: 10 });
      expect(rows.map((row) => [row.at, row.outcome])).toEqual([
        [120_001, 'wrong-password'],
        [60_500, 'wrong-password'],
        [60_002, 'ok'],
        [60_001, 'ok'],
      ]);
      expect(await stores().signIns.recent({ accountId: 2, limit: 10 })).toEqual([]);
    });

    it('knows from where somebody signed in well', async () => {
      stores().signIns.record(signIn({ at: 1_000, address: '192.0.2.9' }));
      stores().signIns.record(signIn({ at: 5_000, address: '192.0.2.2' }));
      stores().signIns.record(signIn({ at: 6_000, address: '192.0.2.1' }));
      stores().signIns.record(signIn({ at: 7_000, address: '192.0.2.3', outcome: 'disabled' }));
      expect(await stores().signIns.goodAddresses('alice@example.com', 2_000)).toEqual(['192.0.2.1', '192.0.2.2']);
      expect(await stores().signIns.expire(6_000, 10)).toBe(2);
      expect(await stores().signIns.recent({ limit: 10 })).toHaveLength(2);
    });
  });

  describe(`operators: ${name}`, () => {
    const stores = useStores(make);

    it('are unique by name without regard to letter case', async () => {
      const made = await stores().operators.create(operator('1', 'Admin'));
      expect(made).toMatchObject({ id: '1', enabled: true, version: 1, lastSignInAt: null, mustChangePassword: true });
      expect(made).not.toHaveProperty('passwordHash');
      expect(await stores().operators.create(operator('2', 'ADMIN'))).toBe('taken');
      expect((await stores().operators.byUsername('admin'))?.passwordHash).toBe('hash of 1');
      expect(await stores().operators.byUsername('nobody')).toBeNull();
      expect((await stores().operators.list()).map((row) => row.username)).toEqual(['Admin']);
    });

    it('are edited by version; a sign-in is no edit', async () => {
      await stores().operators.create(operator('1', 'admin'));
      expect(await stores().operators.update('1', { lastSignInAt: 77 })).toMatchObject({ version: 1, lastSignInAt: 77 });
      expect(await stores().operators.update('1', { role: 'administrator', enabled: false }, 1)).toMatchObject({
        version: 2,
        role: 'administrator',
        enabled: false,
      });
      expect(await stores().operators.update('1', { name: 'late' }, 1)).toBe('conflict');
      expect(await stores().operators.update('9', { name: 'x' })).toBeNull();
      await stores().consoleSessions.create(session('s', '1'));
      expect(await stores().operators.remove('1')).toBe(true);
      expect(await stores().operators.remove('1')).toBe(false);
      expect(await stores().consoleSessions.listFor(null)).toEqual([]);
    });
  });

  describe(`roles: ${name}`, () => {
    const stores = useStores(make);
    const role = { id: 'role-1', name: 'Help desk', description: '', permissions: ['users.read'] };

    it('have names of their own, letter case apart, and are edited by version', async () => {
      expect(await stores().roles.create(role)).toMatchObject({ ...role, version: 1 });
      expect(await stores().roles.create({ ...role, id: 'role-2', name: 'HELP DESK' })).toBe('taken');
      await stores().roles.create({ ...role, id: 'role-3', name: 'Audit' });
      expect((await stores().roles.list()).map(({ name }) => name)).toEqual(['Audit', 'Help desk']);
      expect(await stores().roles.update('role-3', { name: 'help desk' })).toBe('taken');
      expect(await stores().roles.update('role-1', { name: 'HELP desk', permissions: [] }, 1)).toMatchObject({
        name: 'HELP desk',
        permissions: [],
        version: 2,
      });
      expect(await stores().roles.update('role-1', { description: 'late' }, 1)).toBe('conflict');
      expect(await stores().roles.update('role-9', { description: 'x' })).toBeNull();
      expect(await stores().roles.remove('role-1')).toBe(true);
      expect(await stores().roles.get('role-1')).toBeNull();
      expect(await stores().roles.remove('role-1')).toBe(false);
    });
  });

  describe(`second factors: ${name}`, () => {
    const stores = useStores(make);
    const row = { operatorId: '1', sealedSecret: 'sealed', enabledAt: 5, lastStep: 10, recoveryHashes: ['a', 'b'] };

    it('spend each step and each recovery code once, also when two ask at the same time', async () => {
      await stores().operators.create(operator('1', 'admin'));
      expect(await stores().secondFactors.get('1')).toBeNull();
      expect(await stores().secondFactors.spendStep('1', 11)).toBe(false);
      await stores().secondFactors.put(row);
      expect(await stores().secondFactors.get('1')).toEqual(row);
      expect(await stores().secondFactors.spendStep('1', 10)).toBe(false);
      const steps = await Promise.all([stores().secondFactors.spendStep('1', 11), stores().secondFactors.spendStep('1', 11)]);
      expect(steps.filter(Boolean)).toHaveLength(1);
      const codes = await Promise.all([stores().secondFactors.spendRecovery('1', 'a'), stores().secondFactors.spendRecovery('1', 'a')]);
      expect(codes.filter(Boolean)).toHaveLength(1);
      expect(await stores().secondFactors.spendRecovery('1', 'c')).toBe(false);
      expect(await stores().secondFactors.get('1')).toEqual({ ...row, lastStep: 11, recoveryHashes: ['b'] });
    });

    it('are replaced by a new one, and go with the operator', async () => {
      await stores().operators.create(operator('1', 'admin'));
      await stores().secondFactors.put(row);
      await stores().secondFactors.put({ ...row, sealedSecret: 'other', recoveryHashes: [] });
      expect(await stores().secondFactors.get('1')).toMatchObject({ sealedSecret: 'other', recoveryHashes: [] });
      await stores().operators.remove('1');
      expect(await stores().secondFactors.get('1')).toBeNull();
      expect(await stores().secondFactors.remove('1')).toBe(false);
    });
  });

  describe(`console sessions, tokens, back-off: ${name}`, () => {
    const stores = useStores(make);

    it('finds a session by the hash of its secret, keeps it alive by use, and ends it', async () => {
      await stores().operators.create(operator('1', 'admin'));
      await stores().operators.create(operator('2', 'second'));
      for (const [id, owner] of [
        ['a', '1'],
        ['b', '1'],
        ['c', '2'],
      ] as const)
        await stores().consoleSessions.create(session(id, owner));
      expect(await stores().consoleSessions.bySecretHash('secret of a')).toMatchObject({ id: 'a', operatorId: '1' });
      expect(await stores().consoleSessions.bySecretHash('secret of a')).not.toHaveProperty('secretHash');
      expect(await stores().consoleSessions.bySecretHash('nothing')).toBeNull();
      stores().consoleSessions.touch('a', 500);
      expect((await stores().consoleSessions.bySecretHash('secret of a'))?.lastSeenAt).toBe(500);
      expect((await stores().consoleSessions.listFor('1')).map((row) => [row.id, row.username]).sort()).toEqual([
        ['a', 'admin'],
        ['b', 'admin'],
      ]);
      expect(await stores().consoleSessions.expire(200, 300)).toBe(2);
      expect((await stores().consoleSessions.listFor(null)).map((row) => row.id)).toEqual(['a']);
      await stores().consoleSessions.create(session('d', '1'));
      expect(await stores().consoleSessions.removeFor('1', 'd')).toBe(1);
      expect(await stores().consoleSessions.expire(10_000, 0)).toBe(1);
    });

    it('revokes a token once and remembers its use', async () => {
      const token = {
        id: 't',
        name: 'ci',
        scopes: ['users.read'],
        createdBy: '1',
        createdAt: 1,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      };
      await stores().tokens.create({ ...token, secretHash: 'h' });
      expect(await stores().tokens.bySecretHash('h')).toEqual(token);
      stores().tokens.touch('t', 50);
      await eventually(async () => (await stores().tokens.list())[0]?.lastUsedAt === 50);
      expect(await stores().tokens.revoke('t', 60)).toBe(true);
      expect(await stores().tokens.revoke('t', 70)).toBe(false);
      expect((await stores().tokens.bySecretHash('h'))?.revokedAt).toBe(60);
    });

    it('keeps the last word on each back-off counter', async () => {
      stores().backoff.save('a', { failures: 1, windowStart: 1, lockedUntil: 0 });
      stores().backoff.save('a', { failures: 2, windowStart: 1, lockedUntil: 9 });
      stores().backoff.save('b', { failures: 5, windowStart: 1, lockedUntil: 9 });
      expect((await stores().backoff.load()).map((row) => [row.key, row.failures]).sort()).toEqual([
        ['a', 2],
        ['b', 5],
      ]);
      stores().backoff.save('b', null);
      expect(await stores().backoff.load()).toEqual([{ key: 'a', failures: 2, windowStart: 1, lockedUntil: 9 }]);
    });
  });
}
