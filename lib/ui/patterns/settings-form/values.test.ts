import { describe, expect, it } from 'vitest';
import type { SettingSpec } from './types.ts';
import { bestUnit, problemWith, sayValue, unitChoices, warningFor } from './values.ts';

const duration: SettingSpec = { kind: 'duration', label: 'Idle', help: '', default: 1800, applies: 'now', min: 60, max: 86_400, unit: 's' };
const size: SettingSpec = {
  kind: 'size',
  label: 'Stanza',
  help: '',
  default: 262_144,
  applies: 'now',
  min: 1024,
  max: 1_048_576,
  unit: 'bytes',
};
const count: SettingSpec = {
  kind: 'count',
  label: 'Rooms',
  help: '',
  default: 5,
  applies: 'now',
  min: 1,
  max: 100,
  unit: 'rooms',
  zero: 'no limit',
  warnings: { raise: 'More memory.', lower: 'Some are closed.' },
};
const flag: SettingSpec = { kind: 'switch', label: 'On', help: '', default: true, applies: 'now', warnings: { off: 'Nobody can send.' } };

describe('the values of settings', () => {
  it('are written in the largest unit that fits', () => {
    expect(sayValue(duration, 1800)).toBe('30 minutes');
    expect(sayValue(duration, 3600)).toBe('1 hour');
    expect(sayValue(duration, 90)).toBe('90 seconds');
    expect(sayValue(size, 262_144)).toBe('256 KiB');
    expect(sayValue({ ...duration, unit: 'ms' }, 1500)).toBe('1,500 milliseconds');
  });

  it('say what zero and the default mean', () => {
    expect(sayValue(count, 0)).toBe('No limit');
    expect(sayValue(count, 1)).toBe('1 room');
    expect(sayValue(flag, null)).toBe('On (default)');
  });

  it('offer units for durations and sizes only', () => {
    expect(unitChoices(count)).toEqual([]);
    expect(bestUnit(unitChoices(duration), 7200)?.id).toBe('h');
    expect(bestUnit(unitChoices(duration), 0)?.id).toBe('s');
  });

  it('warn in the direction of the change', () => {
    expect(warningFor(flag, true, false)).toBe('Nobody can send.');
    expect(warningFor(flag, false, true)).toBeUndefined();
    expect(warningFor(count, 5, 6)).toBe('More memory.');
    expect(warningFor(count, 5, 4)).toBe('Some are closed.');
    expect(warningFor(count, 5, 5)).toBeUndefined();
  });

  it('are refused outside their bounds with the bounds in words', () => {
    expect(problemWith(duration, 59)).toBe('Enter 1 minute to 1 day.');
    expect(problemWith(count, 101)).toBe('Enter 1 to 100 rooms.');
    expect(problemWith(count, 0)).toBeNull();
    expect(problemWith(count, Number.NaN)).toBe('Enter a whole number.');
    expect(problemWith({ ...flag, kind: 'text', maxLength: 3 }, 'abcd')).toBe('Use at most 3 characters; there are 4.');
    expect(problemWith({ ...flag, kind: 'list', maxItems: 1 }, ['a', 'b'])).toBe('Enter at most 1 line; there are 2.');
  });
});
