/** The same client over every transport, the addresses where web clients find the server, and a component over a real socket. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startXmppJs, type XmppJsClient } from '../clients/xmppjs.ts';
import { answers, freePort, until } from '../peers/process.ts';
import { chat, type Person, withServer } from './harness.ts';

const on = withServer({ people: 30 });

const started: XmppJsClient[] = [];
afterEach(async () => {
  for (const client of started.splice(0)) await client.end();
});
async function online(person: Person, service: string): Promise<{ client: XmppJsClient; jid: string }> {
  const client = await startXmppJs(person.user);
  started.push(client);
  const jid = await client.connect({ service, domain: 'localhost', username: person.user, password: person.password, resource: 'js' });
  await client.do('presence');
  return { client, jid };
}
const services = {
  tcp: () => `xmpp://127.0.0.1:${on.server.ports.xmpp}`,
  'direct TLS': () => `xmpps://127.0.0.1:${on.server.ports.xmpps}`,
  'WebSocket on the own machine': () => `ws://127.0.0.1:${on.server.ports.http}/xmpp-websocket`,
  'WebSocket under TLS': () => `wss://127.0.0.1:${on.server.ports.https}/xmpp-websocket`,
} as const;
type Way = keyof typeof services;

describe('@xmpp/client', () => {
  it.each(Object.keys(services) as Way[])('signs in, writes, reads and asks over %s', async (way) => {
    const [me, peer] = [on.person(), on.person()];
    const { client, jid } = await online(me, services[way]());
    // Bound within the sign-in (XEP-0386), so the server has added to the name.
    expect(jid.startsWith(`${me.jid}/js/`)).toBe(true);
    await client.do('ping');
    const other = await on.raw(peer);
    other.send('<presence/>');
    await client.do('message', { to: peer.jid, body: `over ${way} ✓` });
    const got = await other.element('the message', (element) => element.name === 'message');
    expect([got.attrs.from, got.children.find(({ name }) => name === 'body')?.text]).toEqual([jid, `over ${way} ✓`]);
    other.send(chat(jid, 'back', 'and back ✓'));
    await client.next('message', (event) => event.body === 'and back ✓');
    const sessions = JSON.parse(await on.server.mustCommand('sessions', 'list', me.jid, '--json')) as {
      items: { transport: string; tlsVersion: string }[];
    };
    const expected = { tcp: 'tcp', 'direct TLS': 'direct-tls' }[way as string] ?? 'websocket';
    expect(sessions.items.map(({ transport }) => transport)).toEqual([expected]);
    expect(sessions.items[0]?.tlsVersion !== '').toBe(way !== 'WebSocket on the own machine');
    await client.do('stop');
    await until('the session is over', async () => {
      const now = JSON.parse(await on.server.mustCommand('sessions', 'list', me.jid, '--json')) as { items: unknown[] };
      return now.items.length === 0;
    });
  });

  it('goes on with its session when its WebSocket breaks, and gets what came meanwhile once', async () => {
    const [me, peer] = [on.person(), on.person()];
    const { client, jid } = await online(me, services['WebSocket under TLS']());
    const other = await on.raw(peer);
    await client.do('ping');
    const from = client.mark();
    await client.do('cut');
    other.send(chat(jid, 'm', 'while you were away'));
    await client.next('message', (event) => event.body === 'while you were away', { from, timeoutMs: 20_000 });
    await client.next('resumed', undefined, { from });
    await client.do('ping');
    expect(client.events.filter(({ body }) => body === 'while you were away')).toHaveLength(1);
  });
});

describe('discovery', () => {
  it('names the addresses under TLS, for pages of everybody', async () => {
    const answer = await fetch(`http://localhost:${on.server.ports.http}/.well-known/host-meta.json`);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toEqual({
      links: [
        { rel: 'urn:xmpp:alt-connections:websocket', href: `wss://localhost:${on.server.ports.https}/xmpp-websocket` },
        { rel: 'urn:xmpp:alt-connections:xbosh', href: `https://localhost:${on.server.ports.https}/http-bind` },
      ],
    });
    const xrd = await (await fetch(`http://localhost:${on.server.ports.http}/.well-known/host-meta`)).text();
    expect(xrd).toContain(`wss://localhost:${on.server.ports.https}/xmpp-websocket`);
  });

  it('a browser that opens the addresses of clients reads what they are', async () => {
    for (const path of ['http-bind', 'httpbinding', 'xmpp-websocket']) {
      const text = await (await fetch(`http://localhost:${on.server.ports.http}/${path}`)).text();
      expect(text).toContain('XMPP clients');
    }
  });
});

describe('an external component', () => {
  it('is let in by the command line, serves its domain, and is gone when it is removed', async () => {
    const { server } = on;
    const port = await freePort();
    await server.mustCommand('settings', 'set', 'components.port', String(port));
    const made = JSON.parse(await server.mustCommand('components', 'add', 'echo.localhost', '--title', 'Echo', '--json')) as {
      secret: string;
    };
    let heard = '';
    await until('the port is open', () => answers(port));
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    socket.on('error', () => undefined);
    socket.write(`<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='echo.localhost'>`);
    await until('the header is there', async () => / id='[^']+'/.test(heard));
    const id = / id='([^']+)'/.exec(heard)?.[1] ?? '';
    socket.write(
      `<handshake>${createHash('sha1')
        .update(id + made.secret)
        .digest('hex')}</handshake>`,
    );
    await until('the handshake is done', async () => heard.includes('<handshake/>'));
    const raw = await on.raw(on.person());
    raw.send(chat('anyone@echo.localhost', 'e1', 'hello'));
    await until('the component hears it', async () => heard.includes("id='e1'"));
    socket.write(`<message from='anyone@echo.localhost' to='${raw.jid}' type='chat' id='e2'><body>hello, too</body></message>`);
    const got = await raw.element('the echo', (element) => element.name === 'message' && element.attrs.id === 'e2');
    expect(got.attrs.from).toBe('anyone@echo.localhost');
    const items = await raw.query('get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", 'localhost');
    expect(JSON.stringify(items)).toContain('echo.localhost');
    const listed = JSON.parse(await server.mustCommand('components', 'list', '--json')) as { items: { state: string; received: number }[] };
    expect(listed.items).toMatchObject([{ state: 'connected', received: 1 }]);
    await server.mustCommand('components', 'remove', 'echo.localhost');
    await until('it is disconnected', async () => heard.includes('</stream:stream>'));
    socket.destroy();
    raw.send(chat('anyone@echo.localhost', 'e3', 'anybody?'));
    const refused = await raw.element('the refusal', (element) => element.attrs.id === 'e3');
    expect(refused.attrs.type).toBe('error');
  });
});
