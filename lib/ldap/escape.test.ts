import { FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { bracketed, dnProblem, equals, escapeDnValue, escapeFilterValue, filterProblem, isAttributeName, startsWith } from './escape.ts';

describe('values in filters and names', () => {
  it('lose every meaning of their own (RFC 4515 §3)', () => {
    expect(escapeFilterValue('a*(b)\\c\0')).toBe('a\\2a\\28b\\29\\5cc\\00');
    expect(equals('uid', '*)(uid=*')).toBe('(uid=\\2a\\29\\28uid=\\2a)');
    expect(startsWith('cn', 'a*')).toBe('(cn=a\\2a*)');
    // Whatever is typed, it stays one comparison with exactly that value.
    for (const typed of ['*', '\\', '(', ')', '\0', 'ü)(|(a=*', '\\2a', '&|!=<>~:'])
      expect(FilterParser.parseString(equals('uid', typed))).toMatchObject({ attribute: 'uid', value: typed });
  });

  it('are quoted in distinguished names (RFC 4514 §2.4)', () => {
    expect(escapeDnValue(' a,b+c"d\\e<f>g;h=i ')).toBe('\\ a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i\\ ');
    expect(escapeDnValue('#1')).toBe('\\#1');
    expect(escapeDnValue('a\0b')).toBe('a\\00b');
  });

  it('are asked for under names of attributes alone', () => {
    expect(['mail', 'msRTCSIP-PrimaryUserAddress', '1.2.840.113556.1.4.8', 'cn;lang-de'].every(isAttributeName)).toBe(true);
    expect(['', 'a b', 'cn)(x', 'cn=*', '1', '-cn', 'c:dn:', 'x'.repeat(200)].some(isAttributeName)).toBe(false);
    expect(() => equals('uid)(a', 'x')).toThrow(RangeError);
  });
});

describe('what an administrator types', () => {
  it('is a filter or is told what is wrong', () => {
    for (const good of ['(objectClass=person)', 'objectClass=person', '(&(a=b)(!(c=d*))(e:1.2.840.113556.1.4.803:=2))'])
      expect(filterProblem(good)).toBe(null);
    for (const bad of ['', '(', '(a=b', '(a=b))', '(a=b)(c=d)', '(&)(', 'nonsense', `(a=${'b'.repeat(5_000)})`])
      expect(filterProblem(bad), bad.slice(0, 20)).toMatch(/\.$/);
    expect(bracketed('a=b')).toBe('(a=b)');
  });

  it('is a distinguished name or is told so', () => {
    for (const good of ['dc=example,dc=com', 'cn=Lopez\\, Anna,ou=People,dc=example', '2.5.4.3=x']) expect(dnProblem(good)).toBe(null);
    for (const bad of ['', 'example.com', 'cn=,dc=x', 'dc=a,,dc=b', 'anna@example.com']) expect(dnProblem(bad), bad).toMatch(/\.$/);
  });
});
