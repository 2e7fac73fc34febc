import { describe, expect, it, vi } from 'vitest';
import { createEventHub } from '../kernel/events.ts';
import type { BareJid, Domain } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createCredentialSource } from './credential-source.ts';
import { createDomains, readDomain } from './domains.ts';
import type { AccountStore } from './ports.ts';

describe('the name of an IM domain', () => {
  it.each([
    ['Example.ORG', 'example.org'],
    ['example.org.', 'example.org'],
    ['  example.org ', 'example.org'],
    ['Bücher.example', 'bücher.example'],
    ['localhost', 'localhost'],
    ['a-1.example', 'a-1.example'],
  ])('%s is taken as %s', (text, domain) => {
    expect(readDomain(text)).toEqual({ ok: true, value: domain });
  });

  it.each([
    ['', 'it is empty.'],
    ['two words.org', 'it holds a space.'],
    ['ana@example.org', 'it holds an @. Give only the part after it.'],
    ['https://example.org', 'give the name alone, without http:// and without a port.'],
    ['example.org:5222', 'give the name alone, without http:// and without a port.'],
    ['a..b', 'it has two dots in a row, or begins with a dot.'],
    ['.b', 'it has two dots in a row, or begins with a dot.'],
    ['-a.org', '"-a" begins or ends with a hyphen.'],
    ['a-.org', '"a-" begins or ends with a hyphen.'],
    ['under_score.org', '"under_score" holds a character other than letters, digits and hyphens.'],
    ['example.4you', 'its last part "4you" begins with a digit.'],
    ['192.0.2.1', 'its last part "1" begins with a digit.'],
    [`${'a'.repeat(64)}.org`, `"${'a'.repeat(64)}" has 64 characters; at most 63 are allowed between dots.`],
    [`${'a.'.repeat(140)}org`, 'it has 283 characters; at most 255 are allowed.'],
  ])('"%s" is refused', (text, why) => {
    const read = readDomain(text);
    expect(read.ok || read.fault.message).toContain(why);
  });
});

describe('hosted domains', () => {
  it('begin with the first domain as default, and follow users and administrators', async () => {
    const stores = memoryStores();
    const events = createEventHub(() => undefined);
    const domains = await createDomains({ store: stores.domains, firstDomain: 'example.org' as Domain, events, log: silentLog });
    expect([...domains.hosted.get()]).toEqual(['example.org']);
    expect(domains.default.get()).toBe('example.org');
    await stores.domains.add('example.net' as Domain);
    events.emit('domain.changed', { domain: 'example.net', what: 'added', by: 'ana' });
    await vi.waitFor(() => expect(domains.hosted.get().has('example.net')).toBe(true));
    await stores.accounts.create([
      { userId: 'a', local: 'a', domain: 'new.example' as Domain, name: '', mail: '', enabled: true, credentials: null },
    ]);
    events.emit('users.imported', { count: 1, by: 'ana' });
    await vi.waitFor(() => expect(domains.hosted.get().has('new.example')).toBe(true));
    expect(domains.list().find((row) => row.domain === 'new.example')?.managed).toBe('system');
    await stores.domains.setDefault('example.net' as Domain);
    await domains.reload();
    expect(domains.default.get()).toBe('example.net');
    const again = await createDomains({ store: stores.domains, firstDomain: 'other.example' as Domain, events, log: silentLog });
    expect(again.default.get()).toBe('example.net');
    expect(again.hosted.get().has('other.example')).toBe(false);
  });
});

describe('look-ups of credentials', () => {
  const identity = (accountId: number) => ({ accountId, enabled: true, credentials: null });
  const sourceOf = (accounts: Pick<AccountStore, 'credentials'>) => {
    const stores = memoryStores();
    return createCredentialSource({ accounts: { ...stores.accounts, ...accounts }, tokens: stores.clientTokens, maxClients: () => 1 });
  };

  it('of one turn leave as one query, and each gets its own answer', async () => {
    const asked: number[] = [];
    const source = sourceOf({
      async credentials(bares) {
        asked.push(bares.length);
        return new Map(bares.flatMap((bare, i) => (bare.startsWith('no') ? [] : [[bare, identity(i)] as const])));
      },
    });
    const answers = await Promise.all(['a@x', 'no@x', 'b@x', 'a@x'].map((bare) => source.lookup(bare as BareJid)));
    expect(asked).toEqual([3]);
    expect(answers.map((a) => a?.accountId)).toEqual([0, undefined, 2, 0]);
  });

  it('are at most 500 a query in a storm', async () => {
    const asked: number[] = [];
    const source = sourceOf({
      async credentials(bares) {
        asked.push(bares.length);
        return new Map(bares.map((bare) => [bare, identity(1)]));
      },
    });
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => source.lookup(`u${i}@x` as BareJid)));
    expect(asked).toEqual([500, 500, 200]);
  });

  it('reject when the store cannot be asked, and work again after that', async () => {
    let down = true;
    const source = sourceOf({
      async credentials(bares) {
        if (down) throw new Error('down');
        return new Map(bares.map((bare) => [bare, identity(1)]));
      },
    });
    await expect(source.lookup('a@x' as BareJid)).rejects.toThrow('down');
    down = false;
    expect(await source.lookup('a@x' as BareJid)).toEqual(identity(1));
  });
});
