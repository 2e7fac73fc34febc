/** xmpp.js signing in as it does by itself: SASL2 with Bind 2, stream management inline, and a token the next time (XEP-0388, 0386, 0484). */
import { randomUUID } from 'node:crypto';
import { client, type SavedToken, type Xml, type XmppClient, xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../peers/process.ts';
import { type Person, withServer } from './harness.ts';

const on = withServer({ people: 20 });
const running: XmppClient[] = [];
let trust: string | undefined;
beforeAll(() => {
  // The server's certificate is its own; the client has no way of being told so but this.
  trust = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
});
afterAll(() => {
  if (trust === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  else process.env.NODE_TLS_REJECT_UNAUTHORIZED = trust;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop().catch(() => undefined)));
});

interface Signed {
  readonly xmpp: XmppClient;
  readonly sent: Xml[];
  readonly heard: Xml[];
  readonly saved: { token: SavedToken | null };
}

async function signIn(
  person: Person,
  {
    how = 'starttls' as 'starttls' | 'direct',
    agent = randomUUID() as string,
    token = null as SavedToken | null,
    password = person.password,
  } = {},
): Promise<Signed> {
  const xmpp = client({
    service: how === 'starttls' ? `xmpp://${on.target.host}:${on.target.port}` : `xmpps://${on.target.host}:${on.directTlsPort}`,
    domain: on.target.domain,
    username: person.user,
    password,
    resource: 'xmpp.js',
    userAgent: xml('user-agent', { id: agent }, xml('software', {}, 'xmpp.js'), xml('device', {}, 'A test')),
  });
  running.push(xmpp);
  const saved = { token };
  xmpp.fast.fetchToken = async () => saved.token;
  xmpp.fast.saveToken = async (given) => {
    saved.token = given;
  };
  xmpp.fast.deleteToken = async () => {
    saved.token = null;
  };
  const sent: Xml[] = [];
  const heard: Xml[] = [];
  xmpp.on('send', (el) => sent.push(el));
  xmpp.on('element', (el) => heard.push(el));
  xmpp.on('error', () => undefined);
  xmpp.reconnect.stop();
  // Two seconds are not enough where everything runs at once.
  xmpp.timeout = 30_000;
  await xmpp.start();
  return { xmpp, sent, heard, saved };
}
const mechanisms = ({ sent }: Signed) => sent.filter((el) => el.name === 'authenticate').map((el) => el.attrs.mechanism);
const success = ({ heard }: Signed) => heard.find((el) => el.is('success', 'urn:xmpp:sasl:2'));

describe.each(['starttls', 'direct'] as const)('xmpp.js over %s', (how) => {
  it('binds and manages its stream within one sign-in, and works', async () => {
    const person = on.person();
    const one = await signIn(person, { how });
    expect(mechanisms(one)).toEqual(['SCRAM-SHA-1']);
    expect(success(one)?.getChild('bound', 'urn:xmpp:bind:0')?.getChild('enabled', 'urn:xmpp:sm:3')).toBeDefined();
    expect(one.xmpp.jid.toString()).toContain(`${person.jid}/xmpp.js/`);
    expect(one.sent.some((el) => el.name === 'iq')).toBe(false);
    const answer = await one.xmpp.iqCaller.request(
      xml('iq', { type: 'get', to: on.target.domain }, xml('ping', { xmlns: 'urn:xmpp:ping' })),
    );
    expect(answer.attrs.type).toBe('result');
  });

  it('comes back by token without the password, and not once the token is revoked', async () => {
    const person = on.person();
    const agent = randomUUID();
    const first = await signIn(person, { how, agent });
    const token = first.saved.token;
    expect(token?.mechanism).toBe('HT-SHA-256-NONE');
    await first.xmpp.stop();
    const again = await signIn(person, { how, agent, token, password: 'not the password' });
    expect(mechanisms(again)).toEqual(['HT-SHA-256-NONE']);
    expect(again.xmpp.jid.toString()).toBe(first.xmpp.jid.toString());
    await again.xmpp.stop();
    const listed = JSON.parse(await on.server.mustCommand('users', 'clients', person.user, '--json'));
    expect(listed.items).toMatchObject([{ id: agent, software: 'xmpp.js', device: 'A test' }]);
    await on.server.mustCommand('users', 'revoke-client', person.user, agent);
    const after = await signIn(person, { how, agent, token });
    // The client falls back to the password by itself, and gets a new token.
    expect(mechanisms(after)).toEqual(['HT-SHA-256-NONE', 'SCRAM-SHA-1']);
    expect(after.saved.token?.token).not.toBe(token?.token);
  });

  it('goes on with its session after a lost connection, in one answer', async () => {
    const person = on.person();
    const { xmpp, heard } = await signIn(person, { how });
    const before = xmpp.jid.toString();
    let resumed = false;
    xmpp.streamManagement.on('resumed', () => {
      resumed = true;
    });
    heard.splice(0);
    xmpp.reconnect.delay = 10;
    xmpp.reconnect.start();
    (xmpp.socket.socket ?? xmpp.socket).destroy?.();
    await until('the session is resumed', async () => resumed, 20_000, 20);
    expect(heard.find((el) => el.is('success', 'urn:xmpp:sasl:2'))?.getChild('resumed', 'urn:xmpp:sm:3')).toBeDefined();
    expect(xmpp.jid.toString()).toBe(before);
  });
});

describe('a changed password', () => {
  it('voids the tokens', async () => {
    const person = on.person();
    const agent = randomUUID();
    const first = await signIn(person, { agent });
    await on.server.mustCommand('users', 'password', person.user, 'another password');
    const again = await signIn(person, { agent, token: first.saved.token, password: 'another password' });
    expect(mechanisms(again)).toEqual(['HT-SHA-256-NONE', 'SCRAM-SHA-1']);
  });
});
