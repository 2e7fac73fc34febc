import { describe, expect, it, vi } from 'vitest';

vi.mock('server-only', () => ({}));
const { factsOf, isOwnOrigin } = await import('./request-facts.ts');
const { safeReturnTo } = await import('./return-to.ts');

const asked = (headers: Record<string, string>) => isOwnOrigin(factsOf(new Headers(headers)));

describe('a change from our own pages', () => {
  it('has the origin of the host it was sent to', () => {
    expect(asked({ host: 'im.example.com:8443', origin: 'https://im.example.com:8443', 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(asked({ host: 'im.example.com:8443', origin: 'https://im.example.com:8443' })).toBe(true);
  });

  it.each([
    ['another site', { host: 'im.example.com', origin: 'https://evil.example' }],
    ['another port of the same host', { host: 'im.example.com:8443', origin: 'https://im.example.com' }],
    ['a sandboxed frame', { host: 'im.example.com', origin: 'null' }],
    ['a sibling site', { host: 'im.example.com', origin: 'https://im.example.com', 'sec-fetch-site': 'same-site' }],
    ['no origin at all', { host: 'im.example.com' }],
  ])('is refused from %s', (_from, headers) => {
    expect(asked(headers as Record<string, string>)).toBe(false);
  });
});

describe('where to go after sign-in', () => {
  it('is a path of ours', () => {
    expect(safeReturnTo('/users?q=ana')).toBe('/users?q=ana');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/a\nb',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
    undefined,
    ['/a', '/b'],
    '/sign-in?returnTo=/x',
    '/api/auth/signout',
  ])('is the overview for %j', (value) => {
    expect(safeReturnTo(value)).toBe('/overview');
  });
});
