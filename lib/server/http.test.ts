import { describe, expect, it } from 'vitest';
import { isCleanTarget } from './http.ts';

describe('W-3: request targets', () => {
  it.each(['/', '/users?search=a%2Fb', '/api/v1/users/42', '/_next/static/a-b.js'])('accepts %s', (target) => {
    expect(isCleanTarget(target)).toBe(true);
  });
  it.each(['', 'http://elsewhere/', '//elsewhere/', '/a/../b', '/a/%2e%2e/b', '/a%2fb', '/a%5cb', '/a\\b', '/%u002e', '/a/./b', '/a%00'])(
    'refuses %s',
    (target) => {
      expect(isCleanTarget(target)).toBe(false);
    },
  );
});
