import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectNats } from '../../lib/cluster/nats/connection.ts';
import { createNatsBus, type NatsBus } from '../../lib/cluster/nats/nats-bus.ts';
import { createSigner } from '../../lib/cluster/seal.ts';
import { silentLog } from '../../lib/kernel/log.ts';
import { describeBusContract } from '../../lib/testing/contracts/bus.contract.ts';
import { eventually } from '../../lib/testing/eventually.ts';
import { type NatsServer, startNats } from '../peers/nats.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server.stop());

let count = 0;
async function busOf(name: string, prefix: string, secret = 'the join secret of the cluster'): Promise<NatsBus> {
  const connected = await connectNats({ url: server.url, name, log: silentLog, reachMs: 1_000 });
  if (!connected.ok) throw new Error(connected.fault.message);
  return createNatsBus({ connection: connected.value, prefix, signer: createSigner(secret, 'bus'), log: silentLog });
}

async function two() {
  const prefix = `rollcall.t${++count}`;
  const [a, b] = await Promise.all([busOf('a', prefix), busOf('b', prefix)]);
  return {
    a,
    b,
    async close() {
      await Promise.all([a.close(), b.close()]);
    },
  };
}

describeBusContract('NATS', two);

describe('the bus on NATS', () => {
  it('comes back by itself when the server was killed, and tells when it is away', async () => {
    const { a, b, close } = await two();
    const states: boolean[] = [];
    a.onState((isUp) => states.push(isUp));
    b.respond('q', async () => 'here');
    await eventually(() => a.request('q', null, 1_000));
    await server.kill();
    await eventually(() => expect(a.isUp).toBe(false));
    await server.start();
    expect(await eventually(() => a.request('q', null, 500))).toBe('here');
    expect(states).toEqual([false, true]);
    await close();
  });

  it('believes nothing that comes without proof of the join secret, and counts it', async () => {
    const prefix = `rollcall.t${++count}`;
    const [a, stranger] = [await busOf('a', prefix), await busOf('s', prefix, 'some other secret that is long')];
    const raw = await connect({ servers: `127.0.0.1:${server.port}`, user: 'rollcall', pass: 'between nodes' });
    const heard: unknown[] = [];
    a.subscribe('x', (payload) => heard.push(payload));
    a.respond('q', async () => 'secret things');
    await a.flush();
    stranger.publish('x', 'forged');
    raw.publish(`${prefix}.x`, '"forged"');
    await eventually(() => expect(a.refused).toBe(2));
    await expect(stranger.request('q', null, 200)).rejects.toThrow('within 200 ms');
    a.publish('x', 'true');
    await eventually(() => expect(heard).toEqual(['true']));
    await Promise.all([a.close(), stranger.close(), raw.close()]);
  });

  it('says in one sentence why a server cannot be used', async () => {
    const refusedOf = async (url: string) => {
      const connected = await connectNats({ url, name: 'a', log: silentLog, reachMs: 0 });
      if (connected.ok) await connected.value.close();
      return connected.ok ? 'connected' : connected.fault.message;
    };
    const wrong = await refusedOf(`nats://rollcall:wrong@127.0.0.1:${server.port}`);
    expect(wrong).toContain(`The NATS server at 127.0.0.1:${server.port} cannot be used`);
    expect(wrong).not.toContain('wrong');
    expect(await refusedOf('nats://127.0.0.1:1')).toContain('cannot be used');
    // `tls:` never falls back to clear text.
    expect(await refusedOf(`tls://rollcall:between%20nodes@127.0.0.1:${server.port}`)).toContain('cannot be used');
  });
});
