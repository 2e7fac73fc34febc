/** Sign-in by client certificate (XEP-0178), from the settings to the stream. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import { silentLog } from '../kernel/log.ts';
import { type Certificates, createCertificates } from '../security/index.ts';
import { type Authority, createAuthority, type Issued } from '../testing/authority.ts';
import { type ClientFixture, clientFixture, DOMAIN } from '../testing/client-fixture.ts';
import { settingsBox } from '../testing/fixed-settings.ts';
import { answer, authenticate } from '../testing/sasl2-client.ts';
import type { WireClient } from '../testing/wire-client.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { createTlsContexts } from './tls-contexts.ts';

let folder = '';
let authority: Authority;
let stranger: Authority;
let certificates: Certificates;
let node: ClientFixture;
const xmpp = settingsBox('xmpp');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-clients-'));
  [authority, stranger] = await Promise.all([createAuthority('Ours'), createAuthority('Ours')]);
  const made = await createCertificates({
    dataDir: folder,
    hostName: 'box',
    domains: () => [DOMAIN],
    publicRoots: [],
    events: createEventHub(() => undefined),
    clock: systemClock,
    log: silentLog,
  });
  if (!made.ok) throw new Error(made.fault.message);
  certificates = made.value;
  const tls = createTlsContexts({
    certificates,
    use: 'xmpp',
    settings: settingsBox('server'),
    clients: { settings: xmpp, log: silentLog },
  });
  node = await clientFixture({ unauthenticatedPerAddress: 0 }, { tls });
  await node.addAccount('alice', 'pw');
  await node.addAccount('bob', 'pw');
  await node.addAccount('carol', 'pw', false);
});
afterAll(async () => {
  await node.stop();
  await rm(folder, { recursive: true });
});

const allow = (how: 'off' | 'address' | 'mail', pem = authority.pem) =>
  xmpp.set({ ...xmpp.get(), clientCertificates: how, clientAuthorities: pem });
const address = (...locals: string[]) => ({ xmpp: locals.map((local) => `${local}@${DOMAIN}`) });

async function shown(certificate?: Issued): Promise<{ client: WireClient; offered: string[] }> {
  const client = await node.connect({ directTls: true, ...(certificate ? { certificate } : {}) });
  const features = await client.open();
  return {
    client,
    offered:
      features
        .child('mechanisms', NS.sasl)
        ?.elements()
        .map((el) => el.text()) ?? [],
  };
}
async function external(client: WireClient, authzid: string): Promise<Element> {
  const text = authzid === '' ? '=' : Buffer.from(authzid).toString('base64');
  client.send(`<auth xmlns='${NS.sasl}' mechanism='EXTERNAL'>${text}</auth>`);
  return client.expect((el) => el.name === 'success' || el.name === 'failure');
}
const condition = (el: Element): string => (el.name === 'success' ? 'success' : (el.elements()[0]?.name ?? ''));

describe('sign-in by client certificate', () => {
  test('is off, and then no certificate is asked for', async () => {
    const { offered } = await shown(await authority.issue(address('alice')));
    expect(offered).not.toContain('EXTERNAL');
    allow('address', '');
    expect((await shown(await authority.issue(address('alice')))).offered).not.toContain('EXTERNAL');
  });

  test('signs in who the certificate names, by both profiles', async () => {
    allow('address');
    const certificate = await authority.issue(address('alice'));
    const { client, offered } = await shown(certificate);
    expect(offered[0]).toBe('EXTERNAL');
    expect(condition(await external(client, ''))).toBe('success');
    await client.open();
    expect(await client.bind('card')).toBe(`alice@${DOMAIN}/card`);
    expect(node.session(`alice@${DOMAIN}/card`)?.facts.mechanism).toBe('EXTERNAL');
    const { client: second } = await shown(certificate);
    second.send(authenticate('EXTERNAL', ''));
    expect((await answer(second)).child('authorization-identifier')?.text()).toBe(`alice@${DOMAIN}`);
    const { client: named } = await shown(certificate);
    expect(condition(await external(named, `alice@${DOMAIN}`))).toBe('success');
  });

  test('refuses to act for anybody the certificate does not name', async () => {
    allow('address');
    const { client } = await shown(await authority.issue(address('alice')));
    for (const other of [`bob@${DOMAIN}`, `alice@${DOMAIN}/x`, 'alice'])
      expect(condition(await external(client, other))).toBe('invalid-authzid');
  });

  test('wants to know which, when the certificate names several', async () => {
    allow('address');
    const certificate = await authority.issue(address('alice', 'bob'));
    expect(condition(await external((await shown(certificate)).client, ''))).toBe('invalid-authzid');
    expect(condition(await external((await shown(certificate)).client, `bob@${DOMAIN}`))).toBe('success');
  });

  test('lets in neither who does not exist nor who is disabled', async () => {
    allow('address');
    expect(condition(await external((await shown(await authority.issue(address('nobody')))).client, ''))).toBe('not-authorized');
    expect(condition(await external((await shown(await authority.issue(address('carol')))).client, ''))).toBe('account-disabled');
  });

  test.each([
    ['of another authority, though of the same name', () => stranger.issue(address('alice'))],
    ['that has expired', () => authority.issue(address('alice'), { from: Date.now() - 9e8, to: Date.now() - 8e8 })],
    ['for servers', () => authority.issue(address('alice'), { usage: '1.3.6.1.5.5.7.3.1' })],
    ['with the address in its subject only (T-4)', () => authority.issue({ cn: `alice@${DOMAIN}` })],
    ['of another domain', () => authority.issue({ xmpp: ['alice@other.example'] })],
    ['with a mail address where that does not count', () => authority.issue({ mail: [`alice@${DOMAIN}`] })],
  ])('does not offer it for a certificate %s; the password still works', async (_, issue) => {
    allow('address');
    const { client, offered } = await shown(await issue());
    expect(offered).not.toContain('EXTERNAL');
    expect(condition(await external(client, ''))).toBe('invalid-mechanism');
    expect((await client.scram('alice', 'pw')).name).toBe('success');
  });

  test('takes a mail address by that rule, and only where there is no XMPP address', async () => {
    allow('mail');
    const mail = [`alice@${DOMAIN}`];
    expect(condition(await external((await shown(await authority.issue({ mail }))).client, ''))).toBe('success');
    const both = await authority.issue({ ...address('bob'), mail });
    expect(condition(await external((await shown(both)).client, `alice@${DOMAIN}`))).toBe('invalid-authzid');
    allow('address');
  });

  test('works without a certificate as before, and again after the authorities changed', async () => {
    allow('address', stranger.pem);
    expect((await shown()).offered).not.toContain('EXTERNAL');
    expect((await shown(await authority.issue(address('alice')))).offered).not.toContain('EXTERNAL');
    expect((await shown(await stranger.issue(address('alice')))).offered).toContain('EXTERNAL');
    allow('address', `${authority.pem}\n${stranger.pem}`);
    expect((await shown(await authority.issue(address('alice')))).offered).toContain('EXTERNAL');
  });

  test('A-1: is refused while backed off', async () => {
    allow('address');
    node.backedOff = true;
    const { client } = await shown(await authority.issue(address('alice')));
    expect(condition(await external(client, ''))).toBe('not-authorized');
    expect(node.signIns.at(-1)?.outcome).toBe('backed-off');
    node.backedOff = false;
  });
});

describe('binding to the certificate of the server', () => {
  test('is to the one that this connection showed, also after it was replaced', async () => {
    allow('off');
    const signIn = (client: WireClient) =>
      client.scram('bob', 'pw', {
        mechanism: 'SCRAM-SHA-256-PLUS',
        gs2: 'p=tls-server-end-point',
        binding: createHash('sha256').update(client.certificate()).digest(),
      });
    const [before, second] = [(await shown()).client, (await shown()).client];
    const old = before.certificate();
    expect(condition(await signIn(before))).toBe('success');
    await certificates.regenerate('xmpp', 'ana');
    const after = (await shown()).client;
    expect(after.certificate().equals(old)).toBe(false);
    expect(condition(await signIn(after))).toBe('success');
    expect(condition(await signIn(second))).toBe('success');
  });
});
