import { describe, expect, it } from 'vitest';
import type { ConsoleValues } from '../config/schema/index.ts';
import { liveBox } from '../kernel/live.ts';
import { makeSelfSigned } from '../security/make-certificate.ts';
import { createHostNames } from './host-names.ts';

async function certificateFor(dns: readonly string[]): Promise<Buffer> {
  const { certificatePem } = await makeSelfSigned({
    commonName: 'common.example',
    organization: 'Test',
    names: { dns, ip: [], srv: [], xmpp: [] },
    from: Date.now(),
    days: 1,
  });
  return Buffer.from(certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}

async function names() {
  const domains = liveBox<ReadonlySet<string>>(new Set(['example.com', 'bücher.example']));
  const settings = liveBox({ hostNames: ['proxy.example'] } as unknown as ConsoleValues);
  let certificate = await certificateFor(['im.example.org', '*.wild.example']);
  const listeners = new Set<(use: 'xmpp' | 'console') => void>();
  const made = createHostNames({
    binds: ['0.0.0.0', 'inside.example'],
    hostName: 'Node-1',
    domains,
    settings,
    certificates: {
      credentials: () => ({ keyPem: '', chainPem: '', certificate }),
      onChange: (fn) => {
        listeners.add(fn);
        return () => listeners.delete(fn);
      },
    },
  });
  const replace = async (dns: readonly string[]) => {
    certificate = await certificateFor(dns);
    for (const fn of listeners) fn('console');
  };
  return { made, domains, settings, replace };
}

describe('W-19: names a request may carry in Host', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST.',
    'chat.localhost:3000',
    '127.0.0.1:8443',
    '[::1]:8080',
    '192.0.2.7',
    'node-1:8443',
    'inside.example',
    'example.com',
    'xn--bcher-kva.example',
    'proxy.example',
    'im.example.org',
    'a.wild.example',
  ])('are ours: %s', async (host) => {
    expect((await names()).made.isOurs(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'common.example',
    'evil.example.com',
    'localhost.evil.example',
    'a.b.wild.example',
    'wild.example',
    '127.0.0.1.evil.example',
    'evil.example/localhost',
    'localhost:80:80',
    'user@localhost',
    '*.wild.example',
  ])('are not ours: %s', async (host) => {
    expect((await names()).made.isOurs(host)).toBe(false);
  });

  it('follows domains, settings and certificate while the server runs', async () => {
    const { made, domains, settings, replace } = await names();
    expect(['new.example', 'added.example', 'renewed.example'].map(made.isOurs)).toEqual([false, false, false]);
    domains.set(new Set(['new.example']));
    settings.set({ hostNames: ['added.example'] } as unknown as ConsoleValues);
    await replace(['renewed.example']);
    expect(['new.example', 'added.example', 'renewed.example'].map(made.isOurs)).toEqual([true, true, true]);
    expect(['example.com', 'proxy.example', 'im.example.org'].map(made.isOurs)).toEqual([false, false, false]);
  });
});
