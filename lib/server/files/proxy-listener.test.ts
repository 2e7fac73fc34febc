import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { eventually } from '../../testing/eventually.ts';
import { settingsBox } from '../../testing/fixed-settings.ts';
import { createProxyListener } from './proxy-listener.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

/** Somebody else's server; its port is free again after `close`. */
function occupy(): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve) => {
    const server: Server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const close = () => new Promise<void>((done) => void server.close(() => done()));
      cleanUp.push(close);
      resolve({ port: typeof address === 'object' && address ? address.port : 0, close });
    });
  });
}
async function freePort(): Promise<number> {
  const { port, close } = await occupy();
  await close();
  return port;
}

function listenerOn(port: number) {
  const settings = settingsBox('files', { proxyPort: port });
  let accepted = 0;
  const told: (number | null)[] = [];
  const listener = createProxyListener({
    bind: '127.0.0.1',
    settings,
    proxy: {
      accept(socket) {
        accepted++;
        socket.destroy();
      },
      endAll: () => undefined,
    },
    opened: (open) => void told.push(open),
    log: silentLog,
  });
  cleanUp.push(() => listener.stop());
  const reaches = async (at: number) => {
    const before = accepted;
    const socket = connect(at, '127.0.0.1').on('error', () => undefined);
    await new Promise<void>((resolve) => void socket.on('close', () => resolve()));
    return accepted > before;
  };
  return { listener, settings, told, reaches };
}

describe('the port of the proxy', () => {
  it('opens with the service, moves with its setting and closes when transfers are turned off', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const { listener, settings, told, reaches } = listenerOn(first);
    expect(listener.port).toBeNull();
    await listener.start();
    expect(await reaches(first)).toBe(true);
    settings.set({ ...settings.get(), proxyPort: second });
    await eventually(() => listener.port === second);
    expect([await reaches(first), await reaches(second)]).toEqual([false, true]);
    settings.set({ ...settings.get(), transfer: false });
    await eventually(() => listener.port === null);
    expect(await reaches(second)).toBe(false);
    expect(listener.health()).toEqual({ ok: true, why: '' });
    settings.set({ ...settings.get(), transfer: true });
    await eventually(() => listener.port === second);
    await listener.stop();
    expect(told.at(-1)).toBeNull();
  });

  it('that is taken does not keep the node from starting, says why, and is tried again', async () => {
    const other = await occupy();
    const { listener, reaches } = listenerOn(other.port);
    await listener.start();
    expect(listener.port).toBeNull();
    const health = listener.health();
    expect(health.ok).toBe(false);
    expect(health.why).toContain(`${other.port}`);
    expect(health.why).toContain('files.proxyPort');
    await other.close();
    await eventually(() => listener.health().ok);
    expect(await reaches(other.port)).toBe(true);
  });
});
