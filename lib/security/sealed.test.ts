import { expect, it } from 'vitest';
import { createSealer } from './sealed.ts';

const key = 'k'.repeat(32);

it('opens what it sealed, and shows nothing of it', () => {
  const sealer = createSealer({ key, purpose: 'test' });
  const sealed = sealer.seal('a secret ✓');
  expect(sealer.open(sealed)).toBe('a secret ✓');
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret');
  expect(sealer.seal('a secret ✓')).not.toBe(sealed);
});

it('opens nothing that was sealed with another key or for another purpose, or that was changed', () => {
  const sealer = createSealer({ key, purpose: 'test' });
  const sealed = sealer.seal('x');
  const octets = Buffer.from(sealed, 'base64');
  octets[octets.length - 1] = (octets.at(-1) ?? 0) ^ 1;
  for (const [by, text] of [
    [createSealer({ key: 'l'.repeat(32), purpose: 'test' }), sealed],
    [createSealer({ key, purpose: 'other' }), sealed],
    [sealer, octets.toString('base64')],
    [sealer, ''],
    [sealer, 'no base64 at all'],
  ] as const)
    expect(by.open(text)).toBeNull();
});
