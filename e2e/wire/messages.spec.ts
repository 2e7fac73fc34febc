/** One-to-one messages: who gets which copy, what is kept, and what the archive says afterwards. */
import { describe, expect, it } from 'vitest';
import { archivePage, wholeArchive } from '../clients/archive.ts';
import { enableStreamManagement } from '../clients/managed.ts';
import { becomeAvailable, type RawClient } from '../clients/raw.ts';
import { child, childText, type XmlElement } from '../clients/xml.ts';
import { bodies, chat, settled, withServer } from './harness.ts';

const on = withServer({ people: 60, settings: { 'archive.queriesPerSecond': 0 } });

const withBody = (client: RawClient, body: string, options?: { from?: number }): Promise<XmlElement> =>
  client.element(`the message "${body}"`, (element) => element.name === 'message' && childText(element, 'body') === body, options);

const stanzaIdOf = (message: XmlElement, by: string): string =>
  message.children.find((part) => part.name === 'stanza-id' && part.attrs.by === by)?.attrs.id ?? '';

const carbonsOf = (client: RawClient, direction: 'sent' | 'received'): string[] =>
  client
    .elements('message')
    .map((message) => child(child(child(message, direction, 'urn:xmpp:carbons:2'), 'forwarded'), 'message'))
    .filter((message) => message !== undefined)
    .map((message) => childText(message, 'body'));

describe('addresses', () => {
  it('stamps the full address of the sender on what it sends without one, with its bare one and with its full one', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const b = await on.raw(bela);
    for (const [index, from] of [undefined, anna.jid, a.jid].entries()) {
      a.send(
        `<message to='${bela.jid}'${from === undefined ? '' : ` from='${from}'`} type='chat' id='f${index}'><body>from ${index}</body></message>`,
      );
      expect((await withBody(b, `from ${index}`)).attrs).toMatchObject({ from: a.jid, to: bela.jid, id: `f${index}` });
    }
  });

  it('answers an IQ to a full address only to those who may see it, and one to nobody in the same words', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const b = await on.raw(bela);
    const hidden = await a.query('get', "<query xmlns='jabber:iq:version'/>", b.jid);
    const absent = await a.query('get', "<query xmlns='jabber:iq:version'/>", `${bela.jid}/elsewhere`);
    const nobody = await a.query('get', "<query xmlns='jabber:iq:version'/>", 'nobody-here@localhost/x');
    const shape = (answer: XmlElement) => [
      answer.attrs.type,
      child(answer, 'error')?.attrs.type,
      child(answer, 'error')?.children.map((part) => part.name),
    ];
    expect(shape(hidden)).toEqual(['error', 'cancel', ['service-unavailable']]);
    expect(shape(absent)).toEqual(shape(hidden));
    expect(shape(nobody)).toEqual(shape(hidden));
    await settled(b);
    expect(b.elements('iq').some((iq) => iq.attrs.from === a.jid)).toBe(false);
  });

  it('gives exactly one answer to an IQ it does not know, to the server, to oneself and to others', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    for (const to of [undefined, 'localhost', anna.jid, bela.jid, 'nobody-here@localhost']) {
      const answer = await a.query('get', "<query xmlns='urn:example:unknown'/>", to);
      expect(child(answer, 'error')?.children[0]?.name).toBe('service-unavailable');
    }
    await settled(a);
    const ids = a.elements('iq').map((iq) => iq.attrs.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('forking', () => {
  it('goes to all devices until one answers, then only there until its presence changes', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const desk = await on.raw(bela, { resource: 'desk' });
    const phone = await on.raw(bela, { resource: 'phone' });
    a.send(chat(bela.jid, 'fork-1', 'to all'));
    const copies = [await withBody(desk, 'to all'), await withBody(phone, 'to all')];
    // RFC 6121 §8.5.2: the address is not rewritten; XEP-0313: the same id in each copy.
    for (const copy of copies) expect(copy.attrs).toMatchObject({ to: bela.jid, from: a.jid, id: 'fork-1' });
    expect(stanzaIdOf(copies[0]!, bela.jid)).toBe(stanzaIdOf(copies[1]!, bela.jid));
    phone.send(chat(anna.jid, 'fork-2', 'the phone answers'));
    await withBody(a, 'the phone answers');
    a.send(chat(bela.jid, 'fork-3', 'only to the phone'));
    await withBody(phone, 'only to the phone');
    await settled(desk);
    expect(bodies(desk)).toEqual(['to all']);
    const from = desk.mark();
    phone.send('<presence><show>away</show></presence>');
    await desk.element(
      'the new presence of the phone',
      (element) => element.name === 'presence' && element.attrs.from === phone.jid && childText(element, 'show') === 'away',
      { from },
    );
    a.send(chat(bela.jid, 'fork-4', 'to all again'));
    await withBody(desk, 'to all again');
    await withBody(phone, 'to all again');
  });

  it('is not answered by a receipt or a chat state alone', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const desk = await on.raw(bela, { resource: 'desk' });
    const phone = await on.raw(bela, { resource: 'phone' });
    a.send(chat(bela.jid, 'r-1', 'first', "<request xmlns='urn:xmpp:receipts'/>"));
    await withBody(phone, 'first');
    phone.send(`<message to='${a.jid}' type='chat' id='r-2'><received xmlns='urn:xmpp:receipts' id='r-1'/></message>`);
    phone.send(`<message to='${a.jid}' type='chat' id='r-3'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`);
    await a.element('the chat state', (element) => element.attrs.id === 'r-3');
    a.send(chat(bela.jid, 'r-4', 'second'));
    await withBody(desk, 'second');
    await withBody(phone, 'second');
  });

  it('never reaches a device with negative priority by the bare address, and always by its full one', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const shy = await on.raw(bela, { resource: 'shy', presence: false });
    await becomeAvailable(shy, '<priority>-1</priority>');
    const desk = await on.raw(bela, { resource: 'desk' });
    a.send(chat(bela.jid, 'n-1', 'to the bare address'));
    await withBody(desk, 'to the bare address');
    a.send(chat(shy.jid, 'n-2', 'to the full address'));
    await withBody(shy, 'to the full address');
    expect(bodies(shy)).toEqual(['to the full address']);
  });
});

describe('offline messages', () => {
  it('are kept in order with the time they were sent, delivered once, to the first device only', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    for (let index = 0; index < 5; index++) a.send(chat(bela.jid, `o-${index}`, `kept ${index}`));
    await settled(a);
    const first = await on.raw(bela, { resource: 'first' });
    await withBody(first, 'kept 4');
    expect(bodies(first)).toEqual([0, 1, 2, 3, 4].map((index) => `kept ${index}`));
    for (const message of first.elements('message')) expect(child(message, 'delay', 'urn:xmpp:delay')?.attrs.from).toBe('localhost');
    await first.close();
    const second = await on.raw(bela, { resource: 'second' });
    await settled(second);
    expect(bodies(second)).toEqual([]);
  });

  it('wait for a device with non-negative priority', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const shy = await on.raw(bela, { presence: false });
    await becomeAvailable(shy, '<priority>-5</priority>');
    a.send(chat(bela.jid, 'p-1', 'for later'));
    await settled(a);
    await settled(shy);
    expect(bodies(shy)).toEqual([]);
    shy.send('<presence><priority>0</priority></presence>');
    const message = await withBody(shy, 'for later');
    expect(child(message, 'delay', 'urn:xmpp:delay')).toBeDefined();
  });

  it('are not made of chat states, headlines and what says no-store', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    a.send(`<message to='${bela.jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`);
    a.send(`<message to='${bela.jid}' type='headline'><body>news</body></message>`);
    a.send(chat(bela.jid, 'h-1', 'secret', "<no-store xmlns='urn:xmpp:hints'/>"));
    a.send(chat(bela.jid, 'h-2', 'kept'));
    await settled(a);
    const b = await on.raw(bela);
    await withBody(b, 'kept');
    await settled(b);
    expect(bodies(b)).toEqual(['kept']);
    expect(b.elements('message')).toHaveLength(1);
  });

  it('carry the id that the archive has for them', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    a.send(chat(bela.jid, 'i-1', 'with an id'));
    await settled(a);
    const b = await on.raw(bela);
    const message = await withBody(b, 'with an id');
    const archive = await wholeArchive(b);
    expect(archive.map((entry) => entry.archiveId)).toEqual([stanzaIdOf(message, bela.jid)]);
  });
});

describe('carbons', () => {
  it('show each message once on each device: as itself or as a copy, never both', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna, { resource: 'one' });
    const other = await on.raw(anna, { resource: 'two' });
    const desk = await on.raw(bela, { resource: 'desk' });
    const phone = await on.raw(bela, { resource: 'phone' });
    for (const client of [other, desk, phone]) await client.query('set', "<enable xmlns='urn:xmpp:carbons:2'/>");
    a.send(chat(bela.jid, 'c-1', 'forked'));
    await withBody(desk, 'forked');
    await withBody(phone, 'forked');
    phone.send(chat(a.jid, 'c-2', 'answer'));
    await withBody(a, 'answer');
    a.send(chat(bela.jid, 'c-3', 'locked'));
    await withBody(phone, 'locked');
    await settled(desk);
    await settled(phone);
    await settled(other);
    expect(bodies(phone)).toEqual(['forked', 'locked']);
    expect(carbonsOf(phone, 'received')).toEqual([]);
    expect(bodies(desk)).toEqual(['forked']);
    expect(carbonsOf(desk, 'received')).toEqual(['locked']);
    expect(carbonsOf(desk, 'sent')).toEqual(['answer']);
    expect(carbonsOf(other, 'sent')).toEqual(['forked', 'locked']);
    expect(carbonsOf(other, 'received')).toEqual(['answer']);
    const copy = desk.elements('message').find((message) => child(message, 'received') !== undefined)!;
    expect(copy.attrs).toMatchObject({ from: bela.jid, to: desk.jid, type: 'chat' });
  });

  it('are not made of private messages', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const desk = await on.raw(bela, { resource: 'desk' });
    const phone = await on.raw(bela, { resource: 'phone' });
    await desk.query('set', "<enable xmlns='urn:xmpp:carbons:2'/>");
    a.send(chat(phone.jid, 'v-1', 'between us', "<private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/>"));
    await withBody(phone, 'between us');
    await settled(desk);
    expect(carbonsOf(desk, 'received')).toEqual([]);
  });

  it('cannot be forged by a client', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const b = await on.raw(bela);
    await b.query('set', "<enable xmlns='urn:xmpp:carbons:2'/>");
    a.send(
      `<message to='${b.jid}' type='chat' id='forged'><body>look</body><received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='boss@localhost/x' to='${bela.jid}'><body>you are fired</body></message></forwarded></received></message>`,
    );
    await settled(a);
    await settled(b);
    expect(carbonsOf(b, 'received')).toEqual([]);
  });
});

describe('the archive', () => {
  it('pages forwards and backwards without gaps or overlaps, and its ids are those of the live messages', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await enableStreamManagement(await on.raw(anna));
    const b = await on.raw(bela);
    const count = 25;
    for (let index = 0; index < count; index++) a.send(chat(bela.jid, `m-${index}`, `message ${index}`), '');
    await withBody(b, `message ${count - 1}`);
    await a.settled();
    const live = b.elements('message').map((message) => stanzaIdOf(message, bela.jid));
    const forwards = [await archivePage(b, '<max>10</max>')];
    while (!forwards.at(-1)!.complete) forwards.push(await archivePage(b, `<max>10</max><after>${forwards.at(-1)!.last}</after>`));
    expect(forwards.map((page) => page.messages.length)).toEqual([10, 10, 5]);
    expect(forwards.flatMap((page) => page.messages.map((message) => message.archiveId))).toEqual(live);
    expect(forwards.flatMap((page) => page.messages.map((message) => message.body))).toEqual(
      Array.from({ length: count }, (_, index) => `message ${index}`),
    );
    const backwards = [await archivePage(b, '<max>10</max><before/>')];
    while (!backwards.at(-1)!.complete) backwards.push(await archivePage(b, `<max>10</max><before>${backwards.at(-1)!.first}</before>`));
    expect(
      backwards
        .map((page) => page.messages.map((message) => message.archiveId))
        .reverse()
        .flat(),
    ).toEqual(live);
    const none = await archivePage(b, '<max>0</max>');
    expect(none.messages).toEqual([]);
    expect(none.count).toBe(String(count));
  });

  it('finds the messages with one person, in both directions', async () => {
    const [anna, bela, carl] = [on.person(), on.person(), on.person()];
    const a = await on.raw(anna);
    const [b, c] = [await enableStreamManagement(await on.raw(bela)), await enableStreamManagement(await on.raw(carl))];
    a.send(chat(bela.jid, 'w-1', 'to bela'));
    await withBody(b.client, 'to bela');
    b.send(chat(anna.jid, 'w-2', 'from bela'), '');
    await b.settled();
    c.send(chat(anna.jid, 'w-3', 'from carl'), '');
    await c.settled();
    const page = await archivePage(a, '<max>10</max>', { with: bela.jid });
    expect(page.messages.map((message) => message.body)).toEqual(['to bela', 'from bela']);
  });

  it('has what the client received before it asked', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const b = await on.raw(bela);
    a.send(chat(bela.jid, 'z-1', 'just now'));
    const message = await withBody(b, 'just now');
    const page = await archivePage(b, '<max>10</max>');
    expect(page.messages.map((entry) => entry.archiveId)).toEqual([stanzaIdOf(message, bela.jid)]);
    // A client that knows this id asks for what came after it: the id must be known to the archive by then.
    expect((await archivePage(b, `<max>10</max><after>${stanzaIdOf(message, bela.jid)}</after>`)).messages).toEqual([]);
  });

  it('refuses a page after an id it does not know', async () => {
    const a = await on.raw(on.person());
    await expect(archivePage(a, '<max>5</max><after>00000000-0000-7000-8000-000000000000</after>')).rejects.toThrow('item-not-found');
  });

  it('is for its owner only', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const answer = await a.query('set', "<query xmlns='urn:xmpp:mam:2'/>", bela.jid);
    expect(answer.attrs.type).toBe('error');
    expect(child(answer, 'error')?.children[0]?.name).toMatch(/forbidden|service-unavailable/);
  });

  it('ignores an id that the sender claims to be ours', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const b = await on.raw(bela);
    a.send(chat(bela.jid, 's-1', 'spoofed', `<stanza-id xmlns='urn:xmpp:sid:0' id='mine' by='${bela.jid}'/>`));
    const message = await withBody(b, 'spoofed');
    expect(message.children.filter((part) => part.name === 'stanza-id' && part.attrs.by === bela.jid)).toHaveLength(1);
    expect(stanzaIdOf(message, bela.jid)).not.toBe('mine');
  });
});
