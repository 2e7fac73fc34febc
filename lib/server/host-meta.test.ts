import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createHostMeta } from './host-meta.ts';

let close: () => void = () => undefined;
afterEach(() => close());

async function ask(deps: Partial<Parameters<typeof createHostMeta>[0]>, host: string, method = 'GET', what: 'xrd' | 'json' = 'json') {
  const meta = createHostMeta({
    httpsPort: 8443,
    offered: () => ({ websocket: true, bosh: true }),
    websocket: '/xmpp-websocket',
    bosh: '/http-bind',
    ...deps,
  });
  const server = createServer((request, response) => {
    // A name that no test can listen under.
    request.headers.host = host;
    meta[what](request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => server.close();
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

it('names the addresses under TLS of the host that was asked, in JSON and XRD, for pages of everybody', async () => {
  const { headers, text } = await ask({}, 'chat.example.com:8080');
  expect(JSON.parse(text)).toEqual({
    links: [
      { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://chat.example.com:8443/xmpp-websocket' },
      { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://chat.example.com:8443/http-bind' },
    ],
  });
  expect([headers.get('access-control-allow-origin'), headers.get('content-type')]).toEqual(['*', 'application/json']);
  const xrd = await ask({}, 'chat.example.com:8080', 'GET', 'xrd');
  expect(xrd.headers.get('content-type')).toContain('application/xrd+xml');
  expect(xrd.text).toContain("<Link rel='urn:xmpp:alt-connections:websocket' href='wss://chat.example.com:8443/xmpp-websocket'/>");
});

it('keeps the name as it was asked where TLS ends in front of us', async () => {
  const { text } = await ask({ httpsPort: 0 }, 'chat.example.com');
  expect(JSON.parse(text).links[0].href).toBe('wss://chat.example.com/xmpp-websocket');
});

it('keeps quiet about what is off, and answers nothing but questions', async () => {
  expect(JSON.parse((await ask({ offered: () => ({ websocket: false, bosh: false }) }, 'x.example')).text)).toEqual({ links: [] });
  expect((await ask({}, 'x.example', 'POST')).status).toBe(405);
  expect((await ask({}, 'x.example', 'OPTIONS')).headers.get('access-control-allow-origin')).toBe('*');
});
