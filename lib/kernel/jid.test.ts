import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bareOf,
  escapeNode,
  makeJid,
  parseJid,
  prepareDomain,
  prepareLocalpart,
  prepareOpaque,
  prepareResource,
  unescapeNode,
} from './jid.ts';

describe('localpart (UsernameCaseMapped)', () => {
  test.each([
    ['alice', 'alice'],
    ['Alice.Smith+x', 'alice.smith+x'],
    ['ÄÖ', 'äö'],
    ['a\u0308', 'ä'],
    ['ａｌｉｃｅ', 'alice'],
    ['straße', 'straße'],
    ['ΣΑΣ', 'σας'],
    ['ﾊﾟｽ', 'パス'],
    ['שלום', 'שלום'],
    ['سلام۱', 'سلام۱'],
    ['क्\u200dष', 'क्\u200dष'],
    // Persian parts letters that would join (RFC 5892 A.1).
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['l·l', 'l·l'],
    ['a'.repeat(1023), 'a'.repeat(1023)],
    ['ä'.repeat(511), 'ä'.repeat(511)],
  ])('%.20s becomes %.20s', (text, prepared) => expect(prepareLocalpart(text)).toBe(prepared));
  test.each([
    '',
    'a b',
    'a"b',
    'a&b',
    "a'b",
    'a/b',
    'a:b',
    'a<b',
    'a>b',
    'a@b',
    'a\u00a0b',
    'a\u0000b',
    'a\u200bb',
    'a\u00adb',
    'a\u2028b',
    '\ue000',
    'a\ufffe',
    '☃',
    'ﬁ',
    'Ⅷ',
    '²',
    'a\u3000b',
    '＠',
    'a\u200db',
    'a\u200cb',
    // After a letter that joins to nothing that follows there is nothing to part.
    'دا\u200cم',
    'م\u200c',
    'م\u200dم',
    'a·b',
    'aא',
    'א1a',
    '1א',
    'א١1',
    'ـ',
    'ᄀ',
    'a'.repeat(1024),
    'ä'.repeat(512),
  ])('%.20s is refused', (text) => expect(prepareLocalpart(text)).toBe(null));
});

describe('domain', () => {
  test.each([
    ['example.com', 'example.com'],
    ['Example.COM.', 'example.com'],
    ['bücher.ch', 'bücher.ch'],
    ['BÜCHER.ch', 'bücher.ch'],
    ['xn--bcher-kva.ch', 'bücher.ch'],
    ['faß.de', 'faß.de'],
    ['例。jp', '例.jp'],
    ['192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['localhost', 'localhost'],
    ['chat_room.example', 'chat_room.example'],
  ])('%s becomes %s', (text, prepared) => expect(prepareDomain(text)).toBe(prepared));
  test.each([
    '',
    '.',
    '..',
    'a..b',
    '-a.b',
    'a-.b',
    'a b',
    'a/b',
    'a%41',
    'a@b',
    '1',
    '1.2.3',
    '256.1.1.1',
    '0x7f.1',
    'a.1',
    'xn--a',
    'a:5222',
    '\u1fef',
    'a!b',
    '[::1',
    '[::g]',
    'a\u0000',
    'a'.repeat(64),
    `${'a'.repeat(60)}.`.repeat(20),
  ])('%.30s is refused', (text) => expect(prepareDomain(text)).toBe(null));
});

describe('resource and password (OpaqueString)', () => {
  test.each([
    ['Desk', 'Desk'],
    ['a b', 'a b'],
    ['a\u00a0b\u3000c', 'a b c'],
    ['ｆｕｌｌ', 'ｆｕｌｌ'],
    ['😀', '😀'],
    ['e\u0301', 'é'],
    ['@/<&', '@/<&'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['x'.repeat(1023), 'x'.repeat(1023)],
  ])('%.20s becomes %.20s', (text, prepared) => expect(prepareResource(text)).toBe(prepared));
  test.each(['', '\u0007', 'a\nb', 'a\u200bb', '\u200e', 'a\u200db', '👩\u200d💻', '\ufdd0', 'x'.repeat(1024), '😀'.repeat(256)])(
    '%.20s is refused',
    (text) => expect(prepareResource(text)).toBe(null),
  );
  test('a password keeps its case and may be longer than a part', () => {
    expect(prepareOpaque(`Pa\u00a0ss${'x'.repeat(2000)}`)).toBe(`Pa ss${'x'.repeat(2000)}`);
    expect(prepareOpaque('a\u0000')).toBe(null);
  });
});

describe('whole addresses', () => {
  test('are cut at the first slash, and before it at the first at-sign', () => {
    expect(parseJid('Alice@Example.com/Desk@home/2')).toMatchObject({
      local: 'alice',
      domain: 'example.com',
      resource: 'Desk@home/2',
      bare: 'alice@example.com',
      full: 'alice@example.com/Desk@home/2',
    });
    expect(parseJid('example.com/x@y')).toMatchObject({ local: '', domain: 'example.com', resource: 'x@y', bare: 'example.com' });
  });
  test.each(['', '@', '@b', 'a@', 'a@b/', '/r', 'a@b@c', 'a@b c', ' a@b', 'a@b/\u0000'])('%s is none', (text) =>
    expect(parseJid(text)).toBe(null),
  );
  test('equal texts give equal addresses however many are parsed between', () => {
    const before = parseJid('Alice@Example.com/x');
    for (let i = 0; i < 50_000; i++) parseJid(`u${i}@example.com`);
    expect(parseJid('Alice@Example.com/x')).toEqual(before);
  });
  test('bareOf drops the resource and nothing else', () => {
    const jid = parseJid('a@b/c');
    if (jid === null) throw new Error('no address');
    expect(bareOf(jid)).toEqual(parseJid('a@b'));
    expect(makeJid('a', jid.domain, 'c')).toEqual(jid);
  });
  test('preparing is stable: what was prepared is prepared to itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 20 })), (text) => {
        for (const prepare of [prepareLocalpart, prepareDomain, prepareResource]) {
          const once = prepare(text);
          if (once !== null) expect(prepare(once)).toBe(once);
        }
        const jid = parseJid(text);
        if (jid !== null) expect(parseJid(jid.full)).toEqual(jid);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('escaping of user IDs (XEP-0106)', () => {
  test.each([
    ['space cadet', 'space\\20cadet'],
    ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    ["d'artagnan", 'd\\27artagnan'],
    ['/.fanboy', '\\2f.fanboy'],
    ['::foo::', '\\3a\\3afoo\\3a\\3a'],
    ['<foo>', '\\3cfoo\\3e'],
    ['user@host', 'user\\40host'],
    ['c:\\net', 'c\\3a\\net'],
    ['c:\\5commas', 'c\\3a\\5c5commas'],
  ])('%s is written %s', (plain, escaped) => {
    expect(escapeNode(plain)).toBe(escaped);
    expect(unescapeNode(escaped)).toBe(plain);
  });
  test('spaces at the ends cannot be escaped', () => {
    expect(escapeNode(' a')).toBe(null);
    expect(unescapeNode('\\20a')).toBe('\\20a');
  });
  test('what was escaped reads back', () => {
    const ids = fc.string({ unit: fc.constantFrom('a', '\\', '2', '0', '5', 'c', ' ', '@', '/', '4'), maxLength: 12 });
    fc.assert(
      fc.property(ids, (plain) => {
        const escaped = escapeNode(plain);
        if (escaped !== null) expect(unescapeNode(escaped)).toBe(plain);
      }),
      { numRuns: 2_000 },
    );
  });
});
