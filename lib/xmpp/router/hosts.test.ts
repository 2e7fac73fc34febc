import { describe, expect, it } from 'vitest';
import { liveBox } from '../../kernel/live.ts';
import { createMessageWorld } from '../../testing/message-world.ts';
import { makeMessage } from '../stanza/build.ts';
import { el } from '../stanza/element.ts';
import type { Stanza } from '../stanza/stanza.ts';
import type { Host } from './hosts.ts';
import { createServiceDesk } from './service-desk.ts';
import { createServiceNames } from './service-names.ts';

const listening = (domains: readonly string[]) => {
  const heard: Stanza[] = [];
  const host: Host = {
    name: 'rooms',
    title: 'Rooms',
    domains: liveBox<ReadonlySet<string>>(new Set(domains)),
    servesDomain: () => true,
    receive: (stanza) => void heard.push(stanza),
  };
  return { host, heard };
};

describe('a service domain', () => {
  it('gets what is sent to any address in it, its sender stamped and forgeries taken out', async () => {
    const world = createMessageWorld();
    const { host, heard } = listening(['rooms.example.com']);
    world.router.hosts.add(host);
    const alice = await world.signIn('alice@example.com/a');
    world.say(
      alice,
      `<message to='r@rooms.example.com' type='groupchat' id='1'><body>hi</body><stanza-id xmlns='urn:xmpp:sid:0' by='r@rooms.example.com' id='forged'/></message>`,
    );
    world.say(alice, `<iq type='get' to='rooms.example.com' id='2'><ping xmlns='urn:xmpp:ping'/></iq>`);
    world.say(alice, `<presence to='r@rooms.example.com/nick'/>`);
    expect(heard.map((stanza) => `${stanza.kind} ${stanza.from.full} ${stanza.to?.full}`)).toEqual([
      'message alice@example.com/a r@rooms.example.com',
      'iq alice@example.com/a rooms.example.com',
      'presence alice@example.com/a r@rooms.example.com/nick',
    ]);
    expect(heard[0]?.render()).not.toContain('forged');
  });

  it('hears that what it sent came nowhere', async () => {
    const world = createMessageWorld();
    const { host, heard } = listening(['rooms.example.com']);
    world.router.hosts.add(host);
    const alice = await world.signIn('alice@example.com/a');
    const room = alice.jid;
    world.router.route(
      makeMessage({
        from: {
          ...room,
          local: 'r',
          domain: 'rooms.example.com',
          resource: '',
          bare: 'r@rooms.example.com',
          full: 'r@rooms.example.com',
        } as typeof room,
        to: { ...alice.jid, resource: 'gone', full: 'alice@example.com/gone' } as typeof room,
        type: 'groupchat',
      }),
    );
    await world.rest();
    expect(heard.map((stanza) => `${stanza.kind} ${stanza.type}`)).toEqual(['message error']);
  });

  it('answers each request once, from handlers that are asked in turn', async () => {
    const world = createMessageWorld();
    const { host } = listening(['rooms.example.com']);
    const desk = createServiceDesk({
      handlers: [
        { ns: 'urn:t', name: 'q', types: ['get'], handle: () => undefined },
        { ns: 'urn:t', name: 'q', types: ['get'], handle: async () => ({ result: el('q', 'urn:t', { by: 'second' }) }) },
      ],
      answer: world.router.answer,
      failed: world.router.failed,
      holdAck: world.router.holdAck,
    });
    const taken: boolean[] = [];
    world.router.hosts.add({ ...host, receive: (stanza, sender) => void (stanza.kind === 'iq' && taken.push(desk.take(stanza, sender))) });
    const alice = await world.signIn('alice@example.com/a');
    world.say(alice, `<iq type='get' to='rooms.example.com' id='1'><q xmlns='urn:t'/></iq>`);
    world.say(alice, `<iq type='set' to='rooms.example.com' id='2'><q xmlns='urn:t'/></iq>`);
    await world.rest();
    expect(taken).toEqual([true, false]);
    expect(alice.take().map((stanza) => `${stanza.attrs.type} ${stanza.attrs.id} ${stanza.child('q')?.attrs.by}`)).toEqual([
      'result 1 second',
    ]);
  });
});

describe('service names', () => {
  it('follow the IM domains, the label and the aliases', () => {
    const imDomains = liveBox<ReadonlySet<string>>(new Set(['a.example']));
    const label = liveBox('conference');
    const extra = liveBox<readonly string[]>([]);
    const names = createServiceNames({ imDomains, label, extra });
    expect([...names.domains.get()]).toEqual(['conference.a.example']);
    imDomains.set(new Set(['a.example', 'b.example']));
    extra.set(['rooms.corp.example']);
    expect([...names.domains.get()].sort()).toEqual(['conference.a.example', 'conference.b.example', 'rooms.corp.example']);
    expect([names.serves('conference.a.example', 'a.example'), names.serves('conference.a.example', 'b.example')]).toEqual([true, false]);
    label.set('chat');
    expect(names.nameFor('b.example')).toBe('chat.b.example');
  });
});
