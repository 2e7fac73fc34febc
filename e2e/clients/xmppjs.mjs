// @xmpp/client under command: one JSON object a line in, facts and answers out. See xmppjs.ts.
import { createInterface } from 'node:readline';
import { client, xml } from '@xmpp/client';
import { WebSocket } from 'ws';

// Node has no WebSocket of its own in every version that is supported; browsers do.
globalThis.WebSocket ??= WebSocket;

const say = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);
let xmpp = null;

const does = {
  async connect({ service, domain, username, password, resource }) {
    xmpp = client({ service, domain, username, password, resource });
    xmpp.reconnect.delay = 200;
    // Two seconds are not enough where everything runs at once.
    xmpp.timeout = 30_000;
    xmpp.on('error', (error) => say({ event: 'error', message: String(error?.message ?? error) }));
    xmpp.on('status', (status) => say({ event: 'status', status }));
    xmpp.on('stanza', (stanza) => {
      if (stanza.is('message') && stanza.getChildText('body') !== null)
        say({ event: 'message', from: stanza.attrs.from, type: stanza.attrs.type ?? '', body: stanza.getChildText('body') });
      if (stanza.is('presence')) say({ event: 'presence', from: stanza.attrs.from, type: stanza.attrs.type ?? 'available' });
    });
    xmpp.streamManagement.on('resumed', () => say({ event: 'resumed' }));
    // It listens for the server's header only once its own is written out: a server on the same machine may be faster, and start() then waits in vain.
    const online = new Promise((resolve) => xmpp.on('online', resolve));
    const started = xmpp.start();
    started.catch(() => undefined);
    return String(await Promise.race([online, started]));
  },
  async presence() {
    await xmpp.send(xml('presence'));
  },
  async message({ to, body }) {
    await xmpp.send(xml('message', { to, type: 'chat' }, xml('body', {}, body)));
  },
  async ping() {
    await xmpp.iqCaller.request(xml('iq', { type: 'get' }, xml('ping', 'urn:xmpp:ping')), 5_000);
  },
  async cut() {
    // The network is gone: no end of the stream.
    const { socket } = xmpp.socket;
    if (socket?.terminate) socket.terminate();
    else (socket ?? xmpp.socket).destroy();
  },
  async stop() {
    await xmpp.stop();
  },
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, do: command, ...args } = JSON.parse(line);
    does[command](args).then(
      (result) => say({ id, ok: true, result: result ?? null }),
      (error) => say({ id, ok: false, error: error?.condition ?? String(error?.message ?? error) }),
    );
  })
  .on('close', () => process.exit(0));
say({ event: 'started' });
