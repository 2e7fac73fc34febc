import { describe, expect, it } from 'vitest';
import { countOf, formatBytes, formatDuration, formatRelative, formatTotal } from './format.ts';
import { matchScore } from './patterns/command-score.ts';
import { diffRows } from './patterns/diff-rows.ts';

describe('numbers and times in words', () => {
  it('count things', () => {
    expect(countOf(1, 'user')).toBe('1 user');
    expect(countOf(2431, 'user')).toBe('2,431 users');
    expect(countOf(2, 'person is', 'people are')).toBe('2 people are');
    expect(formatTotal(10_000, true)).toBe('10,000+');
  });

  it('write sizes and spans with the units people use', () => {
    expect(formatBytes(262_144)).toBe('256 KiB');
    expect(formatDuration(7_500_000)).toBe('2 h 5 min');
    expect(formatDuration(40)).toBe('40 ms');
  });

  it('are relative up to a day and a date after it, in both directions', () => {
    const now = Date.UTC(2026, 10, 24, 12);
    expect(formatRelative(now - 500, now)).toBe('now');
    expect(formatRelative(now - 4000, now)).toBe('4 s ago');
    expect(formatRelative(now - 250_000, now)).toBe('4 min ago');
    expect(formatRelative(now + 18 * 60_000, now)).toBe('in 18 min');
    expect(formatRelative(now - 3 * 86_400_000, now)).toBe('21 Nov 2026');
  });
});

describe('finding in the command bar', () => {
  it('wants every word and prefers the start of a word', () => {
    expect(matchScore('Security: API tokens', 'token cert')).toBe(0);
    expect(matchScore('Security: API tokens', 'tok sec')).toBeGreaterThan(0);
    expect(matchScore('users', 'us')).toBeGreaterThan(matchScore('status', 'us'));
  });
});

describe('what an audit record changed', () => {
  it('lists only what differs, by path', () => {
    expect(diffRows({ a: 1, b: { c: 'x', d: true } }, { a: 1, b: { c: 'y', d: true }, e: ['p', 'q'] })).toEqual([
      { label: 'b.c', from: 'x', to: 'y' },
      { label: 'e', from: '', to: 'p, q' },
    ]);
  });
});
