/** People whose password a directory has: PLAIN asks it, SCRAM fails in a way that leads clients on (protocol-matrix §5.1). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BareJid } from '../../kernel/jid.ts';
import { type ClientFixture, clientFixture } from '../../testing/client-fixture.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import { NS } from '../stanza/namespaces.ts';

let node: ClientFixture;
const asked: [number, string][] = [];
let says: 'right' | 'wrong' | 'disabled' | 'expired' | 'down' = 'right';
let offers = { scram: true, plain: true };
beforeAll(async () => {
  const directory = {
    async verify(accountId: number, password: string) {
      asked.push([accountId, password]);
      if (says === 'down') throw new Error('no server answers');
      return says === 'right' && password !== 'secret there' ? 'wrong' : says;
    },
    offers: () => offers,
  };
  node = await clientFixture({ unauthenticatedPerAddress: 0, offerPlain: false, saslFailuresPerStream: 3 }, { directory });
  await node.addAccount('local', 'kept here');
  node.accounts.set('anna@example.com' as BareJid, { accountId: 7, enabled: true, credentials: null, source: 'ldap' });
  node.accounts.set('off@example.com' as BareJid, { accountId: 8, enabled: false, credentials: null, source: 'ldap' });
});
afterAll(() => node.stop());
beforeEach(() => {
  asked.length = 0;
  node.signIns.length = 0;
  node.backedOff = false;
  says = 'right';
  offers = { scram: true, plain: true };
});

async function secured(): Promise<{ client: WireClient; mechanisms: string[] }> {
  const client = await node.connect();
  await client.open();
  await client.startTls();
  const features = await client.open();
  const mechanisms = features.child('mechanisms', NS.sasl)?.elements() ?? [];
  return { client, mechanisms: mechanisms.map((one) => one.text()) };
}
async function plain(client: WireClient, user: string, password: string) {
  const answer = await client.plain(user, password);
  return answer.name === 'failure' ? (answer.elements()[0]?.name ?? '') : answer.name;
}
const outcomes = () => node.signIns.map(({ outcome }) => outcome);

describe('somebody of a directory', () => {
  test('signs in by PLAIN under TLS, which is offered for that even where it is off', async () => {
    const { client, mechanisms } = await secured();
    expect(mechanisms).toContain('PLAIN');
    expect(await plain(client, 'anna', 'secret there')).toBe('success');
    expect(asked).toEqual([[7, 'secret there']]);
    expect(outcomes()).toEqual(['ok']);
  });

  test('is never signed in without TLS', async () => {
    const client = await node.connect();
    await client.open();
    expect(await plain(client, 'anna', 'secret there')).toBe('encryption-required');
    expect(asked).toEqual([]);
  });

  test('hears one thing of a wrong password, whoever it is', async () => {
    const { client } = await secured();
    expect([await plain(client, 'anna', 'wrong'), await plain(client, 'nobody', 'wrong')]).toEqual(['not-authorized', 'not-authorized']);
    expect(outcomes()).toEqual(['wrong-password', 'unknown-account']);
  });

  test('goes down the whole list of SCRAM to PLAIN on one stream, and none of it counts as a guess', async () => {
    const { client, mechanisms } = await secured();
    const failures: string[] = [];
    for (const mechanism of mechanisms.filter((name) => name.startsWith('SCRAM')))
      failures.push((await client.scram('anna', 'secret there', { mechanism })).elements()[0]?.name ?? '');
    expect(failures).toEqual(Array(4).fill('not-authorized'));
    expect(await plain(client, 'anna', 'secret there')).toBe('success');
    // 256 bits of nothing: no proof can be right.
    expect(outcomes()).toEqual(['ok']);
  });

  test('is told apart from nobody by no challenge', async () => {
    const shape = async (user: string) => {
      const { client } = await secured();
      client.send(`<auth xmlns='${NS.sasl}' mechanism='SCRAM-SHA-1'>${Buffer.from(`n,,n=${user},r=abc`).toString('base64')}</auth>`);
      const challenge = Buffer.from((await client.expect('challenge')).text(), 'base64').toString();
      return challenge.replace(/r=[^,]+,s=[^,]+/, '').replace(/h=.*/, '');
    };
    expect(await shape('anna')).toBe(await shape('nobody'));
  });

  test('hears that the account is disabled or the password expired only from the directory', async () => {
    const { client } = await secured();
    says = 'disabled';
    expect(await plain(client, 'anna', 'x')).toBe('account-disabled');
    says = 'expired';
    expect(await plain(client, 'anna', 'x')).toBe('credentials-expired');
    expect(outcomes()).toEqual(['disabled', 'disabled']);
    says = 'right';
    const again = await secured();
    expect(await plain(again.client, 'off', 'wrong')).toBe('not-authorized');
    expect(await plain(again.client, 'off', 'secret there')).toBe('account-disabled');
  });

  test('hears temporary-auth-failure while the directory is away, and the log names the reason', async () => {
    const { client } = await secured();
    says = 'down';
    expect(await plain(client, 'anna', 'secret there')).toBe('temporary-auth-failure');
    expect(node.signIns).toMatchObject([{ outcome: 'directory-down', name: 'anna@example.com', accountId: 7 }]);
    // Others are not held up by that.
    expect(await plain(client, 'local', 'kept here')).toBe('success');
  });

  test('is not asked about while backed off, nor with what cannot be a password', async () => {
    node.backedOff = true;
    const { client } = await secured();
    expect(await plain(client, 'anna', 'secret there')).toBe('not-authorized');
    node.backedOff = false;
    expect(await plain(client, 'anna', 'x'.repeat(1_100))).toBe('not-authorized');
    expect(asked).toEqual([]);
  });
});

describe('what is offered', () => {
  test('is PLAIN alone where nobody has a password here', async () => {
    offers = { scram: false, plain: true };
    const { client, mechanisms } = await secured();
    expect(mechanisms).toEqual(['PLAIN']);
    expect((await client.scram('local', 'kept here')).elements()[0]?.name).toBe('invalid-mechanism');
    expect(await plain(client, 'anna', 'secret there')).toBe('success');
  });
});
