/** SASL2 with what it carries inline (XEP-0388, 0386, 0440, 0474, 0480), over the wire. */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScramCredentials } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { type ClientFixture, clientFixture, DOMAIN } from '../../testing/client-fixture.ts';
import { AGENT_ID, agentXml, answer, authenticate, base64, plain2, SASL2, scram2, ssdp } from '../../testing/sasl2-client.ts';
import type { WireClient } from '../../testing/wire-client.ts';
import { makeScramCredentials } from '../sasl/credentials.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

let node: ClientFixture;
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0, saslFailuresPerStream: 5 });
  await node.addAccount('alice', 'correct horse');
  await node.addAccount('bob', 'battery');
  await node.addAccount('carol', 'staple', false);
});
afterAll(() => node.stop());

async function opened(more = ''): Promise<{ client: WireClient; features: Element }> {
  const client = await node.connect({ directTls: true });
  return { client, features: await client.open(DOMAIN, more) };
}
const bind = (inline = '', tag = '') => `<bind xmlns='urn:xmpp:bind:0'>${tag === '' ? '' : `<tag>${tag}</tag>`}${inline}</bind>`;
const condition = (failure: Element): string => failure.elements()[0]?.name ?? '';
const identifier = (success: Element): string => success.child('authorization-identifier')?.text() ?? '';
const features = (client: WireClient): Promise<Element> => client.expect((el) => el.ns === NS.streams && el.name === 'features');
const bareOf = (local: string): BareJid => `${local}@${DOMAIN}` as BareJid;

describe('SASL2', () => {
  test('is offered after TLS only, with what it can carry', async () => {
    const clear = await node.connect();
    expect((await clear.open()).child('authentication')).toBeUndefined();
    const offer = (await opened()).features.child('authentication', SASL2);
    const names = (el: Element | undefined) =>
      el
        ?.elements()
        .filter((each) => each.name === 'mechanism')
        .map((each) => each.text());
    expect(names(offer)).toEqual(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
    const inline = offer?.child('inline', SASL2);
    expect(inline?.child('sm', NS.streamManagement)).toBeDefined();
    expect(names(inline?.child('fast'))).toEqual(['HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', 'HT-SHA-256-NONE']);
    // Node takes no early data.
    expect(inline?.child('fast')?.attrs).toEqual({});
    const bound = inline?.child('bind', 'urn:xmpp:bind:0')?.child('inline')?.elements();
    expect(bound?.map((el) => el.attrs.var)).toEqual([NS.carbons, NS.clientState, NS.streamManagement]);
    expect(offer?.child('upgrade')).toBeUndefined();
  });

  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS'])(
    'signs in with %s; the server proves itself and what it offered; features follow on the same stream',
    async (mechanism) => {
      const { client, features: offered } = await opened();
      const { end, first } = await scram2(client, 'alice', 'correct horse', mechanism);
      expect(first.split(',h=')[1]).toBe(ssdp(offered, mechanism.includes('256') ? 'sha256' : 'sha1'));
      expect([end.name, identifier(end)]).toEqual(['success', 'alice@example.com']);
      expect((await features(client)).child('bind', NS.bind)).toBeDefined();
      expect(await client.bind('old')).toBe('alice@example.com/old');
      const session = node.session('alice@example.com/old');
      expect(session?.facts.mechanism).toBe(mechanism);
    },
  );

  test('SASL1 hashes what it offered as well (XEP-0474 §4.1)', async () => {
    const { client, features: offered } = await opened();
    client.send(`<auth xmlns='${NS.sasl}' mechanism='SCRAM-SHA-256'>${base64('n,,n=alice,r=abc')}</auth>`);
    const first = Buffer.from((await client.expect('challenge')).text(), 'base64').toString();
    expect(first.split(',h=')[1]).toBe(ssdp(offered, 'sha256'));
  });

  test('the hash is the one of the example in XEP-0474', async () => {
    const { offeredHash } = await import('../sasl/offered.ts');
    expect(offeredHash('sha1', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], ['tls-server-end-point', 'tls-exporter'])).toBe(
      'G6k/rBLDqgOhRRaCuuatSDFkJ08=',
    );
    expect(offeredHash('sha256', ['B', 'A'], [])).toBe(createHash('sha256').update('A\x1eB').digest('base64'));
  });

  test('signs in with PLAIN in one step, and keeps what the client says of itself', async () => {
    const { client } = await opened();
    const end = await plain2(client, 'alice', 'correct horse', agentXml() + bind());
    expect([end.name, end.child('additional-data')]).toEqual(['success', undefined]);
    expect(node.session(identifier(end))?.client).toBe("Gajim (Anna's laptop)");
    expect(identifier(end)).not.toContain(AGENT_ID);
  });

  test('waits for a first message that was left out', async () => {
    const { client } = await opened();
    client.send(authenticate('PLAIN', null));
    expect((await answer(client)).name).toBe('challenge');
    client.send(`<response xmlns='${SASL2}'>${base64('\0alice\0correct horse')}</response>`);
    expect((await answer(client)).name).toBe('success');
  });

  test.each([
    ['a mechanism that was not announced', authenticate('DIGEST-MD5', 'x'), 'invalid-mechanism'],
    ['a token mechanism without a token', authenticate('HT-SHA-256-NONE', 'alice\0x'), 'invalid-mechanism'],
    [
      'what is no base64',
      `<authenticate xmlns='${SASL2}' mechanism='PLAIN'><initial-response>!</initial-response></authenticate>`,
      'incorrect-encoding',
    ],
    [
      'the = of the old profile',
      `<authenticate xmlns='${SASL2}' mechanism='PLAIN'><initial-response>=</initial-response></authenticate>`,
      'incorrect-encoding',
    ],
    ['an empty message', authenticate('PLAIN', ''), 'malformed-request'],
    ['a user agent whose id is no UUID', authenticate('PLAIN', '\0alice\0x', "<user-agent id='me'/>"), 'malformed-request'],
    ['two bind requests', authenticate('PLAIN', '\0alice\0x', bind() + bind()), 'malformed-request'],
    [
      'a count that is no number',
      authenticate('PLAIN', '\0alice\0x', `${agentXml()}<fast xmlns='urn:xmpp:fast:0' count='-1'/>`),
      'malformed-request',
    ],
    [
      'a token without the client it belongs to',
      authenticate('HT-SHA-256-NONE', 'x', "<fast xmlns='urn:xmpp:fast:0'/>"),
      'malformed-request',
    ],
    ['a wrong password', authenticate('PLAIN', '\0alice\0wrong'), 'not-authorized'],
    ['an unknown account in the same words', authenticate('PLAIN', '\0nobody\0wrong'), 'not-authorized'],
    ['acting for somebody else', authenticate('PLAIN', 'bob@example.com\0alice\0correct horse'), 'invalid-authzid'],
    ['a disabled account', authenticate('PLAIN', '\0carol\0staple'), 'account-disabled'],
  ])('refuses %s', async (_, xml, expected) => {
    const { client } = await opened();
    client.send(xml);
    const end = await answer(client);
    expect([end.name, condition(end), end.elements()[0]?.ns]).toEqual(['failure', expected, NS.sasl]);
    // The stream is as it was: another try may follow.
    expect((await plain2(client, 'alice', 'correct horse')).name).toBe('success');
  });

  test('refuses to sign in as somebody other than the stream was opened for', async () => {
    const { client } = await opened("from='bob@example.com'");
    expect(condition(await plain2(client, 'alice', 'correct horse'))).toBe('invalid-authzid');
    expect((await plain2(client, 'bob', 'battery')).name).toBe('success');
  });

  test('can be given up and begun again', async () => {
    const { client } = await opened();
    client.send(authenticate('SCRAM-SHA-1', 'n,,n=alice,r=abc'));
    await answer(client);
    client.send(`<abort xmlns='${SASL2}'><text>no</text></abort>`);
    expect(condition(await answer(client))).toBe('aborted');
    expect((await plain2(client, 'alice', 'correct horse')).name).toBe('success');
  });

  test.each([
    ['a stanza', "<message to='bob@example.com'/>"],
    ['another sign-in', authenticate('PLAIN', '\0alice\0correct horse')],
    ['the old profile', `<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${base64('\0alice\0correct horse')}</auth>`],
    ['a task nobody asked for', `<next xmlns='${SASL2}' task='UPGR-SCRAM-SHA-256'/>`],
  ])('ends the stream when %s comes during an exchange', async (_, xml) => {
    const { client } = await opened();
    client.send(authenticate('SCRAM-SHA-1', 'n,,n=alice,r=abc'));
    await answer(client);
    client.send(xml);
    expect(await client.streamError()).toBe('policy-violation');
    await client.closed;
  });

  test('ends the stream for a second sign-in, for one before TLS, and for a response to nothing', async () => {
    const { client } = await opened();
    await plain2(client, 'alice', 'correct horse');
    client.send(authenticate('PLAIN', '\0bob\0battery'));
    expect(await client.streamError()).toBe('policy-violation');
    const clear = await node.connect();
    await clear.open();
    clear.send(authenticate('PLAIN', '\0alice\0correct horse'));
    expect(await clear.streamError()).toBe('policy-violation');
    const { client: other } = await opened();
    other.send(`<response xmlns='${SASL2}'/>`);
    expect(await other.streamError()).toBe('policy-violation');
  });

  test('counts failures of both profiles together', async () => {
    const { client } = await opened();
    for (let i = 0; i < 3; i++) client.send(authenticate('NONE', 'x'));
    for (let i = 0; i < 2; i++) client.send(`<auth xmlns='${NS.sasl}' mechanism='NONE'/>`);
    expect(await client.streamError()).toBe('policy-violation');
  });

  test('says so when accounts cannot be asked for, and does nothing inline', async () => {
    node.stores = 'down';
    const { client } = await opened();
    expect(condition(await plain2(client, 'alice', 'correct horse', bind()))).toBe('temporary-auth-failure');
    node.stores = 'up';
    expect(client.unread).toEqual([]);
  });

  test('refuses the right password while backed off, in the same words', async () => {
    node.backedOff = true;
    const { client } = await opened();
    const refused = await plain2(client, 'alice', 'correct horse', bind());
    node.backedOff = false;
    expect([condition(refused), refused.text()]).toEqual(['not-authorized', (await plain2(client, 'nobody', 'x')).text()]);
    expect(node.signIns.some((record) => record.outcome === 'backed-off')).toBe(true);
  });
});

describe('Bind 2', () => {
  test('binds a resource with the tag of the client, its archive, carbons, state and stream management in one answer', async () => {
    node.metadata = `<metadata xmlns='${NS.archive}'><end id='x' timestamp='2026-01-01T00:00:00Z'/></metadata>`;
    const { client } = await opened();
    const inline = `<enable xmlns='${NS.carbons}'/><enable xmlns='${NS.streamManagement}' resume='true'/><inactive xmlns='${NS.clientState}'/>`;
    const { end } = await scram2(client, 'alice', 'correct horse', 'SCRAM-SHA-256', bind(inline, 'Gajim'));
    node.metadata = '';
    expect(identifier(end)).toMatch(/^alice@example\.com\/Gajim\/[\w-]{12}$/);
    const bound = end.child('bound', 'urn:xmpp:bind:0');
    expect(bound?.child('metadata', NS.archive)?.child('end')?.attrs.id).toBe('x');
    expect(bound?.child('enabled', NS.streamManagement)?.attrs).toMatchObject({ resume: 'true' });
    const session = node.session(identifier(end));
    expect([session?.carbons, session?.inactive, session?.facts.mechanism]).toEqual([true, true, 'SCRAM-SHA-256']);
    expect(node.told.some(({ what, session: told }) => what === 'bound' && told === session)).toBe(true);
    const after = await features(client);
    expect([after.child('bind'), after.child('sm'), after.child('csi')?.ns]).toEqual([undefined, undefined, NS.clientState]);
    // What is said twice ends the stream, as in the old way.
    client.send(`<enable xmlns='${NS.streamManagement}'/>`);
    expect(await client.streamError()).toBe('policy-violation');
  });

  test('gives one installation the same resource again and ends what it left behind', async () => {
    const first = await opened();
    const one = identifier(await plain2(first.client, 'bob', 'battery', agentXml() + bind('', 'Dino')));
    const second = await opened();
    const two = identifier(await plain2(second.client, 'bob', 'battery', agentXml() + bind('', 'Dino')));
    expect(two).toBe(one);
    expect(await first.client.streamError()).toBe('conflict');
    expect(node.session(two)?.state).toBe('live');
    const other = await opened();
    const three = identifier(
      await plain2(other.client, 'bob', 'battery', agentXml('11111111-4d72-4749-b3d3-740edbf87770') + bind('', 'Dino')),
    );
    expect(three).not.toBe(two);
    expect(node.session(two)?.state).toBe('live');
    const nameless = await opened();
    expect(identifier(await plain2(nameless.client, 'bob', 'battery', bind('', '\u{202e}x\n  y')))).toMatch(/\/x y\/[\w-]{12}$/);
  });

  test('binds nothing for an account that is removed while the sign-in is under way', async () => {
    await node.addAccount('dora', 'short-lived');
    const { client } = await opened();
    const told = node.told.length;
    node.onMetadata = () => node.removeAccount('dora');
    const end = await plain2(client, 'dora', 'short-lived', bind());
    node.onMetadata = () => undefined;
    expect([end.name, condition(end)]).toEqual(['failure', 'not-authorized']);
    expect(node.told.length).toBe(told);
  });

  test('does nothing after a failure', async () => {
    const { client } = await opened();
    const told = node.told.length;
    await plain2(client, 'alice', 'wrong', bind());
    expect(node.told.length).toBe(told);
  });

  test('refuses the sign-in when there are as many sessions as may be', async () => {
    const few = await clientFixture({ maxSessionsPerUser: 1 });
    await few.addAccount('alice', 'pw');
    const clients = await Promise.all([1, 2].map(() => few.connect({ directTls: true })));
    const ends: Element[] = [];
    for (const client of clients) {
      await client.open();
      ends.push(await plain2(client, 'alice', 'pw', bind()));
    }
    expect(ends.map((end) => end.name)).toEqual(['success', 'failure']);
    expect(ends[1]?.elements()[0]?.name).toBe('temporary-auth-failure');
    await few.stop();
  });
});

describe('inline resumption', () => {
  const managed = bind(`<enable xmlns='${NS.streamManagement}' resume='true'/>`);
  const resume = (id: string | undefined, h = 0) => `<resume xmlns='${NS.streamManagement}' previd='${id}' h='${h}'/>`;

  test('goes on with the session in one answer, ignores the bind request and offers nothing', async () => {
    const { client: lost } = await opened();
    const end = await plain2(lost, 'alice', 'correct horse', managed);
    const session = node.session(identifier(end));
    lost.cut();
    await node.until('the session waits', () => session?.state === 'hibernating');
    session?.send("<message from='bob@example.com'><body>missed</body></message>", null);
    const { client } = await opened();
    const again = await plain2(client, 'alice', 'correct horse', resume(end.child('bound')?.child('enabled')?.attrs.id) + managed);
    expect([again.name, identifier(again), again.child('bound')]).toEqual(['success', identifier(end), undefined]);
    expect(again.child('resumed', NS.streamManagement)?.attrs.h).toBe('0');
    expect((await client.expect('message')).child('body')?.text()).toBe('missed');
    expect(client.unread.filter((el) => el.name === 'features')).toEqual([]);
    expect(session?.state).toBe('live');
  });

  test('says that there is nothing to resume and binds', async () => {
    const { client } = await opened();
    const end = await plain2(client, 'alice', 'correct horse', resume('nothing') + managed);
    expect(end.child('failed', NS.streamManagement)?.child('item-not-found')).toBeDefined();
    expect(end.child('bound')?.child('enabled')).toBeDefined();
  });

  test('does not give away the session of somebody else', async () => {
    const { client: owner } = await opened();
    const end = await plain2(owner, 'alice', 'correct horse', managed);
    const { client } = await opened();
    const stolen = await plain2(client, 'bob', 'battery', resume(end.child('bound')?.child('enabled')?.attrs.id));
    expect([stolen.child('failed')?.child('item-not-found')?.name, identifier(stolen)]).toEqual(['item-not-found', 'bob@example.com']);
    expect(node.session(identifier(end))?.state).toBe('live');
  });
});

describe('better hashes', () => {
  const legacy = async (password: string): Promise<ScramCredentials> => ({
    ...(await makeScramCredentials(password, 10_000)),
    sha256: null,
  });
  const upgrade = (...names: string[]) => names.map((name) => `<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>${name}</upgrade>`).join('');
  const stored = (local: string) => node.accounts.get(bareOf(local))?.credentials ?? null;
  const profiles = [{ iterations: 10_000, hasSha256: false, accounts: 1 }];

  async function dora(credentials: ScramCredentials): Promise<void> {
    if (!node.accounts.has(bareOf('dora'))) await node.addAccount('dora', 'secret');
    const identity = node.accounts.get(bareOf('dora'));
    if (identity !== undefined) node.accounts.set(bareOf('dora'), { ...identity, credentials });
    node.profiles = profiles;
  }
  const task = async (client: WireClient, name: string, length: 20 | 32, digest: string): Promise<Element> => {
    client.send(`<next xmlns='${SASL2}' task='${name}'/>`);
    const salt = (await answer(client)).child('salt', 'urn:xmpp:scram-upgrade:0');
    const salted = pbkdf2Sync('secret', Buffer.from(salt?.text() ?? '', 'base64'), Number(salt?.attrs.iterations), length, digest);
    client.send(`<task-data xmlns='${SASL2}'><hash xmlns='urn:xmpp:scram-upgrade:0'>${base64(salted)}</hash></task-data>`);
    return answer(client);
  };

  test('a missing SHA-256 is made by a task of the client, which then signs in with it', async () => {
    await dora(await legacy('secret'));
    const { client, features: offered } = await opened();
    expect(
      offered
        .child('authentication')
        ?.elements()
        .filter((el) => el.name === 'upgrade')
        .map((el) => el.text()),
    ).toEqual(['UPGR-SCRAM-SHA-1', 'UPGR-SCRAM-SHA-256']);
    const { end } = await scram2(client, 'dora', 'secret', 'SCRAM-SHA-1', upgrade('UPGR-SCRAM-SHA-256') + bind());
    expect([
      end.name,
      end
        .child('tasks')
        ?.elements()
        .map((el) => el.text()),
    ]).toEqual(['continue', ['UPGR-SCRAM-SHA-256']]);
    expect(node.told.some(({ session }) => session.jid.bare === bareOf('dora'))).toBe(false);
    const success = await task(client, 'UPGR-SCRAM-SHA-256', 32, 'sha256');
    expect([success.name, success.child('bound')?.name, success.child('additional-data')]).toEqual(['success', 'bound', undefined]);
    const { client: again } = await opened();
    expect((await scram2(again, 'dora', 'secret', 'SCRAM-SHA-256')).end.name).toBe('success');
    expect((await scram2((await opened()).client, 'dora', 'secret', 'SCRAM-SHA-1')).end.name).toBe('success');
  });

  test('more iterations take tasks for both hashes; without the second everything stays', async () => {
    await dora(await makeScramCredentials('secret', 10_000));
    node.settings.set({ ...node.settings.get(), scramIterations: 12_000 });
    const both = upgrade('UPGR-SCRAM-SHA-1', 'UPGR-SCRAM-SHA-256');
    const { client: half } = await opened();
    expect((await scram2(half, 'dora', 'secret', 'SCRAM-SHA-256', both)).end.name).toBe('continue');
    expect((await task(half, 'UPGR-SCRAM-SHA-1', 20, 'sha1')).name).toBe('continue');
    half.cut();
    expect(stored('dora')?.iterations).toBe(10_000);
    expect((await scram2((await opened()).client, 'dora', 'secret', 'SCRAM-SHA-256', upgrade('UPGR-SCRAM-SHA-256'))).end.name).toBe(
      'success',
    );
    const { client } = await opened();
    await scram2(client, 'dora', 'secret', 'SCRAM-SHA-256', both);
    await task(client, 'UPGR-SCRAM-SHA-1', 20, 'sha1');
    expect((await task(client, 'UPGR-SCRAM-SHA-256', 32, 'sha256')).name).toBe('success');
    expect(stored('dora')?.iterations).toBe(12_000);
    for (const mechanism of ['SCRAM-SHA-1', 'SCRAM-SHA-256'])
      expect((await scram2((await opened()).client, 'dora', 'secret', mechanism)).end.name).toBe('success');
    node.settings.set({ ...node.settings.get(), scramIterations: 10_000 });
  });

  test('PLAIN brings the password itself: it is stored better without a word', async () => {
    await dora(await legacy('secret'));
    expect((await plain2((await opened()).client, 'dora', 'wrong')).name).toBe('failure');
    expect(stored('dora')?.sha256).toBeNull();
    expect((await plain2((await opened()).client, 'dora', 'secret')).name).toBe('success');
    await node.until('the better hash is stored', () => stored('dora')?.sha256 !== null);
    expect((await scram2((await opened()).client, 'dora', 'secret', 'SCRAM-SHA-256')).end.name).toBe('success');
  });

  test('refuses a salted password of the wrong length and another task, and lets nobody in', async () => {
    await dora(await legacy('secret'));
    const { client } = await opened();
    await scram2(client, 'dora', 'secret', 'SCRAM-SHA-1', upgrade('UPGR-SCRAM-SHA-256'));
    client.send(`<next xmlns='${SASL2}' task='UPGR-SCRAM-SHA-1'/>`);
    expect(condition(await answer(client))).toBe('malformed-request');
    await scram2(client, 'dora', 'secret', 'SCRAM-SHA-1', upgrade('UPGR-SCRAM-SHA-256'));
    client.send(`<next xmlns='${SASL2}' task='UPGR-SCRAM-SHA-256'/>`);
    await answer(client);
    client.send(`<task-data xmlns='${SASL2}'><hash xmlns='urn:xmpp:scram-upgrade:0'>${base64('short')}</hash></task-data>`);
    expect(condition(await answer(client))).toBe('malformed-request');
    expect(stored('dora')?.sha256).toBeNull();
  });

  test('A-2: an account without SHA-256 and one that does not exist look the same', async () => {
    await dora(await legacy('secret'));
    const before = node.signIns.length;
    for (const user of ['dora', 'nobody-at-all']) {
      const { client } = await opened();
      const { end } = await scram2(client, user, 'secret', 'SCRAM-SHA-256');
      expect([condition(end), end.child('text')?.text()]).toEqual([
        'not-authorized',
        'This account cannot sign in with SHA-256 yet. Use SCRAM-SHA-1.',
      ]);
      const { first } = await scram2(client, user, 'wrong', 'SCRAM-SHA-1');
      expect(first).toMatch(/,i=10000,/);
    }
    expect(node.signIns.slice(before).map((record) => record.outcome)).toEqual([
      'no-such-hash',
      'wrong-password',
      'no-such-hash',
      'unknown-account',
    ]);
    node.profiles = [];
  });

  test('A-2: pretended accounts are hashed in the proportions of the real ones, each always the same', async () => {
    const { pretendedCredentials } = await import('../sasl/credentials.ts');
    const mixed = [
      { iterations: 10_000, hasSha256: true, accounts: 700 },
      { iterations: 20_000, hasSha256: true, accounts: 300 },
    ];
    const secret = Buffer.alloc(32, 7);
    const names = Array.from({ length: 1_000 }, (_, i) => `user${i}@example.com`);
    const old = names.filter((name) => pretendedCredentials(secret, name, mixed).iterations === 10_000);
    expect(old.length).toBeGreaterThan(640);
    expect(old.length).toBeLessThan(760);
    for (const name of names.slice(0, 20))
      expect(pretendedCredentials(secret, name, mixed)).toEqual(pretendedCredentials(secret, name, mixed));
  });
});
