import { describe, expect, it } from 'vitest';
import { changesOf, readTheirs, valuesOf } from './edit-values.ts';

const stored = valuesOf({ userId: 'anna', name: 'Anna', mail: '', domain: 'example.com' }, false);

describe('an edit', () => {
  it('sends only what was touched, so that it cannot undo the change of somebody else', () => {
    expect(changesOf(stored, { ...stored, name: 'Anna Lopez' })).toEqual({ name: 'Anna Lopez' });
  });

  it('is none when only blanks and the case of the domain differ', () => {
    expect(changesOf(stored, { ...stored, name: ' Anna ', domain: 'Example.COM' })).toEqual({});
  });

  it('tells what is stored now when somebody was faster', () => {
    const current = { userId: 'anna', address: 'anna@example.org', name: 'A.', mail: 'a@x.org', enabled: true };
    expect(readTheirs({ current, version: 7 }, 'example.com')).toEqual({
      version: 7,
      values: { userId: 'anna', name: 'A.', mail: 'a@x.org', domain: 'example.org' },
    });
  });

  it('takes a refusal about a taken address for no change by somebody else', () => {
    expect(readTheirs({}, 'example.com')).toBeNull();
  });
});
