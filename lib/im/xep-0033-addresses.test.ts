import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createMessageWorld, type MessageWorld } from '../testing/message-world.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { ADDRESS } from './xep-0033-addresses.ts';

const list = (...addresses: string[]) => `<addresses xmlns='${ADDRESS}'>${addresses.join('')}</addresses>`;
const to = (jid: string, type = 'to', more = '') => `<address type='${type}' jid='${jid}'${more}/>`;
const send = (world: MessageWorld, session: FakeSession, ...addresses: string[]) =>
  world.say(session, `<message to='example.com' type='chat' id='m1'><body>all hands</body>${list(...addresses)}</message>`);

const header = (message: Element | undefined): string[] =>
  message
    ?.child('addresses', ADDRESS)
    ?.elements()
    .map(({ attrs }) => `${attrs.type} ${attrs.jid ?? ''}${attrs.delivered === 'true' ? ' delivered' : ''}`) ?? [];
const conditionOf = (session: FakeSession): string =>
  session
    .take()
    .find((el) => el.attrs.type === 'error')
    ?.child('error')
    ?.elements()[0]?.name ?? 'none';

async function three(change: Parameters<typeof createMessageWorld>[0] = {}) {
  const world = createMessageWorld(change);
  const alice = await world.signIn('alice@example.com/a');
  const bob = await world.signIn('bob@example.com/b');
  const carol = await world.signIn('carol@example.com/c');
  for (const session of [alice, bob, carol]) session.take();
  return { world, alice, bob, carol };
}

describe('a message to many', () => {
  it('reaches each once, from its sender, with all open addresses marked as delivered', async () => {
    const { world, alice, bob, carol } = await three();
    send(world, alice, to('bob@example.com'), to('carol@example.com', 'cc'), to('bob@example.com', 'cc'), "<address type='noreply'/>");
    await world.rest();
    const [forBob] = bob.take();
    expect(forBob?.attrs).toMatchObject({ from: 'alice@example.com/a', to: 'bob@example.com', id: 'm1', type: 'chat' });
    expect(header(forBob)).toEqual([
      'to bob@example.com delivered',
      'cc carol@example.com delivered',
      'cc bob@example.com delivered',
      'noreply ',
    ]);
    expect(carol.bodies()).toEqual(['all hands']);
    expect(bob.bodies()).toEqual([]);
  });

  it('shows a blind recipient to nobody but that recipient', async () => {
    const { world, alice, bob, carol } = await three();
    send(world, alice, to('bob@example.com'), to('carol@example.com', 'bcc'));
    await world.rest();
    expect(header(bob.take()[0])).toEqual(['to bob@example.com delivered']);
    expect(header(carol.take()[0])).toEqual(['to bob@example.com delivered', 'bcc carol@example.com delivered']);
  });

  it('is archived for the sender and each recipient, waits for who is away, and is acknowledged after all of it', async () => {
    const { world, alice, bob } = await three();
    world.presence(bob, null);
    world.stores.journal.hold();
    send(world, alice, to('bob@example.com'), to('carol@example.com'));
    expect(alice.heldAcks).toBe(2);
    world.stores.journal.release();
    await world.until(() => alice.heldAcks === 0);
    const rows = [...world.stores.state.archive.values()];
    expect(rows.map((row) => `${row.accountId} ${row.peer} ${row.outgoing}`).sort()).toEqual([
      '1 bob@example.com true',
      '1 carol@example.com true',
      '2 alice@example.com false',
      '3 alice@example.com false',
    ]);
    expect([...world.stores.state.offline.values()].map((row) => row.accountId)).toEqual([2]);
  });

  it('leaves alone what is marked as delivered, and takes away whom it claims to be from originally', async () => {
    const { world, alice, bob, carol } = await three();
    send(world, alice, to('bob@example.com'), to('carol@example.com', 'to', " delivered='true'"), to('boss@example.com', 'ofrom'));
    await world.rest();
    expect(header(bob.take()[0])).toEqual(['to bob@example.com delivered', 'to carol@example.com delivered']);
    expect(carol.sent).toEqual([]);
  });

  it.each([
    ['too many', [to('bob@example.com'), to('carol@example.com'), to('alice@example.com')], 'not-acceptable'],
    ['a malformed address', [to('bob@example.com'), to('@@')], 'jid-malformed'],
    ['nobody', ["<address type='noreply'/>"], 'bad-request'],
    ['an unknown type', [to('bob@example.com', 'toss')], 'bad-request'],
    ['a telephone', [to('bob@example.com'), "<address type='to' uri='tel:+1'/>"], 'feature-not-implemented'],
    ['the server', [to('bob@example.com'), to('example.com')], 'bad-request'],
  ])('to %s is refused as a whole', async (_, addresses, condition) => {
    const { world, alice, bob, carol } = await three({ im: { broadcastRecipients: 2 } });
    send(world, alice, ...addresses);
    await world.rest();
    expect(conditionOf(alice)).toBe(condition);
    expect([...bob.sent, ...carol.sent]).toEqual([]);
  });

  it('is limited by the minute, and refused while it is turned off', async () => {
    const { world, alice, bob } = await three({ im: { broadcastPerMinute: 3 } });
    send(world, alice, to('bob@example.com'), to('carol@example.com'));
    send(world, alice, to('bob@example.com'), to('carol@example.com'));
    expect(conditionOf(alice)).toBe('policy-violation');
    expect(bob.bodies()).toEqual(['all hands']);
    world.clock.advance(60_000);
    send(world, alice, to('bob@example.com'));
    expect(bob.bodies()).toEqual(['all hands', 'all hands']);
    world.imValues.set({ ...world.imValues.get(), broadcast: false });
    send(world, alice, to('bob@example.com'));
    expect(conditionOf(alice)).toBe('service-unavailable');
  });

  it('tells its sender who could not be reached, recipient by recipient', async () => {
    const { world, alice, bob } = await three();
    send(world, alice, to('bob@example.com'), to('nobody@example.com'));
    await world.rest();
    expect(bob.bodies()).toEqual(['all hands']);
    const [error] = alice.take();
    expect(error?.attrs).toMatchObject({ type: 'error', from: 'nobody@example.com', id: 'm1' });
  });
});

describe('writing to strangers', () => {
  it('is limited to so many different people a minute; contacts and those written to already do not count', async () => {
    const { world, alice, bob, carol } = await three({ im: { strangersPerMinute: 1 } });
    world.contacts.add('carol@example.com');
    world.chat(alice, 'bob@example.com', '1');
    world.chat(alice, 'bob@example.com', '2');
    world.chat(alice, 'carol@example.com', '3');
    world.chat(alice, 'dave@example.com', '4');
    expect(conditionOf(alice)).toBe('policy-violation');
    expect(bob.bodies()).toEqual(['1', '2']);
    expect(carol.bodies()).toEqual(['3']);
    world.clock.advance(60_000);
    world.chat(alice, 'dave@example.com', '5');
    await world.rest();
    expect(conditionOf(alice)).toBe('service-unavailable');
  });
});
