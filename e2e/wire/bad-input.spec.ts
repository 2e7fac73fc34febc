/** Hostile and broken clients on raw sockets: each gets the exact error, and somebody else's conversation goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRaw, type RawClient, saslNs, streamHeader } from '../clients/raw.ts';
import { child, childText } from '../clients/xml.ts';
import { chat, type Person, settled, withServer } from './harness.ts';

// Failed answers are delayed, up to half a minute each; the time to sign in ends a guessing stream sooner.
const on = withServer({ people: 60, settings: { 'xmpp.authTimeout': 20 } });

/** Two people who talk all the while; what they say must go on arriving, promptly. */
let watch: { stop(): Promise<{ sent: number; received: number; slowest: number }> };
beforeAll(async () => {
  const [anna, bela] = [on.person(), on.person()];
  const a = await on.raw(anna);
  const b = await on.raw(bela);
  let sent = 0;
  let received = 0;
  let slowest = 0;
  let sentAt = 0;
  b.tap = (element) => {
    if (element.name !== 'message') return false;
    received++;
    slowest = Math.max(slowest, performance.now() - sentAt);
    return true;
  };
  const timer = setInterval(() => {
    if (received < sent) return;
    sentAt = performance.now();
    a.send(chat(bela.jid, `w-${sent}`, `watch ${sent++}`));
  }, 50);
  watch = {
    async stop() {
      clearInterval(timer);
      await settled(a);
      await settled(b);
      return { sent, received, slowest };
    },
  };
});
afterAll(async () => {
  const { sent, received, slowest } = await watch.stop();
  expect(sent).toBeGreaterThan(0);
  expect(received).toBe(sent);
  expect(slowest).toBeLessThan(3_000);
});

/** Waits for the stream error and the end of the connection; answers the condition. */
async function streamError(client: RawClient): Promise<string> {
  const error = await client.element('a stream error', (element) => element.name === 'stream:error');
  await client.event('the end of the connection', (event) => event.is === 'end');
  return error.children[0]?.name ?? '';
}

async function fresh(): Promise<RawClient> {
  return openRaw(on.target);
}

/** TLS is up and the features are read; not signed in. */
async function secured(): Promise<RawClient> {
  const client = await fresh();
  await client.open();
  await client.startTls();
  await client.open();
  return client;
}

async function signedIn(person: Person = on.person()): Promise<RawClient> {
  return on.raw(person);
}

describe('XML that is not allowed in a stream', () => {
  const nested = (depth: number) => `<message>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</message>`;
  const attributes = Array.from({ length: 100 }, (_, index) => `a${index}='1'`).join(' ');
  it.each<[string, string | Buffer, string | RegExp]>([
    ['a tag that closes another', "<message to='x@localhost'><body>hi</message>", 'not-well-formed'],
    ['an attribute without quotes', '<message to=x@localhost/>', 'not-well-formed'],
    ['the same attribute twice', "<message to='a@localhost' to='b@localhost'/>", 'not-well-formed'],
    ['< in an attribute', "<message to='a<b'/>", 'not-well-formed'],
    ['an entity of its own', '<message><body>&lol;</body></message>', /^(restricted-xml|not-well-formed)$/],
    ['a prefix that was never declared', '<foo:message/>', /^(bad-namespace-prefix|not-well-formed)$/],
    ['a document type', "<!DOCTYPE foo [<!ENTITY lol 'lol'>]>", 'restricted-xml'],
    ['a comment', '<!-- hello -->', 'restricted-xml'],
    ['a processing instruction', '<?php echo 1 ?>', 'restricted-xml'],
    ['a control character', '<message><body>\u0001</body></message>', /^(not-well-formed|bad-format)$/],
    [
      'bytes that are not UTF-8',
      Buffer.from([0x3c, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x3e, 0xff, 0xfe]),
      /^(not-well-formed|bad-format|unsupported-encoding)$/,
    ],
    [
      'an overlong encoding of <',
      Buffer.concat([Buffer.from('<message><body>'), Buffer.from([0xc0, 0xbc]), Buffer.from('</body></message>')]),
      /^(not-well-formed|bad-format|unsupported-encoding)$/,
    ],
    ['nesting of a hundred levels', nested(100), 'policy-violation'],
    ['a hundred attributes', `<message ${attributes}/>`, 'policy-violation'],
    ['a stanza of 300 KiB', `<message><body>${'x'.repeat(300 * 1024)}</body></message>`, 'policy-violation'],
    ['text between stanzas', 'hello?', /^(not-well-formed|bad-format|invalid-xml)$/],
    ['an element that is no stanza', "<order xmlns='jabber:client'/>", 'unsupported-stanza-type'],
  ])('%s ends the stream with its error', async (_, input, condition) => {
    const client = await signedIn();
    const from = client.mark();
    client.send(input);
    const error = await client.element('a stream error', (element) => element.name === 'stream:error', { from });
    expect(error.children[0]?.name).toMatch(condition);
    expect(error.children[0]?.attrs.xmlns).toBe('urn:ietf:params:xml:ns:xmpp-streams');
    // The error does not repeat what was sent.
    expect(error.source.length).toBeLessThan(600);
    await client.event('the end of the connection', (event) => event.is === 'end', { from });
  });

  it('takes a stanza of 10,000 bytes, CDATA, numeric entities and a character cut at each of its bytes', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await signedIn(anna);
    const b = await signedIn(bela);
    const long = 'y'.repeat(10_000);
    a.send(chat(bela.jid, 'ok-1', long));
    await b.element('the long message', (element) => childText(element, 'body') === long);
    a.send(`<message to='${bela.jid}' type='chat' id='ok-2'><body>&#x263A;&#9786;&amp;</body></message>`);
    await b.element('the entities', (element) => childText(element, 'body') === '☺☺&');
    for (const byte of Buffer.from(chat(bela.jid, 'ok-3', '€uro 𝄞'))) {
      a.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await b.element('the message sent byte by byte', (element) => childText(element, 'body') === '€uro 𝄞');
    a.send(`<message to='${bela.jid}' type='chat' id='ok-4'><body><![CDATA[1 < 2]]></body></message>`);
    await b.element('the character data', (element) => childText(element, 'body') === '1 < 2');
  });
});

describe('stream headers', () => {
  it.each<[string, string, string]>([
    ['a domain that is not hosted', streamHeader('elsewhere.example'), 'host-unknown'],
    [
      'another namespace for streams',
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://example.com/streams' to='localhost' version='1.0'>",
      'invalid-namespace',
    ],
    [
      'another content namespace',
      "<?xml version='1.0'?><stream:stream xmlns='jabber:nothing' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>",
      'invalid-namespace',
    ],
  ])('for %s are refused after the header of the server', async (_, header, condition) => {
    const client = await fresh();
    client.send(header);
    expect(await streamError(client)).toBe(condition);
    expect(client.events[0]?.is).toBe('open');
  });

  it('are not HTTP', async () => {
    const client = await fresh();
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.event('the end of the connection', (event) => event.is === 'end');
  });
});

describe('before sign-in', () => {
  it('a stanza ends the stream with not-authorized', async () => {
    const client = await secured();
    client.send(chat('u1@localhost', 'early', 'let me in'));
    expect(await streamError(client)).toBe('not-authorized');
  });

  it('ten thousand bytes and more are too many', async () => {
    const client = await secured();
    client.send(`<auth xmlns='${saslNs}' mechanism='PLAIN'>${'A'.repeat(20_000)}</auth>`);
    expect(await streamError(client)).toBe('policy-violation');
  });

  it('no mechanism is offered without TLS, and none is accepted', async () => {
    const client = await fresh();
    const features = await client.open();
    expect(features.source).not.toContain('<mechanism>');
    expect(features.source).toContain('urn:ietf:params:xml:ns:xmpp-tls');
    client.send(`<auth xmlns='${saslNs}' mechanism='PLAIN'>${Buffer.from('\0u1\0p1').toString('base64')}</auth>`);
    const refusal = await client.element('a refusal', (element) => element.name === 'failure' || element.name === 'stream:error');
    expect(refusal.children[0]?.name).toMatch(/encryption-required|policy-violation|not-authorized|invalid-mechanism/);
    client.cut();
  });

  it('what is written in the clear after <starttls/> is never obeyed after TLS', async () => {
    const client = await fresh();
    await client.open();
    client.send(
      `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${streamHeader('localhost')}<auth xmlns='${saslNs}' mechanism='PLAIN'>AGEAYg==</auth>`,
    );
    await client.event('the end of the connection', (event) => event.is === 'end');
    expect(client.elements('failure')).toEqual([]);
  });

  it('a mechanism that is not offered is invalid-mechanism, broken base64 incorrect-encoding or malformed-request', async () => {
    const client = await secured();
    client.send(`<auth xmlns='${saslNs}' mechanism='KERBEROS_V9'>AA==</auth>`);
    const first = await client.element('a failure', (element) => element.name === 'failure');
    expect(first.children[0]?.name).toBe('invalid-mechanism');
    const from = client.mark();
    client.send(`<auth xmlns='${saslNs}' mechanism='PLAIN'>%%%not base64%%%</auth>`);
    const second = await client.element('a failure', (element) => element.name === 'failure', { from });
    expect(second.children[0]?.name).toMatch(/incorrect-encoding|malformed-request/);
    client.cut();
  });

  it('PLAIN for another identity than the own one is refused', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const client = await secured();
    client.send(
      `<auth xmlns='${saslNs}' mechanism='PLAIN'>${Buffer.from(`${bela.jid}\0${anna.user}\0${anna.password}`).toString('base64')}</auth>`,
    );
    const failure = await client.element('a failure', (element) => element.name === 'failure');
    expect(failure.children[0]?.name).toMatch(/invalid-authzid|not-authorized/);
    client.cut();
  });
});

describe('a signed-in client', () => {
  it.each([
    ['message', (to: string) => `<message from='boss@localhost/desk' to='${to}' type='chat'><body>raise</body></message>`],
    ['presence', () => "<presence from='boss@localhost/desk'/>"],
    ['query', () => "<iq from='boss@localhost' type='get' id='f'><query xmlns='jabber:iq:roster'/></iq>"],
  ])('that writes the name of somebody else on a %s is thrown out with invalid-from', async (_, stanza) => {
    const client = await signedIn();
    client.send(stanza('u1@localhost'));
    expect(await streamError(client)).toBe('invalid-from');
  });

  it('gets bad-request for an IQ without a type, and jid-malformed for an address that is none', async () => {
    const client = await signedIn();
    client.send("<iq id='b-1'><query xmlns='jabber:iq:roster'/></iq>");
    const first = await client.element('an error', (element) => element.attrs.id === 'b-1');
    expect(child(first, 'error')?.children[0]?.name).toBe('bad-request');
    client.send("<message to='@@localhost' type='chat' id='b-2'><body>x</body></message>");
    const second = await client.element('an error', (element) => element.attrs.id === 'b-2');
    expect(child(second, 'error')?.children[0]?.name).toBe('jid-malformed');
    await settled(client);
  });

  it('may send a priority only within bounds', async () => {
    const client = await signedIn();
    const from = client.mark();
    client.send("<presence id='prio'><priority>1000</priority></presence>");
    const error = await client.element('an error', (element) => element.name === 'presence' && element.attrs.type === 'error', { from });
    expect(child(error, 'error')?.children[0]?.name).toBe('bad-request');
  });
});

describe('guessing passwords by the hundred', () => {
  it('ends each stream after a few tries, always in the same words, and does not lock out people who are signed in', async () => {
    const victim = on.person();
    const session = await signedIn(victim);
    const conditions = new Set<string>();
    let tries = 0;
    let streams = 0;
    const guess = async () => {
      let client: RawClient;
      try {
        client = await secured();
      } catch {
        // Refused at the door is an answer, too.
        return;
      }
      streams++;
      for (let attempt = 0; attempt < 6 && !client.closed; attempt++) {
        const from = client.mark();
        tries++;
        client.send(
          `<auth xmlns='${saslNs}' mechanism='PLAIN'>${Buffer.from(`\0${victim.user}\0guess ${streams} ${attempt}`).toString('base64')}</auth>`,
        );
        const event = await client.event(
          'an outcome',
          (candidate) => candidate.is === 'end' || (candidate.is === 'element' && candidate.element.name !== 'stream:features'),
          {
            from,
            timeoutMs: 40_000,
          },
        );
        if (event.is !== 'element') break;
        conditions.add(event.element.children[0]?.name ?? event.element.name);
        expect(event.element.name).not.toBe('success');
      }
      client.cut();
    };
    // Delays grow with each failure (at most 30 s), so the streams try side by side.
    await Promise.all(Array.from({ length: 40 }, guess));
    expect(streams).toBeGreaterThan(0);
    expect(tries).toBeGreaterThanOrEqual(40);
    expect(tries).toBeLessThan(streams * 6);
    for (const condition of conditions)
      expect(['not-authorized', 'policy-violation', 'temporary-auth-failure', 'connection-timeout']).toContain(condition);
    await settled(session);
    session.send(chat(victim.jid, 'self', 'still here'));
    await session.element('a note to oneself', (element) => childText(element, 'body') === 'still here');
  }, 180_000);
});
