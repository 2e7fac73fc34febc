import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJid } from '../kernel/jid.ts';
import { eventually } from '../testing/eventually.ts';
import { createFilesWorld } from '../testing/files-world.ts';
import { makeIq } from '../xmpp/stanza/build.ts';
import { el } from '../xmpp/stanza/element.ts';

const NS = 'http://jabber.org/protocol/bytestreams';
const ALICE = 'alice@example.com/a';
const BOB = 'bob@example.com/b';
const PROXY = 'proxy.example.com';
const hashOf = (sid: string, from = ALICE, to = BOB) =>
  createHash('sha1')
    .update(sid + from + to)
    .digest('hex');
const activation = (sid: string, to = BOB) => `<query xmlns='${NS}' sid='${sid}'><activate>${to}</activate></query>`;

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function start(change: Parameters<typeof createFilesWorld>[0] = {}) {
  const w = await createFilesWorld(change);
  const server = createServer({ allowHalfOpen: true }, (socket) => w.files.proxy.accept(socket, '192.0.2.1'));
  servers.push(server);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  w.files.setProxyPort(port);
  const alice = await w.signIn(ALICE);
  const bob = await w.signIn(BOB);

  function dial() {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    const parts: Buffer[] = [];
    const leg = {
      socket,
      bytes: () => Buffer.concat(parts),
      isEnded: false,
      isClosed: false,
    };
    socket.on('data', (part) => void parts.push(part));
    socket.on('end', () => {
      leg.isEnded = true;
    });
    socket.on('close', () => {
      leg.isClosed = true;
    });
    socket.on('error', () => undefined);
    return leg;
  }
  /** Connects and shakes hands; what comes after is in `said`. */
  async function leg(hash: string) {
    const one = dial();
    one.socket.write(Buffer.concat([Buffer.from([5, 1, 0, 5, 1, 0, 3, 40]), Buffer.from(hash), Buffer.from([0, 0])]));
    await eventually(() => one.bytes().length >= 49);
    expect([...one.bytes().subarray(0, 4)]).toEqual([5, 0, 5, 0]);
    return { ...one, said: () => one.bytes().subarray(49).toString(), state: one };
  }
  const activate = (sid: string, to = BOB, session = alice) => w.ask(session, PROXY, activation(sid, to), 'set');
  async function joined(sid: string) {
    const target = await leg(hashOf(sid));
    const requester = await leg(hashOf(sid));
    expect((await activate(sid)).attrs.type).toBe('result');
    return { target, requester };
  }
  return { ...w, port, alice, bob, dial, leg, activate, joined };
}

describe('the transfer proxy', () => {
  it('is found by name and tells where it listens', async () => {
    const w = await start();
    expect(w.router.hosts.itemsFor('example.com')).toContainEqual({ jid: PROXY, name: 'File transfer proxy' });
    const info = (await w.ask(w.alice, PROXY, "<query xmlns='http://jabber.org/protocol/disco#info'/>")).child('query');
    expect(info?.child('identity')?.attrs).toMatchObject({ category: 'proxy', type: 'bytestreams' });
    const streamhost = (await w.ask(w.alice, PROXY, `<query xmlns='${NS}'/>`)).child('query')?.child('streamhost');
    expect(streamhost?.attrs).toEqual({ jid: PROXY, host: 'example.com', port: String(w.port) });
    w.settings.set({ ...w.settings.get(), proxyHost: '203.0.113.5' });
    expect((await w.ask(w.alice, PROXY, `<query xmlns='${NS}'/>`)).child('query')?.child('streamhost')?.attrs.host).toBe('203.0.113.5');
  });

  it('joins both sides once the one that offered asks for it, both ways and to the last byte', async () => {
    const w = await start();
    const { target, requester } = await w.joined('s1');
    requester.socket.write('from alice');
    target.socket.write('from bob');
    await eventually(() => target.said() === 'from alice' && requester.said() === 'from bob');
    requester.socket.end('.');
    await eventually(() => target.state.isEnded);
    expect(target.said()).toBe('from alice.');
    target.socket.end('!');
    await eventually(() => requester.said() === 'from bob!' && requester.state.isClosed && target.state.isClosed);
    await eventually(() => w.files.proxy.counters.streams === 0);
    expect(w.files.proxy.counters).toMatchObject({ total: 1, bytes: 20, pending: 0 });
  });

  it('carries nothing before it is asked to', async () => {
    const w = await start();
    const target = await w.leg(hashOf('s1'));
    const requester = await w.leg(hashOf('s1'));
    requester.socket.write('early');
    expect(target.said()).toBe('');
    expect((await w.activate('s1')).attrs.type).toBe('result');
    await eventually(() => target.said() === 'early');
  });

  it('is opened by nobody else: not by the other side, not by somebody who learnt the name, not for one side', async () => {
    const w = await start();
    const carol = await w.signIn('carol@example.com/c');
    expect(w.condition(await w.activate('s1'))).toBe('cancel item-not-found');
    await w.leg(hashOf('s1'));
    expect(w.condition(await w.activate('s1'))).toBe('cancel not-allowed');
    await w.leg(hashOf('s1'));
    expect(w.condition(await w.activate('s1', ALICE, w.bob))).toBe('cancel item-not-found');
    expect(w.condition(await w.activate('s1', BOB, carol))).toBe('cancel item-not-found');
    expect(w.condition(await w.activate('other'))).toBe('cancel item-not-found');
    expect((await w.activate('s1')).attrs.type).toBe('result');
    expect(w.condition(await w.activate('s1'))).toBe('cancel item-not-found');
  });

  it('is no relay for people of other servers', async () => {
    const w = await start();
    await w.leg(hashOf('s1', 'eve@elsewhere.example/x'));
    await w.leg(hashOf('s1', 'eve@elsewhere.example/x'));
    const from = parseJid('eve@elsewhere.example/x');
    const to = parseJid(PROXY);
    if (from === null || to === null) throw new Error('no address');
    w.router.route(makeIq({ type: 'set', from, to }, el('query', NS, { sid: 's1' }, el('activate', NS, {}, BOB))));
    await w.world.rest();
    expect(w.files.proxy.counters).toMatchObject({ streams: 0, pending: 2 });
  });

  it('takes two sides for a stream and no third', async () => {
    const w = await start();
    await w.leg(hashOf('s1'));
    await w.leg(hashOf('s1'));
    const third = w.dial();
    third.socket.write(Buffer.concat([Buffer.from([5, 1, 0, 5, 1, 0, 3, 40]), Buffer.from(hashOf('s1')), Buffer.from([0, 0])]));
    await eventually(() => third.isEnded);
    expect([...third.bytes().subarray(0, 4)]).toEqual([5, 0, 5, 2]);
  });

  it('gives up connections that say nothing, or wait too long for the other side', async () => {
    const w = await start();
    const silent = w.dial();
    await eventually(() => w.files.proxy.counters.pending === 1);
    w.clock.advance(10_001);
    await eventually(() => silent.isEnded || silent.isClosed);
    await w.leg(hashOf('s1'));
    w.clock.advance(120_001);
    await eventually(() => w.files.proxy.counters.pending === 0);
    expect(w.condition(await w.activate('s1'))).toBe('cancel item-not-found');
  });

  it('forgets a side that went away before the transfer began', async () => {
    const w = await start();
    const first = await w.leg(hashOf('s1'));
    first.socket.destroy();
    await eventually(() => w.files.proxy.counters.pending === 0);
    await w.joined('s1');
  });

  it('bounds transfers of one person and connections of one address', async () => {
    const w = await start({ proxyStreamsPerPerson: 1 });
    await w.joined('s1');
    await w.leg(hashOf('s2'));
    await w.leg(hashOf('s2'));
    expect(w.condition(await w.activate('s2'))).toBe('wait resource-constraint');
    for (let i = 0; i < 70; i++) w.dial();
    await eventually(() => w.files.proxy.counters.pending === 64);
  });

  it('ends a transfer that stalls or carries too much', async () => {
    const w = await start({ proxyIdle: 60, proxyMaxSize: 1000 });
    const idle = await w.joined('s1');
    w.clock.advance(60_001);
    await eventually(() => idle.target.state.isClosed || idle.target.state.isEnded);
    const much = await w.joined('s2');
    much.requester.socket.write(Buffer.alloc(1001));
    await eventually(() => w.files.proxy.counters.streams === 0);
  });

  it('slows a fast sender and loses nothing', async () => {
    const w = await start({ proxyBytesPerSecond: 100_000 });
    const { target, requester } = await w.joined('s1');
    const content = Buffer.alloc(400_000, 'x');
    requester.socket.write(content);
    await eventually(() => w.files.proxy.counters.bytes > 100_000);
    const early = w.files.proxy.counters.bytes;
    expect(early).toBeLessThan(400_000);
    await eventually(() => {
      w.clock.advance(500);
      return target.said().length === content.length;
    });
  });

  it('takes the other side along when one breaks', async () => {
    const w = await start();
    const { target, requester } = await w.joined('s1');
    requester.socket.resetAndDestroy();
    await eventually(() => target.state.isClosed || target.state.isEnded);
    await eventually(() => w.files.proxy.counters.streams === 0);
  });

  it('is gone when transfers are turned off or its port is closed', async () => {
    const w = await start();
    w.settings.set({ ...w.settings.get(), transfer: false });
    expect(w.router.hosts.itemsFor('example.com').map((item) => item.jid)).not.toContain(PROXY);
    expect(w.condition(await w.ask(w.alice, PROXY, `<query xmlns='${NS}'/>`))).toBe('cancel not-allowed');
    w.settings.set({ ...w.settings.get(), transfer: true });
    w.files.setProxyPort(null);
    expect(w.condition(await w.ask(w.alice, PROXY, `<query xmlns='${NS}'/>`))).toBe('cancel service-unavailable');
    expect(w.condition(await w.ask(w.alice, PROXY, `<query xmlns='${NS}'><activate>${BOB}</activate></query>`, 'set'))).toBe(
      'modify bad-request',
    );
  });
});
