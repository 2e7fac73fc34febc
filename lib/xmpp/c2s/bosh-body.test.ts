import { describe, expect, it } from 'vitest';
import { settingValues } from '../../testing/fixed-settings.ts';
import { NS } from '../stanza/namespaces.ts';
import { serialize } from '../stanza/serialize.ts';
import { limitsAfterSignIn } from '../stream/limits.ts';
import { BodyReader, readNumber } from './bosh-body.ts';

const limits = limitsAfterSignIn(settingValues('xmpp'));
const whole =
  `<?xml version='1.0'?>\n<body xmlns='${NS.httpBind}' rid='7' sid='a>b' xmlns:xmpp='${NS.xbosh}' xmpp:restart='true'>` +
  `<message xmlns='jabber:client' to='a@b'><body>grün &amp; <![CDATA[<x>]]></body></message> <presence xmlns='jabber:client'/></body>\n`;

/** What a request reads as, in words that compare. */
function read(parts: readonly Buffer[]): string {
  const reader = new BodyReader(limits, 100_000, () => ({ limits, max: 100_000 }));
  for (const part of parts) reader.push(part);
  const body = reader.end();
  if ('condition' in body) return body.condition;
  return `${JSON.stringify(body.attrs)} ${body.frames.map((frame) => (frame.is === 'element' ? serialize(frame.el, '') : frame.is)).join('')}`;
}
/** The same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe('a request', () => {
  it('reads the same wherever it is cut', () => {
    const octets = Buffer.from(whole);
    const expected = read([octets]);
    expect(expected).toContain('grün &amp; &lt;x&gt;');
    for (let at = 1; at < octets.length; at++) expect(read([octets.subarray(0, at), octets.subarray(at)])).toBe(expected);
    expect(read([...octets].map((octet) => Buffer.from([octet])))).toBe(expected);
  });

  it.each([
    ['text', 'x'],
    ['an element', '<x/>'],
    ['another request', whole],
    ['an end tag', '</body>'],
  ])('is refused with %s behind it, in one chunk or the next', (_what, rest) => {
    expect(read([Buffer.from(whole + rest)])).toBe('bad-request');
    expect(read([Buffer.from(whole), Buffer.from(rest)])).toBe('bad-request');
    const empty = `<body xmlns='${NS.httpBind}' rid='7'/>`;
    expect(read([Buffer.from(empty + rest)])).toBe('bad-request');
    expect(read([Buffer.from(empty), Buffer.from(rest)])).toBe('bad-request');
  });

  it('never breaks the reader, whatever it holds, and is judged alike in one piece and in many', () => {
    const next = random(20_261_124);
    const base = Buffer.from(whole);
    const bits = ['<', '>', '&', "'", '"', '/', ']]>', '<![CDATA[', '<!--', '<?', '</body>', '<body>', '\0', ' xmlns=', 'é'].map((text) =>
      Buffer.from(text),
    );
    for (let round = 0; round < 3_000; round++) {
      let octets = Buffer.from(base);
      for (let change = next(4); change >= 0; change--) {
        const at = next(octets.length + 1);
        const bit = bits[next(bits.length)] as Buffer;
        const how = next(3);
        if (how === 0) octets = Buffer.concat([octets.subarray(0, at), bit, octets.subarray(at)]);
        else if (how === 1) octets = Buffer.concat([octets.subarray(0, at), octets.subarray(Math.min(octets.length, at + 1 + next(20)))]);
        else if (at < octets.length) octets[at] = next(256);
      }
      const one = read([octets]);
      const cut = next(octets.length + 1);
      expect(read([octets.subarray(0, cut), octets.subarray(cut)]), octets.toString('latin1')).toBe(one);
    }
  });
});

describe('a count', () => {
  it('is digits alone, and no larger than what is exact', () => {
    expect(['0', '12', '9007199254740991'].map(readNumber)).toEqual([0, 12, Number.MAX_SAFE_INTEGER]);
    expect(['', '-1', '1.5', '1e3', ' 1', '9007199254740992', '99999999999999999', undefined].map(readNumber)).toEqual(Array(8).fill(null));
  });
});
