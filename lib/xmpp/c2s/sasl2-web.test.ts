/** SASL2 with all it carries over WebSocket, where each element is a message that stands on its own (RFC 7395 §3.3.3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientFixture, clientFixture } from '../../testing/client-fixture.ts';
import { AGENT_ID, agentXml, authenticate, SASL2, tokenAnswer, tokenMessage } from '../../testing/sasl2-client.ts';
import { exporterOf, type WebFixture, type WsClient, webFixture } from '../../testing/web-fixture.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';

let node: ClientFixture;
let web: WebFixture;
beforeAll(async () => {
  node = await clientFixture({ unauthenticatedPerAddress: 0 });
  web = await webFixture(node);
  await node.addAccount('alice', 'pw');
});
afterAll(async () => {
  await web.stop();
  await node.stop();
});

const answer = (client: WsClient): Promise<Element> => client.expect((el) => el.ns === SASL2);
const bind = `<bind xmlns='urn:xmpp:bind:0'><tag>web</tag><enable xmlns='${NS.streamManagement}' resume='true'/></bind>`;
const plain = (inline: string): string => authenticate('PLAIN', '\0alice\0pw', inline);

describe('SASL2 over WebSocket', () => {
  test('binds in one answer; features follow as a message of their own, without a new <open/>', async () => {
    const client = await web.connect({ tls: true });
    const offered = await client.open();
    expect(offered.child('authentication', SASL2)).toBeDefined();
    client.send(plain(agentXml() + bind));
    const success = await answer(client);
    expect(success.child('bound')?.child('enabled')).toBeDefined();
    const features = await client.expect('features');
    expect([features.ns, features.child('bind')]).toEqual([NS.streams, undefined]);
    const jid = success.child('authorization-identifier')?.text() ?? '';
    expect(node.session(jid)?.facts.transport).toBe('websocket');
    client.send(`<iq xmlns='jabber:client' type='get' id='p' to='example.com'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await node.until('the session takes what comes', () => node.submitted.some(({ session }) => session.jid.full === jid));
  });

  test('without a resource: features follow, and binding is done as before', async () => {
    const client = await web.connect({ tls: true });
    await client.open();
    client.send(plain(''));
    expect((await answer(client)).name).toBe('success');
    expect((await client.expect('features')).child('bind', NS.bind)).toBeDefined();
  });

  test('goes on with a session that was lost on another transport', async () => {
    const first = await node.connect({ directTls: true });
    await first.open();
    first.send(plain(agentXml('33333333-4d72-4749-b3d3-740edbf87770') + bind));
    const bound = await first.expect((el) => el.ns === SASL2);
    const session = node.session(bound.child('authorization-identifier')?.text() ?? '');
    first.cut();
    await node.until('the session waits', () => session?.state === 'hibernating');
    for (const body of ['one', 'two']) session?.send(`<message><body>${body}</body></message>`, null);
    const client = await web.connect({ tls: true });
    await client.open();
    client.send(plain(`<resume xmlns='${NS.streamManagement}' previd='${bound.child('bound')?.child('enabled')?.attrs.id}' h='0'/>`));
    expect((await answer(client)).child('resumed')).toBeDefined();
    expect((await client.expect('message')).child('body')?.text()).toBe('one');
    expect((await client.expect('message')).child('body')?.text()).toBe('two');
    expect(session?.facts.transport).toBe('websocket');
  });

  test.each([
    ['HT-SHA-256-NONE', () => Buffer.alloc(0)],
    ['HT-SHA-256-EXPR', (client: WsClient) => exporterOf(client)],
  ] as const)('comes back by token with %s', async (mechanism, bindingOf) => {
    const first = await web.connect({ tls: true });
    await first.open();
    first.send(plain(`${agentXml()}<request-token xmlns='urn:xmpp:fast:0' mechanism='${mechanism}'/>`));
    const token = (await answer(first)).child('token')?.attrs.token ?? '';
    expect(token).not.toBe('');
    const client = await web.connect({ tls: true });
    await client.open();
    const binding: Buffer = bindingOf(client);
    client.send(authenticate(mechanism, tokenMessage('alice', token, binding), `${agentXml(AGENT_ID)}<fast xmlns='urn:xmpp:fast:0'/>`));
    expect((await answer(client)).child('additional-data')?.text()).toBe(tokenAnswer(token, binding));
  });
});
