import { describe, expect, it } from 'vitest';
import { createMucWorld, line, MUC_DOMAIN } from '../testing/muc-world.ts';

describe('a chat service that is stopped and started again', () => {
  it('tells everybody inside by status 332, lets nobody in, and keeps persistent rooms with their members', async () => {
    const world = createMucWorld();
    const [alice, bob] = [await world.signIn('alice@example.com/a'), await world.signIn('bob@example.com/b')];
    await world.make(alice, 'kept', 'Alice', { 'muc#roomconfig_persistentroom': '1' });
    await world.make(alice, 'passing', 'Alice');
    await world.enter(bob, 'kept', 'Bob');
    alice.take();
    bob.take();

    world.muc.suspend();
    expect(bob.take().map(line)).toEqual(['presence:unavailable /Bob none:none [332,110]']);
    expect(alice.take().map(line).sort()).toEqual(Array(2).fill('presence:unavailable /Alice owner:none [332,110]'));
    expect(world.muc.door.counters).toMatchObject({ rooms: 0, occupants: 0 });

    await world.enter(bob, 'kept', 'Bob');
    world.groupchat(alice, 'kept', '<body>anybody?</body>');
    world.say(alice, `<presence to='kept@${MUC_DOMAIN}/Alice' type='unavailable'/>`);
    await world.rest();
    expect(
      [...bob.take(), ...alice.take()].map((stanza) => `${stanza.name}:${stanza.attrs.type} ${line(stanza).split(' ').at(-1)}`),
    ).toEqual(['presence:error service-unavailable', 'message:error service-unavailable']);
    expect((await world.ask(alice, 'get', MUC_DOMAIN, "<query xmlns='http://jabber.org/protocol/disco#info'/>")).attrs.type).toBe('error');

    world.muc.resume();
    await world.enter(alice, 'kept', 'Alice');
    expect(alice.take().map(line)[0]).toBe('presence /Alice owner:moderator [100,170,110]');
    await world.enter(bob, 'passing', 'Bob');
    expect(bob.take().map(line)[0]).toContain('owner:moderator [100,201,110]');
  });
});
