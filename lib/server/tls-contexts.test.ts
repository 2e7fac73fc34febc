import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerValues, sections } from '../config/schema/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import { createCertificates } from '../security/index.ts';
import { createTlsContexts } from './tls-contexts.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function setUp(name: string) {
  const made = await createCertificates({
    dataDir: join(folder, name),
    hostName: 'box',
    domains: () => ['example.org'],
    publicRoots: [],
    events: createEventHub(() => undefined),
    clock: systemClock,
    log: silentLog,
  });
  if (!made.ok) throw new Error(made.fault.message);
  const certificates = made.value;
  const values = Object.fromEntries(
    Object.entries(sections.server.settings).map(([key, s]) => [key, s.default]),
  ) as unknown as ServerValues;
  const settings = liveBox(values);
  const contexts = createTlsContexts({ certificates, use: 'xmpp', settings });
  // As the listeners do: the version limits of a connection come from its first context, a later one brings only the certificate.
  const server = createServer((plain) => {
    const socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: contexts.contextFor(''),
      SNICallback: (servername, done) => done(null, contexts.contextFor(servername)),
    });
    socket.on('error', () => plain.destroy());
    socket.on('data', (data) => socket.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const open: TLSSocket[] = [];
  const dial = (more: { maxVersion?: 'TLSv1.1' | 'TLSv1.2' } = {}) =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connect(
        {
          port,
          host: '127.0.0.1',
          servername: 'example.org',
          rejectUnauthorized: false,
          minVersion: 'TLSv1',
          ciphers: 'DEFAULT@SECLEVEL=0',
          ...more,
        },
        () => resolve(socket),
      );
      socket.on('error', reject);
      open.push(socket);
    });
  const stop = () => {
    for (const socket of open) socket.destroy();
    server.close();
    contexts.stop();
  };
  return { certificates, contexts, settings, values, dial, stop };
}
const echo = (socket: TLSSocket, text: string) =>
  new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()));
    socket.write(text);
  });
const fingerprintOf = (socket: TLSSocket) => new X509Certificate(socket.getPeerCertificate().raw).fingerprint256;

describe('TLS contexts', () => {
  it('use a new certificate for new connections at once, and open ones go on (T-6)', async () => {
    const { certificates, contexts, dial, stop } = await setUp('a');
    const before = await dial();
    const first = contexts.contextFor('example.org');
    expect(contexts.contextFor('other.example')).toBe(first);
    const offered: unknown[] = [];
    contexts.onChange(() => offered.push(contexts.options().cert));
    const made = await certificates.regenerate('xmpp', 'ana');
    const after = await dial();
    expect(fingerprintOf(after)).toBe(made.ok && made.value.fingerprint);
    expect(fingerprintOf(before)).not.toBe(fingerprintOf(after));
    expect(await echo(before, 'still here')).toBe('still here');
    await certificates.regenerate('console', 'ana');
    const same = contexts.contextFor('example.org');
    await certificates.regenerate('console', 'ana');
    expect(contexts.contextFor('example.org')).toBe(same);
    expect(offered).toEqual([certificates.credentials('xmpp').chainPem]);
    stop();
  });

  it('speak nothing older than TLS 1.2 (T-3), and nothing older than the setting', async () => {
    const { settings, values, dial, stop } = await setUp('b');
    await expect(dial({ maxVersion: 'TLSv1.1' })).rejects.toBeInstanceOf(Error);
    expect((await dial({ maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
    expect((await dial()).getProtocol()).toBe('TLSv1.3');
    settings.set({ ...values, tlsMinimum: 'TLSv1.3' });
    await expect(dial({ maxVersion: 'TLSv1.2' })).rejects.toBeInstanceOf(Error);
    stop();
  });
});
