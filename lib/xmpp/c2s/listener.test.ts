import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { clientFixture } from '../../testing/client-fixture.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { settingsBox } from '../../testing/fixed-settings.ts';
import { wireClient } from '../../testing/wire-client.ts';
import { createClientCounters } from './counters.ts';
import { createGate, visitorKey } from './gate.ts';

describe('listener', () => {
  test('says which port is taken and what to do, and throws nothing', async () => {
    const node = await clientFixture();
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await node.clients.listener('starttls', '127.0.0.1').listen(port);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.fault.code).toBe('xmpp.portTaken');
      expect(result.fault.message).toContain(String(port));
      expect(result.fault.message).toContain('choose another port');
    }
    expect((await node.clients.listener('starttls', '192.0.2.1').listen(0)).ok).toBe(false);
    other.close();
    await node.stop();
  });
  test('moves to another port while sessions stay, and keeps the old port when the new one is taken', async () => {
    const node = await clientFixture();
    await node.addAccount('alice', 'pw');
    const listener = node.clients.listener('starttls', '127.0.0.1');
    const first = await listener.listen(0);
    if (!first.ok) throw new Error('no port');
    const client = await wireClient({ port: first.value, domain: 'example.com' });
    const jid = await client.login('alice', 'pw');
    expect((await listener.rebind(node.port)).ok).toBe(false);
    expect(listener.port).toBe(first.value);
    const second = await listener.rebind(0);
    if (!second.ok) throw new Error('no port');
    await expect(wireClient({ port: first.value, domain: 'example.com' })).rejects.toThrow();
    const fresh = await wireClient({ port: second.value, domain: 'example.com' });
    await fresh.open();
    client.send("<message id='still-here'/>");
    await node.until('it is submitted', () => node.submitted.some((s) => s.stanza.id === 'still-here'));
    expect(node.session(jid)?.state).toBe('live');
    await listener.stopAccepting();
    await expect(wireClient({ port: second.value, domain: 'example.com' })).rejects.toThrow();
    client.cut();
    fresh.cut();
    await node.stop();
  });
  test('closes a connection beyond the cap of one address, and admits again when one has signed in', async () => {
    const node = await clientFixture({ unauthenticatedPerAddress: 2 });
    await node.addAccount('alice', 'pw');
    const one = await node.connect();
    const two = await node.connect();
    await Promise.all([one.open(), two.open()]);
    const three = await node.connect();
    await three.closed;
    await one.startTls();
    await one.open();
    await one.scram('alice', 'pw');
    const four = await node.connect();
    await four.open();
    expect(node.clients.counters.refusedConnections).toBe(1);
    await node.stop();
    expect(node.clients.counters.unauthenticated).toBe(0);
  });
  test('lets connections beyond the rate of an address wait, and serves them all', async () => {
    const node = await clientFixture({ connectionsPerAddress: 20, connectionsBurst: 2 });
    const began = performance.now();
    const clients = await Promise.all(Array.from({ length: 8 }, () => node.connect()));
    await Promise.all(clients.map((client) => client.open()));
    expect(performance.now() - began).toBeGreaterThan(250);
    await node.stop();
  });
});

describe('gate', () => {
  test('counts IPv6 by network and mapped IPv4 as IPv4', () => {
    expect(visitorKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(visitorKey('2001:db8:1:2:3:4:5:6')).toBe(visitorKey('2001:db8:1:2::9'));
    expect(visitorKey('2001:db8:1:3::9')).not.toBe(visitorKey('2001:db8:1:2::9'));
    expect(visitorKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(visitorKey('::1')).toBe('0:0:0:0::/64');
  });
  test('a total cap holds over all addresses', () => {
    const counters = createClientCounters();
    const gate = createGate({
      settings: settingsBox('xmpp', { unauthenticatedTotal: 2 }),
      clock: createFakeClock(),
      counters,
      isMemoryShort: () => false,
    });
    expect([gate.enter('192.0.2.1'), gate.enter('192.0.2.2'), gate.enter('192.0.2.3')]).toEqual([0, 0, null]);
    gate.leave('192.0.2.1');
    expect(gate.enter('192.0.2.3')).toBe(0);
  });
  test('O-3: nobody new comes in while memory is short', () => {
    let isShort = false;
    const gate = createGate({
      settings: settingsBox('xmpp'),
      clock: createFakeClock(),
      counters: createClientCounters(),
      isMemoryShort: () => isShort,
    });
    expect(gate.enter('192.0.2.1')).toBe(0);
    isShort = true;
    expect(gate.enter('192.0.2.2')).toBeNull();
    isShort = false;
    expect(gate.enter('192.0.2.2')).toBe(0);
  });
});
