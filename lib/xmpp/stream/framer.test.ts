import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Child, Element } from '../stanza/element.ts';
import { serialize } from '../stanza/serialize.ts';
import { type Frame, Framer, parseElement } from './framer.ts';
import type { FrameLimits } from './limits.ts';

const limits: FrameLimits = {
  maxBytes: 10_000,
  maxDepth: 16,
  maxAttributes: 8,
  maxAttributeLength: 300,
  maxElements: 50,
  maxNamespaces: 6,
  maxNameLength: 40,
};
const HEADER =
  "<?xml version='1.0'?><stream:stream to='example.com' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

function frames(input: string | Buffer, cuts: readonly number[] = [], given = limits): Frame[] {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const framer = new Framer(given);
  const out: Frame[] = [];
  const take = () => {
    for (let f = framer.next(); f !== null; f = framer.next()) out.push(f);
  };
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= from || cut >= bytes.length) continue;
    framer.push(bytes.subarray(from, cut));
    from = cut;
    take();
  }
  framer.push(bytes.subarray(from));
  take();
  return out;
}
const everyByte = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const within = (xml: string): Frame[] => frames(HEADER + xml).slice(1);
const condition = (list: readonly Frame[]): string => {
  const last = list[list.length - 1];
  return last?.is === 'broken' ? last.condition : (last?.is ?? 'nothing');
};

describe('frames of a stream', () => {
  test('gives header, elements and end with namespaces resolved', () => {
    const list = frames(
      `${HEADER}<message to='a@b' xml:lang='de' x:k='v' xmlns:x='urn:x'><body>Hi &amp; bye &#x20AC;</body><x:y/></message> \n<presence/></stream:stream>`,
    );
    expect(list.map((f) => f.is)).toEqual(['open', 'element', 'element', 'close']);
    const [open, first] = list;
    if (open?.is !== 'open' || first?.is !== 'element') throw new Error('unexpected frames');
    expect(open.header.contentNs).toBe('jabber:client');
    expect([open.header.el.name, open.header.el.ns, open.header.el.attrs.to]).toEqual([
      'stream',
      'http://etherx.jabber.org/streams',
      'example.com',
    ]);
    expect(first.el.attrs).toEqual({ to: 'a@b', 'xml:lang': 'de', '{urn:x}k': 'v' });
    expect(first.el.child('body', 'jabber:client')?.text()).toBe('Hi & bye €');
    expect(first.el.child('y', 'urn:x')).toBeDefined();
  });
  test('understands stanzas under a prefix and a stream under another one', () => {
    const list = frames(
      "<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns:c='jabber:client' to='x'><c:message><c:body>a</c:body></c:message></s:stream >",
    );
    expect(list.map((f) => f.is)).toEqual(['open', 'element', 'close']);
    if (list[1]?.is !== 'element') throw new Error('no element');
    expect(list[1].el.ns).toBe('jabber:client');
  });
  test('accepts CDATA and joins it with the text around it', () => {
    const [f] = within('<a>x<![CDATA[<&]]]]><![CDATA[>]]>y</a>');
    if (f?.is !== 'element') throw new Error(condition(within('<a/>')));
    expect(f.el.children).toEqual(['x<&]]>y']);
  });
  test('normalises line ends in text and white space in attributes', () => {
    const [f] = within("<a b='1\r\n2\t3&#10;4'>p\r\nq\rr&#13;s</a>");
    if (f?.is !== 'element') throw new Error('no element');
    expect(f.el.attrs.b).toBe('1 2 3\n4');
    expect(f.el.text()).toBe('p\nq\nr\rs');
  });
  test('keeps attributes that are named like properties of objects', () => {
    const [f] = within("<a constructor='1' __proto__='2' toString='3'/>");
    if (f?.is !== 'element') throw new Error('no element');
    expect(Object.entries(f.el.attrs)).toEqual([
      ['constructor', '1'],
      ['__proto__', '2'],
      ['toString', '3'],
    ]);
    expect(condition(within("<a __proto__='1' __proto__='2'/>"))).toBe('not-well-formed');
    expect(condition(within("<a constructor='1' constructor='2'/>"))).toBe('not-well-formed');
  });
  test('opens and closes for a stream element without content', () => {
    expect(frames("<stream xmlns='http://etherx.jabber.org/streams'/>").map((f) => f.is)).toEqual(['open', 'close']);
  });
  test('starts anew after a restart and keeps what was read already', () => {
    const framer = new Framer(limits);
    framer.push(Buffer.from(`${HEADER}<auth/>\n${HEADER}<iq/>`));
    expect(framer.next()?.is).toBe('open');
    expect(framer.next()?.is).toBe('element');
    framer.restart();
    expect([framer.next()?.is, framer.next()?.is, framer.next()]).toEqual(['open', 'element', null]);
    expect(framer.midway).toBe(false);
  });
  test('reads single elements without a stream and refuses more than one', () => {
    expect(parseElement(Buffer.from("<message xmlns='jabber:client'/>"), limits).is).toBe('element');
    for (const bad of ['<a/><b/>', '<a>', '', 'x', '<a/>x', '</a>']) expect(parseElement(Buffer.from(bad), limits).is).toBe('broken');
  });
});

describe('what is refused, with the exact condition', () => {
  const table: readonly (readonly [string, string])[] = [
    ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', 'restricted-xml'],
    ['<a><!-- c --></a>', 'restricted-xml'],
    ['<!-- c -->', 'restricted-xml'],
    ['<?pi x?>', 'restricted-xml'],
    ['<a><?pi x?></a>', 'restricted-xml'],
    ["<?xml version='1.0'?>", 'restricted-xml'],
    ['<a>&b;</a>', 'not-well-formed'],
    ["<a b='&b;'/>", 'not-well-formed'],
    ['<a>&#0;</a>', 'not-well-formed'],
    ['<a>&#xD800;</a>', 'not-well-formed'],
    ['<a>&#x110000;</a>', 'not-well-formed'],
    ['<a>& b</a>', 'not-well-formed'],
    ['<a>&constructor;</a>', 'not-well-formed'],
    ['<a>]]></a>', 'not-well-formed'],
    ['<a>\u0001</a>', 'not-well-formed'],
    ['<a><![CDATA[\u0001]]></a>', 'not-well-formed'],
    ["<a b='\u0000'/>", 'not-well-formed'],
    ['<a>\uffff</a>', 'not-well-formed'],
    ['<a></b>', 'not-well-formed'],
    ['<a><b></a></b>', 'not-well-formed'],
    ['</a>', 'not-well-formed'],
    ["<a b='1' b='2'/>", 'not-well-formed'],
    ["<a x:b='1' y:b='2' xmlns:x='u' xmlns:y='u'/>", 'not-well-formed'],
    ["<a b='<'/>", 'not-well-formed'],
    ['<a b=c/>', 'not-well-formed'],
    ['<a b/>', 'not-well-formed'],
    ["<a b='1'c='2'/>", 'not-well-formed'],
    ['<1a/>', 'not-well-formed'],
    ['<a:b:c/>', 'not-well-formed'],
    ['<:a/>', 'not-well-formed'],
    ['<a:/>', 'not-well-formed'],
    ['<a:1/>', 'not-well-formed'],
    ['<x:a/>', 'not-well-formed'],
    ["<a x:b='1'/>", 'not-well-formed'],
    ["<a xmlns:xml='urn:x'/>", 'not-well-formed'],
    ["<a xmlns:xmlns='urn:x'/>", 'not-well-formed'],
    ["<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>", 'not-well-formed'],
    ["<a xmlns:b='http://www.w3.org/2000/xmlns/'/>", 'not-well-formed'],
    ["<a xmlns:b=''/>", 'not-well-formed'],
    ["<a xmlns='u' xmlns='u'/>", 'not-well-formed'],
    ["<a xmlns:x='u' xmlns:x='u'/>", 'not-well-formed'],
    ['< a/>', 'not-well-formed'],
    ['<a / >', 'not-well-formed'],
    ['<\u00d7/>', 'not-well-formed'],
    ['text', 'bad-format'],
    ['<![CDATA[x]]>', 'bad-format'],
    [`<a b='${'x'.repeat(301)}'/>`, 'policy-violation'],
    [`<a${' b'.repeat(0)}${Array.from({ length: 9 }, (_, i) => ` b${i}=''`).join('')}/>`, 'policy-violation'],
    [`<a>${'<b/>'.repeat(50)}</a>`, 'policy-violation'],
    ['<a>'.repeat(17), 'policy-violation'],
    [`<a>${Array.from({ length: 7 }, (_, i) => `<b xmlns='u${i}'/>`).join('')}</a>`, 'policy-violation'],
    [`<${'a'.repeat(41)}/>`, 'policy-violation'],
    [`<a>${'x'.repeat(10_000)}</a>`, 'policy-violation'],
    [`<a>${'x'.repeat(10_000)}`, 'policy-violation'],
    [`<a>${'€'.repeat(3_400)}</a>`, 'policy-violation'],
  ];
  test.each(table.map(([xml, expected]) => [xml.slice(0, 60), expected, xml] as const))('%s: %s', (_, expected, xml) => {
    expect(condition(frames(HEADER + xml))).toBe(expected);
    // However it is cut into chunks, the refusal is the same.
    expect(condition(frames(HEADER + xml, everyByte(Buffer.byteLength(HEADER + xml))))).toBe(expected);
  });
  test.each([
    ['GET / HTTP/1.1\r\n', 'not-well-formed'],
    ['</stream:stream>', 'not-well-formed'],
    ["<?xml version='1.0' encoding='ISO-8859-1'?>", 'unsupported-encoding'],
    ["<?xml version='1.0' encoding='utf-8' standalone='yes'?> <a/>", 'close'],
    ['<?xml bogus?><a/>', 'not-well-formed'],
    ["<?xml version='1.0'?><?xml version='1.0'?>", 'restricted-xml'],
    ['<?php ?>', 'restricted-xml'],
    [`<?xml ${' '.repeat(400)}`, 'not-well-formed'],
    [`<a b='${'x'.repeat(20_000)}`, 'policy-violation'],
  ])('before the header: %.60s', (xml, expected) => expect(condition(frames(xml))).toBe(expected));

  test('accepts a stanza of exactly the limit in octets and refuses one octet more', () => {
    for (const fill of ['x', 'é', '€', '😀']) {
      const size = Buffer.byteLength(fill);
      const count = Math.floor((10_000 - 7) / size);
      const pad = 'y'.repeat(10_000 - 7 - count * size);
      expect(within(`<a>${fill.repeat(count)}${pad}</a>`)[0]?.is).toBe('element');
      expect(condition(within(`<a>${fill.repeat(count)}${pad}z</a>`))).toBe('policy-violation');
    }
  });
  test.each([
    ['overlong', [0xc0, 0xaf]],
    ['overlong of three', [0xe0, 0x80, 0xaf]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['lonely continuation', [0x80]],
    ['cut short', [0xe2, 0x82, 0x20]],
    ['never valid', [0xff]],
  ])('refuses %s UTF-8 however it is split', (_, bytes) => {
    const input = Buffer.concat([Buffer.from(`${HEADER}<a>`), Buffer.from(bytes), Buffer.from('</a>')]);
    expect(condition(frames(input))).toBe('not-well-formed');
    expect(condition(frames(input, everyByte(input.length)))).toBe('not-well-formed');
  });
  test('reads nothing after the first fault', () => {
    const framer = new Framer(limits);
    framer.push(Buffer.from(`${HEADER}<a></b><c/>`));
    framer.next();
    expect(framer.next()?.is).toBe('broken');
    framer.push(Buffer.from('<d/>'));
    expect(framer.next()).toBe(null);
  });
  test('does linear work on a tag that trickles in', () => {
    const big: FrameLimits = { ...limits, maxBytes: 400_000, maxAttributeLength: 400_000 };
    const framer = new Framer(big);
    framer.push(Buffer.from(`${HEADER}<a b='`));
    framer.next();
    const octet = Buffer.from('>');
    const began = performance.now();
    for (let i = 0; i < 200_000; i++) {
      framer.push(octet);
      framer.next();
    }
    framer.push(Buffer.from("'/>"));
    expect(framer.next()?.is).toBe('element');
    // Quadratic work would take minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

const name = fc.constantFrom('a', 'body', 'x-y', '_z', 'ünï', 'query');
const ns = fc.constantFrom('jabber:client', 'urn:a', "urn:b&'c");
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((s) => s !== '' && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(s));
const tree = fc.letrec<{ el: Element }>((tie) => ({
  el: fc
    .tuple(
      name,
      ns,
      fc.dictionary(fc.constantFrom('to', 'id', 'xml:lang', '{urn:a}k', '{urn:q}k'), text, { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.oneof({ maxDepth: 4, withCrossShrink: true }, text, tie('el')), { maxLength: 4 }),
    )
    .map(([n, s, attrs, children]) => {
      const merged: Child[] = [];
      for (const c of children) {
        const last = merged[merged.length - 1];
        if (typeof c === 'string' && typeof last === 'string') merged[merged.length - 1] = last + c;
        else merged.push(c);
      }
      return new Element(n, s, attrs, merged);
    }),
}));
const roomy: FrameLimits = { ...limits, maxBytes: 1_000_000, maxElements: 10_000, maxNamespaces: 10_000, maxAttributeLength: 10_000 };

describe('properties', () => {
  test('what was serialised is read back as the same tree, however it is split', () => {
    fc.assert(
      fc.property(fc.array(tree.el, { maxLength: 4 }), fc.array(fc.nat(4_000), { maxLength: 40 }), (els, cuts) => {
        const wire = `${HEADER}${els.map((e) => serialize(e, 'jabber:client')).join(' ')}</stream:stream>`;
        const got = frames(wire, cuts, roomy);
        expect(got.map((f) => f.is)).toEqual(['open', ...els.map(() => 'element'), 'close']);
        expect(got.filter((f) => f.is === 'element').map((f) => f.el)).toEqual(els);
      }),
      { numRuns: 300 },
    );
  });
  test('splitting never changes what is read from damaged input, nothing is thrown and nothing hangs', () => {
    fc.assert(
      fc.property(
        fc.array(tree.el, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2_000), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('<>/&\'"![]?-:= ;#')))), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.nat(2_000), { maxLength: 40 }),
        (els, damage, cuts) => {
          const wire = Buffer.from(`${HEADER}${els.map((e) => serialize(e, 'jabber:client')).join('')}</stream:stream>`);
          for (const [at, byte] of damage) wire[at % wire.length] = byte;
          const whole = frames(wire, [], roomy);
          const parts = frames(wire, cuts, roomy);
          // Bad octets spoil the whole chunk they stand in, so good stanzas before them may be lost; what is read is never different.
          const n = Math.min(whole.length, parts.length);
          expect(parts.slice(0, n - 1)).toEqual(whole.slice(0, n - 1));
          if (!whole.some((f) => f.is === 'broken')) expect(parts).toEqual(whole);
          expect(whole.filter((f) => f.is === 'broken').length).toBeLessThan(2);
        },
      ),
      { numRuns: 1_000 },
    );
  });
  test('random octets never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const list = frames(Buffer.from(bytes), everyByte(bytes.length));
        expect(list.length).toBeLessThanOrEqual(bytes.length + 1);
      }),
    );
  });
});
