import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../store/errors.ts';
import type { FakeSession } from '../../testing/fake-session.ts';
import { createMessageWorld } from '../../testing/message-world.ts';
import { makeMessage } from '../stanza/build.ts';
import { el } from '../stanza/element.ts';
import type { Room } from './hooks.ts';

const conditionOf = (session: FakeSession): string[] =>
  session.take().map((stanza) => {
    const error = stanza.child('error', 'jabber:client');
    return `${stanza.name} ${stanza.attrs.type ?? ''} ${stanza.attrs.id ?? ''} ${error?.elements()[0]?.name ?? ''}`.trim();
  });

const echo: Room = {
  name: 'echo',
  iq: [
    {
      ns: 'urn:test:echo',
      name: 'q',
      targets: ['self', 'server', 'account'],
      types: ['get', 'set'],
      handle: () => ({ result: el('q', 'urn:test:echo') }),
    },
    {
      ns: 'urn:test:slow',
      name: 'q',
      targets: ['self'],
      types: ['set'],
      handle: () => new Promise((resolve) => setImmediate(() => resolve({ result: null }))),
    },
    {
      ns: 'urn:test:bug',
      name: 'q',
      targets: ['self'],
      types: ['get'],
      handle: () => {
        throw new Error('a bug');
      },
    },
    {
      ns: 'urn:test:latebug',
      name: 'q',
      targets: ['self'],
      types: ['set'],
      handle: async () => {
        throw new Error('a bug');
      },
    },
  ],
};
const get = (to: string, ns: string, id = 'q1', type = 'get') =>
  `<iq type='${type}' id='${id}'${to === '' ? '' : ` to='${to}'`}><q xmlns='${ns}'/></iq>`;

describe('IQs', () => {
  it('say that the database is away, to be tried again, when that is why they fail', async () => {
    const away: Room = {
      name: 'away',
      iq: [
        {
          ns: 'urn:test:away',
          name: 'q',
          targets: ['self'],
          types: ['set'],
          handle: async () => {
            throw new StoreUnavailable();
          },
        },
      ],
    };
    const world = createMessageWorld({ rooms: [away] });
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, get('', 'urn:test:away', 's', 'set'));
    await world.rest();
    expect(conditionOf(alice)).toEqual(['iq error s resource-constraint']);
  });

  it('are answered in time also when their handler never does, once', async () => {
    let answer: () => void = () => undefined;
    const stuck: Room = {
      name: 'stuck',
      iq: [
        {
          ns: 'urn:test:stuck',
          name: 'q',
          targets: ['self'],
          types: ['set'],
          handle: () => new Promise((resolve) => (answer = () => resolve({ result: null }))),
        },
      ],
    };
    const world = createMessageWorld({ rooms: [stuck] });
    const alice = await world.signIn('alice@example.com/a', { managed: true });
    world.say(alice, get('', 'urn:test:stuck', 's', 'set'));
    world.clock.advance(59_000);
    expect([alice.take().length, alice.heldAcks]).toEqual([0, 1]);
    world.clock.advance(10_000);
    expect([conditionOf(alice), alice.heldAcks]).toEqual([['iq error s resource-constraint'], 0]);
    answer();
    await world.rest();
    expect(alice.sent).toEqual([]);
  });

  it('answer a get in an unknown namespace with exactly one service-unavailable, whoever it is for', async () => {
    const world = createMessageWorld({ rooms: [echo] });
    const alice = await world.signIn('alice@example.com/a');
    const bobs = [await world.signIn('bob@example.com/1'), await world.signIn('bob@example.com/2')];
    for (const to of [
      '',
      'alice@example.com',
      'bob@example.com',
      'example.com',
      'nobody@example.com',
      'carol@example.com',
      'bob@example.com/none',
    ]) {
      world.say(alice, get(to, 'urn:test:unknown'));
      await world.until(() => alice.sent.length > 0);
      await world.rest();
      expect(conditionOf(alice)).toEqual(['iq error q1 service-unavailable']);
    }
    for (const bob of bobs) expect(bob.sent).toEqual([]);
  });

  it('are the same to a missing account and to a stranger, byte for byte', async () => {
    const world = createMessageWorld({ rooms: [echo] });
    const alice = await world.signIn('alice@example.com/a');
    const answerFor = async (to: string) => {
      world.say(alice, get(to, 'urn:test:unknown'));
      await world.until(() => alice.sent.length > 0);
      return alice.sent.splice(0)[0]?.xml.replaceAll(to, 'X');
    };
    expect(await answerFor('nobody@example.com')).toBe(await answerFor('carol@example.com'));
    expect(await answerFor('nobody@example.com/r')).toBe(await answerFor('carol@example.com/r'));
  });

  it('reach a full JID only when it may be seen, and its own account always', async () => {
    const world = createMessageWorld({ rooms: [echo] });
    const alice = await world.signIn('alice@example.com/a');
    const other = await world.signIn('alice@example.com/b');
    const bob = await world.signIn('bob@example.com/b');
    const carol = await world.signIn('carol@example.com/c');
    world.say(alice, get('bob@example.com/b', 'urn:test:any'));
    world.say(alice, get('alice@example.com/b', 'urn:test:any'));
    expect(bob.take()[0]?.attrs).toMatchObject({ from: 'alice@example.com/a', to: 'bob@example.com/b', id: 'q1' });
    expect(other.take()).toHaveLength(1);
    world.say(carol, get('bob@example.com/b', 'urn:test:any'));
    expect(bob.sent).toEqual([]);
    expect(conditionOf(carol)).toEqual(['iq error q1 service-unavailable']);
  });

  it('relay no roster, carbons or block list push from one client to another', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    for (const [name, ns] of [
      ['query', 'jabber:iq:roster'],
      ['enable', 'urn:xmpp:carbons:2'],
      ['block', 'urn:xmpp:blocking'],
    ])
      world.say(alice, `<iq type='set' id='x' to='bob@example.com/b'><${name} xmlns='${ns}'/></iq>`);
    expect(bob.sent).toEqual([]);
    expect(conditionOf(alice)).toEqual(Array(3).fill('iq error x service-unavailable'));
  });

  it('answer internal-server-error when a handler throws, at once or later', async () => {
    const world = createMessageWorld({ rooms: [echo] });
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, get('', 'urn:test:bug'));
    world.say(alice, get('', 'urn:test:latebug', 'q2', 'set'));
    await world.until(() => alice.sent.length === 2);
    expect(conditionOf(alice)).toEqual(['iq error q1 internal-server-error', 'iq error q2 internal-server-error']);
    expect(alice.heldAcks).toBe(0);
  });

  it('hold the acknowledgement of a set until it is answered', async () => {
    const world = createMessageWorld({ rooms: [echo] });
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, get('', 'urn:test:slow', 's', 'set'));
    expect(alice.heldAcks).toBe(1);
    await world.until(() => alice.sent.length === 1);
    await world.until(() => alice.heldAcks === 0);
  });

  it('ignore results that nobody asked for and take an answer once, from the one asked', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    const answers: (string | null)[] = [];
    world.requests.ask(alice, el('query', 'jabber:iq:version'), (payload) => answers.push(payload?.name ?? null));
    const id = alice.take()[0]?.attrs.id ?? '';
    const result = `<iq type='result' id='${id}' to='example.com'><query xmlns='jabber:iq:version'/></iq>`;
    world.say(bob, result);
    expect(answers).toEqual([]);
    world.say(alice, result);
    world.say(alice, result);
    expect(answers).toEqual(['query']);
    expect([...alice.sent, ...bob.sent]).toEqual([]);
  });

  it('bounce once when the session they were delivered to ends without acknowledging them', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b', { managed: true });
    world.say(alice, get('bob@example.com/b', 'urn:test:any'));
    bob.end(null);
    expect(conditionOf(alice)).toEqual(['iq error q1 recipient-unavailable']);
  });
});

describe('messages', () => {
  it('to missing accounts are refused, headlines and errors vanish', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    for (const type of ['normal', 'chat', 'groupchat', 'headline', 'error'])
      world.say(alice, `<message to='nobody@example.com' id='${type}' type='${type}'><body>x</body></message>`);
    await world.rest();
    expect(conditionOf(alice)).toEqual(['normal', 'chat', 'groupchat'].map((id) => `message error ${id} service-unavailable`));
  });

  it('to a foreign domain get remote-server-not-found', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    world.chat(alice, 'x@elsewhere.test', 'hi', 'm');
    world.say(alice, "<presence to='x@elsewhere.test' type='subscribe' id='p'/>");
    world.say(alice, "<presence to='x@elsewhere.test'/>");
    world.say(alice, get('elsewhere.test', 'urn:test:any'));
    expect(conditionOf(alice)).toEqual([
      'message error m remote-server-not-found',
      'presence error p remote-server-not-found',
      'iq error q1 remote-server-not-found',
    ]);
  });

  it('to someone who must be loaded stay in order and hold the acknowledgement until they are stored', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    world.stores.journal.hold();
    for (let i = 0; i < 5; i++) world.chat(alice, 'bob@example.com', `m${i}`);
    expect(alice.heldAcks).toBe(5);
    await world.rest();
    expect(alice.heldAcks).toBe(5);
    world.stores.journal.release();
    await world.until(() => alice.heldAcks === 0);
    expect((await world.stores.offline.read(2, 10)).map((row) => /<body>(.*)<\/body>/.exec(row.xml)?.[1])).toEqual([
      'm0',
      'm1',
      'm2',
      'm3',
      'm4',
    ]);
  });

  it('without "to" go to the own account', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const other = await world.signIn('alice@example.com/b');
    world.say(alice, "<message type='chat'><body>note</body></message>");
    expect(other.take()[0]?.attrs.to).toBe('alice@example.com');
  });

  it('lose what only the server may say', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(
      alice,
      'bob@example.com',
      'x',
      'm',
      "<stanza-id xmlns='urn:xmpp:sid:0' by='Bob@EXAMPLE.com' id='1'/><stanza-id xmlns='urn:xmpp:sid:0' by='example.com' id='1'/><stanza-id xmlns='urn:xmpp:sid:0' by='room@other.test' id='2'/>" +
        "<origin-id xmlns='urn:xmpp:sid:0' id='o'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='a'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='b'/>" +
        "<delay xmlns='urn:xmpp:delay' from='example.com' stamp='2020-01-01T00:00:00Z'/><delay xmlns='urn:xmpp:delay' from='alice@example.com/a' stamp='2020-01-01T00:00:00Z'/>" +
        "<sent xmlns='urn:xmpp:carbons:2'/><received xmlns='urn:xmpp:carbons:2'/><private xmlns='urn:xmpp:carbons:2'/><result xmlns='urn:xmpp:mam:2' id='1'/>" +
        "<x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x><x xmlns='http://jabber.org/protocol/muc#user'><invite to='bob@example.com'/></x>",
    );
    const children = bob
      .take()[0]
      ?.elements()
      .map((child) => `${child.name} ${child.attrs.by ?? child.elements()[0]?.name ?? ''}`.trim());
    expect(children).toEqual(['body', 'stanza-id room@other.test', 'origin-id', 'private', 'x invite']);
  });

  it('made by a room reach people, and their failure is nobody else’s', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const bob = await world.signIn('bob@example.com/b');
    const to = (await world.user('bob')).jid;
    world.router.route(
      makeMessage(
        { from: { ...to, local: '', bare: 'example.com' as never, full: 'example.com' as never }, to, type: 'headline' },
        el('body', 'jabber:client', {}, 'news'),
      ),
    );
    expect(bob.bodies()).toEqual(['news']);
  });
});

describe('hooks', () => {
  it('of one room that throws keep no other from hearing, and cost the sender an error at most', async () => {
    const heard: string[] = [];
    const bad: Room = {
      name: 'bad',
      hooks: [
        {
          hook: 'message.sent',
          stage: 'guard',
          run: () => {
            throw new Error('a bug');
          },
        },
        { hook: 'message.sent', stage: 'observe', run: () => void heard.push('sent') },
        {
          hook: 'session.ended',
          stage: 'guard',
          run: () => {
            throw new Error('a bug');
          },
        },
        { hook: 'session.ended', stage: 'observe', run: () => void heard.push('ended') },
        {
          hook: 'stanza.arriving',
          stage: 'guard',
          run: (_user, stanza) => {
            if (stanza.id === 'boom') throw new Error('a bug');
            return undefined;
          },
        },
      ],
    };
    const world = createMessageWorld({ rooms: [bad], archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'hello', 'ok');
    world.chat(alice, 'bob@example.com', 'hello', 'boom');
    expect(bob.bodies()).toEqual(['hello']);
    expect(conditionOf(alice)).toEqual(['message error boom internal-server-error']);
    bob.end(null);
    expect(heard).toEqual(['sent', 'ended']);
  });

  it('hear presence by stage, and typed presence without "to" is refused', async () => {
    const order: string[] = [];
    const room: Room = {
      name: 'order',
      hooks: (['observe', 'guard', 'record', 'enrich'] as const).map((stage) => ({
        hook: 'presence.broadcast' as const,
        stage,
        run: () => {
          order.push(stage);
          return undefined;
        },
      })),
    };
    const world = createMessageWorld({ rooms: [room] });
    const alice = await world.signIn('alice@example.com/a');
    expect(order).toEqual(['guard', 'enrich', 'record', 'observe']);
    world.say(alice, "<presence type='subscribe' id='s'/>");
    expect(conditionOf(alice)).toEqual(['presence error s bad-request']);
  });
});

describe('the server’s own questions', () => {
  it('end with null when the client leaves, is late, or is asked too much', async () => {
    const world = createMessageWorld();
    const alice = await world.signIn('alice@example.com/a');
    const answers: string[] = [];
    const ask = (name: string) =>
      world.requests.ask(alice, el('query', 'jabber:iq:version'), (payload) => answers.push(`${name} ${payload?.name ?? 'null'}`));
    for (const name of ['1', '2', '3', '4', '5']) ask(name);
    expect(answers).toEqual(['5 null']);
    world.clock.advance(61_000);
    ask('6');
    expect(answers.slice(1)).toEqual(['1 null', '2 null', '3 null', '4 null']);
    alice.end(null);
    expect(answers.slice(5)).toEqual(['6 null']);
  });
});

describe('every stanza', () => {
  it('ends in one verdict', async () => {
    const verdicts: string[] = [];
    const room: Room = {
      name: 'watch',
      hooks: [{ hook: 'stanza.settled', stage: 'observe', run: (stanza, verdict) => void verdicts.push(`${stanza.id} ${verdict.is}`) }],
    };
    const world = createMessageWorld({ rooms: [room, echo], archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    await world.signIn('bob@example.com/b');
    world.chat(alice, 'bob@example.com', 'x', 'm1');
    world.chat(alice, 'nobody@example.com', 'x', 'm2');
    world.chat(alice, 'x@elsewhere.test', 'x', 'm3');
    world.say(alice, get('', 'urn:test:echo', 'i1'));
    world.say(alice, get('bob@example.com/b', 'urn:test:any', 'i2'));
    await world.rest();
    expect(verdicts.sort()).toEqual(['i1 handled', 'i2 delivered', 'm1 handled', 'm2 refused', 'm3 refused']);
  });
});

describe('a paused session', () => {
  it('keeps its stanzas in order, and the one that was the reason to wait comes first', async () => {
    const world = createMessageWorld({ archive: { enabled: false } });
    const alice = await world.signIn('alice@example.com/a');
    const bob = await world.signIn('bob@example.com/b');
    const go = world.router.pause(alice);
    world.chat(alice, 'bob@example.com', '1');
    world.chat(alice, 'bob@example.com', '2');
    expect(bob.sent).toEqual([]);
    expect(alice.heldAcks).toBe(3);
    go(makeMessage({ from: alice.jid, to: bob.jid, type: 'chat' }, el('body', 'jabber:client', {}, '0')));
    expect(bob.bodies()).toEqual(['0', '1', '2']);
    expect(alice.heldAcks).toBe(0);
    world.chat(alice, 'bob@example.com', '3');
    expect(bob.bodies()).toEqual(['0', '1', '2', '3']);
  });
});
