import { describe, expect, test } from 'vitest';
import { type Jid, parseJid } from '../../kernel/jid.ts';
import { parseElement } from '../stream/framer.ts';
import { errorStanza, errorXml, makeIq, makeMessage, makePresence, resultXml } from './build.ts';
import { type Element, el } from './element.ts';
import { NS } from './namespaces.ts';
import { readStanza, refusalXml } from './read.ts';
import { serialize } from './serialize.ts';

const limits = {
  maxBytes: 100_000,
  maxDepth: 64,
  maxAttributes: 64,
  maxAttributeLength: 8192,
  maxElements: 5000,
  maxNamespaces: 128,
  maxNameLength: 256,
};
const jid = (text: string): Jid => {
  const parsed = parseJid(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};
const parse = (xml: string): Element => {
  const frame = parseElement(Buffer.from(xml.replace(/^<(\w+)/, "<$1 xmlns='jabber:client'")), limits);
  if (frame.is !== 'element') throw new Error(xml);
  return frame.el;
};
const alice = jid('alice@example.com/desk');
const bob = jid('bob@example.com');
const read = (xml: string) => readStanza(parse(xml), alice, 'en');

describe('serialize', () => {
  test('declares a namespace only where it changes and escapes what could be read as markup', () => {
    const tree = el(
      'message',
      NS.client,
      { id: `<"'&>` },
      el('body', NS.client, {}, 'a < b & c > d ]]>'),
      el('x', 'urn:x', {}, el('y', 'urn:x'), el('z', NS.client)),
    );
    expect(serialize(tree, NS.client)).toBe(
      "<message id='&lt;&quot;&apos;&amp;&gt;'><body>a &lt; b &amp; c &gt; d ]]&gt;</body><x xmlns='urn:x'><y/><z xmlns='jabber:client'/></x></message>",
    );
  });
  test('writes prefixed attributes under made prefixes', () => {
    const tree = el('a', 'urn:a', { '{urn:b}c': '1', 'xml:lang': 'de', '{http://www.w3.org/XML/1998/namespace}space': 'preserve' });
    expect(serialize(tree, 'urn:a')).toBe("<a xmlns:a1='urn:b' a1:c='1' xml:lang='de' xml:space='preserve'/>");
  });
});

describe('readStanza', () => {
  test('takes sender and language from the stream, never from the wire', () => {
    const result = read("<message from='eve@example.com' to='BOB@example.com' id='1'><body>x</body></message>");
    if (!result.ok) throw new Error('refused');
    expect([result.value.from, result.value.to?.full, result.value.lang, result.value.type]).toEqual([
      alice,
      'bob@example.com',
      'en',
      'normal',
    ]);
  });
  test.each([
    ["<message to='@@'/>", 'jid-malformed'],
    ["<message to=''/>", 'jid-malformed'],
    ["<presence type='bogus'/>", 'bad-request'],
    ["<iq id='1'/>", 'bad-request'],
    ["<iq type='get'><q xmlns='u'/></iq>", 'bad-request'],
    ["<iq type='get' id='1'/>", 'bad-request'],
    ["<iq type='set' id='1'><q xmlns='u'/><q xmlns='u'/></iq>", 'bad-request'],
    ["<iq type='result' id='1'><q xmlns='u'/><q xmlns='u'/></iq>", 'bad-request'],
  ])('%s is refused with %s', (xml, condition) => {
    const result = read(xml);
    expect(result.ok ? 'ok' : result.fault.condition).toBe(condition);
  });
  test.each([
    "<message type='bogus'/>",
    '<presence/>',
    "<iq type='result' id='1'/>",
    "<iq type='error' id='1'><q xmlns='u'/><error type='cancel'/></iq>",
  ])('%s is read', (xml) => expect(read(xml).ok).toBe(true));
});

describe('render', () => {
  test('shares the payload and changes only what it is asked to', () => {
    const message = makeMessage({ from: alice, to: bob, type: 'chat', id: 'i', lang: 'de' }, el('body', NS.client, {}, 'x'));
    expect(message.render()).toBe(
      "<message from='alice@example.com/desk' to='bob@example.com' type='chat' id='i' xml:lang='de'><body>x</body></message>",
    );
    expect(message.render({ from: 'a@b', to: null, id: 'j', type: 'headline', extra: '<d/>' })).toBe(
      "<message from='a@b' type='headline' id='j' xml:lang='de'><body>x</body><d/></message>",
    );
    expect(makePresence({ from: alice, to: null }).render({ to: 'bob@example.com/x' })).toBe(
      "<presence from='alice@example.com/desk' to='bob@example.com/x'/>",
    );
  });
  test('escapes addresses', () => {
    expect(makePresence({ from: jid(`a@b/<'&">`), to: null }).render()).toBe("<presence from='a@b/&lt;&apos;&amp;&quot;&gt;'/>");
  });
});

describe('errors', () => {
  test('swap the addresses, keep the id, and place condition, text and detail in this order', () => {
    const message = makeMessage({ from: alice, to: bob, id: 'i' });
    expect(
      errorXml(
        message,
        { condition: 'not-acceptable', text: 'No & no.', detail: el('blocked', 'urn:xmpp:blocking:errors') },
        jid('example.com'),
      ),
    ).toBe(
      "<message from='bob@example.com' to='alice@example.com/desk' type='error' id='i'><error type='modify' by='example.com'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>No &amp; no.</text><blocked xmlns='urn:xmpp:blocking:errors'/></error></message>",
    );
    expect(errorStanza(message, { condition: 'gone', type: 'modify' })?.render()).toBe(
      "<message from='bob@example.com' to='alice@example.com/desk' type='error' id='i'><error type='modify'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    );
  });
  test('never answer an error or a result', () => {
    const fault = { condition: 'service-unavailable' } as const;
    for (const stanza of [
      makeMessage({ from: alice, to: bob, type: 'error' }),
      makeIq({ from: alice, to: bob, type: 'result' }, null),
      makeIq({ from: alice, to: bob, type: 'error' }, null),
    ]) {
      expect([errorXml(stanza, fault), errorStanza(stanza, fault)]).toEqual([null, null]);
    }
    expect(refusalXml(parse("<message type='error'/>"), alice, fault)).toBe(null);
  });
});

test('a result answers the sender with the payload given as element, text or nothing', () => {
  const iq = makeIq({ from: alice, to: bob, type: 'get', id: 'i' }, el('q', 'u'));
  const head = "<iq from='bob@example.com' to='alice@example.com/desk' type='result' id='i'";
  expect(resultXml(iq, null)).toBe(`${head}/>`);
  expect(resultXml(iq, el('q', 'u'))).toBe(`${head}><q xmlns='u'/></iq>`);
  expect(resultXml(iq, "<q xmlns='u'/>")).toBe(`${head}><q xmlns='u'/></iq>`);
});
