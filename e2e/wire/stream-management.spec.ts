/** XEP-0198 as a client in a tunnel sees it: nothing lost, nothing twice. */
import { describe, expect, it } from 'vitest';
import { wholeArchive } from '../clients/archive.ts';
import { enableStreamManagement, type ManagedStream, resumeStream } from '../clients/managed.ts';
import { becomeAvailable, openRaw, type RawClient, smNs } from '../clients/raw.ts';
import { child, childText, type XmlElement } from '../clients/xml.ts';
import { bodies, chat, type Person, settled, withServer } from './harness.ts';

const on = withServer({ people: 40, settings: { 'xmpp.resumeTimeout': 60 } });

/** Bound with stream management on, and available. */
async function managed(person: Person, resource = 'phone'): Promise<ManagedStream> {
  const client = await on.raw(person, { resource, presence: false });
  const stream = await enableStreamManagement(client);
  await becomeAvailable(client);
  return stream;
}

/** Signed in and not bound: where a resumption happens. */
async function authenticated(person: Person): Promise<RawClient> {
  const client = await openRaw(on.target);
  await client.open();
  await client.startTls();
  await client.open();
  await client.authenticate(person.user, person.password);
  await client.open();
  return client;
}

const withBody = (client: RawClient, body: string): Promise<XmlElement> =>
  client.element(`the message "${body}"`, (element) => element.name === 'message' && childText(element, 'body') === body);

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (const end = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('acknowledgements', () => {
  it('count each stanza once, whatever became of it, and no whitespace', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const stream = await managed(anna);
    const acknowledged: string[] = [];
    await on.raw(bela);
    const client = await on.raw(anna, { resource: 'counter', presence: false });
    const counted = await enableStreamManagement(client, { onAcknowledged: (key) => acknowledged.push(key) });
    counted.send(chat(bela.jid, 'k-1', 'a message'), 'message');
    client.send('   \n  ');
    counted.send('<presence/>', 'presence');
    counted.send("<iq type='get' id='k-2'><query xmlns='urn:example:unknown'/></iq>", 'failing query');
    counted.send("<iq type='get' id='k-3' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>", 'ping');
    counted.request();
    await until('all four are acknowledged', () => acknowledged.length === 4);
    expect(acknowledged).toEqual(['message', 'presence', 'failing query', 'ping']);
    expect(counted.state.acknowledged).toBe(4);
    stream.client.cut();
  });

  it('come only when the message is in the archive', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const reader = await on.raw(bela);
    const client = await on.raw(anna, { presence: false });
    let done = false;
    const stream = await enableStreamManagement(client, {
      onAcknowledged: () => {
        done = true;
      },
    });
    stream.send(chat(bela.jid, 'd-1', 'durable'), 'durable');
    stream.request();
    await until('it is acknowledged', () => done);
    expect((await wholeArchive(reader)).map((message) => message.id)).toEqual(['d-1']);
  });

  it('that claim more than was sent end the stream with the numbers', async () => {
    const { client } = await managed(on.person());
    client.send(`<a xmlns='${smNs}' h='4000'/>`);
    const error = await client.element('a stream error', (element) => element.name === 'stream:error');
    expect(child(error, 'undefined-condition')).toBeDefined();
    expect(child(error, 'handled-count-too-high', smNs)?.attrs.h).toBe('4000');
    await client.event('the end', (event) => event.is === 'end');
  });

  it('cannot be asked for before binding, and not be enabled twice', async () => {
    const early = await authenticated(on.person());
    early.send(`<enable xmlns='${smNs}'/>`);
    const failed = await early.element('<failed/>', (element) => element.name === 'failed');
    expect(failed.children[0]?.name).toBe('unexpected-request');
    early.cut();
    const { client } = await managed(on.person());
    const from = client.mark();
    client.send(`<enable xmlns='${smNs}'/>`);
    await client.element('a refusal', (element) => element.name === 'stream:error' || element.name === 'failed', { from });
  });
});

describe('a client that loses its connection', () => {
  it('gets what was sent meanwhile after resuming, once, in order, and its contacts notice nothing', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const phone = await managed(bela);
    // Directed presence: Anna sees Bela without a subscription.
    phone.send(`<presence to='${anna.jid}'/>`, 'directed presence');
    await a.element('presence', (element) => element.name === 'presence' && element.attrs.from === phone.client.jid);
    a.send(chat(phone.client.jid, 'l-0', 'before'));
    await withBody(phone.client, 'before');
    const from = a.mark();
    phone.client.cut();
    for (let index = 1; index <= 5; index++) a.send(chat(phone.client.jid, `l-${index}`, `in the tunnel ${index}`));
    await settled(a);
    const again = await authenticated(bela);
    const resumed = await resumeStream(again, phone.state);
    expect(resumed).not.toBeNull();
    await withBody(again, 'in the tunnel 5');
    await settled(again);
    expect(bodies(again)).toEqual([1, 2, 3, 4, 5].map((index) => `in the tunnel ${index}`));
    expect(
      a.events
        .slice(from)
        .some((event) => event.is === 'element' && event.element.name === 'presence' && event.element.attrs.type === 'unavailable'),
    ).toBe(false);
    // The new connection is the old session: still there for others, under the old address.
    a.send(chat(phone.client.jid, 'l-9', 'after'));
    await withBody(again, 'after');
    again.cut();
  });

  it('sends again what was not acknowledged, and nobody sees it twice', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const b = await on.raw(bela);
    const phone = await managed(anna);
    phone.send(chat(bela.jid, 'x-1', 'said before the tunnel'), 'x-1');
    await withBody(b, 'said before the tunnel');
    // The message arrived, but its acknowledgement was never asked for: the client does not know.
    expect(phone.state.unacknowledged.map((entry) => entry.key)).toContain('x-1');
    phone.client.cut();
    const again = await authenticated(anna);
    const resumed = await resumeStream(again, phone.state);
    expect(resumed).not.toBeNull();
    expect(resumed!.state.unacknowledged).toEqual([]);
    again.send(chat(bela.jid, 'x-2', 'said after the tunnel'));
    await withBody(b, 'said after the tunnel');
    expect(bodies(b)).toEqual(['said before the tunnel', 'said after the tunnel']);
    again.cut();
  });

  it('can resume again and again under the same id', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const phone = await managed(bela);
    let current = phone.client;
    for (let round = 1; round <= 3; round++) {
      current.cut();
      a.send(chat(phone.client.jid, `a-${round}`, `round ${round}`));
      await settled(a);
      const again = await authenticated(bela);
      expect(await resumeStream(again, phone.state)).not.toBeNull();
      await withBody(again, `round ${round}`);
      expect(bodies(again)).toEqual([`round ${round}`]);
      current = again;
    }
    current.cut();
  });

  it('takes its session over from a connection that is still open, which is told why', async () => {
    const person = on.person();
    const phone = await managed(person);
    const again = await authenticated(person);
    expect(await resumeStream(again, phone.state)).not.toBeNull();
    const error = await phone.client.element('a stream error', (element) => element.name === 'stream:error');
    expect(child(error, 'conflict')).toBeDefined();
    await settled(again);
    again.cut();
  });

  it('cannot be resumed by somebody else', async () => {
    const [anna, mallory] = [on.person(), on.person()];
    const phone = await managed(anna);
    phone.client.cut();
    const other = await authenticated(mallory);
    expect(await resumeStream(other, { ...phone.state, unacknowledged: [] })).toBeNull();
    // A failed resumption leaves the way to an ordinary session open (XEP-0198 §5).
    expect(await other.bind('own')).toBe(`${mallory.jid}/own`);
    other.cut();
  });

  it('does not resume a stream that was closed in order', async () => {
    const person = on.person();
    const phone = await managed(person);
    await phone.client.close();
    const again = await authenticated(person);
    expect(await resumeStream(again, phone.state)).toBeNull();
    again.cut();
  });
});

describe('slixmpp, resuming by itself', () => {
  it('misses nothing and shows nothing twice', async () => {
    const [anna, bela] = [on.person(), on.person()];
    const a = await on.raw(anna);
    const phone = await on.slix(bela);
    a.send(chat(phone.jid, 'p-1', 'before'));
    await phone.message('before');
    const from = phone.mark();
    await phone.do('cut');
    await phone.next('disconnected', undefined, { from });
    for (let index = 1; index <= 3; index++) a.send(chat(phone.jid, `p-t${index}`, `meanwhile ${index}`));
    await settled(a);
    const outcome = await phone.signIn({ jid: bela.jid, password: bela.password, host: on.target.host, port: on.target.port });
    expect(outcome.how).toBe('resumed');
    await phone.message('meanwhile 3');
    a.send(chat(phone.jid, 'p-2', 'after'));
    await phone.message('after');
    for (const body of ['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3', 'after']) expect(phone.count(body), body).toBe(1);
  });
});
