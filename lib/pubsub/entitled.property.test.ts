import { describe, expect, it } from 'vitest';
import type { FakeSession } from '../testing/fake-session.ts';
import { createPubSubWorld, publishXml } from '../testing/pubsub-world.ts';

/** A small generator with a seed, so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const MODELS = ['open', 'presence', 'roster', 'authorize', 'whitelist'] as const;
const SUBSCRIPTIONS = ['none', 'to', 'from', 'both'] as const;
const AFFILIATIONS = [null, 'member', 'publisher', 'outcast', 'publish-only'] as const;
const OWNER = 'http://jabber.org/protocol/pubsub#owner';

describe('who hears of an item', () => {
  it.each(Array.from({ length: 60 }, (_, i) => i + 1))('exactly those who are entitled (seed %i)', async (seed) => {
    const pick = numbers(seed * 7919);
    const world = await createPubSubWorld();
    const model = MODELS[pick(MODELS.length)]!;
    const others = ['bob', 'carol', 'dave'].map((name) => ({
      name,
      subscription: SUBSCRIPTIONS[pick(4)]!,
      groups: pick(2) === 0 ? ['Friends'] : ['Work'],
      affiliation: AFFILIATIONS[pick(AFFILIATIONS.length)]!,
      blocks: pick(6) === 0,
      isBlocked: pick(6) === 0,
      asks: pick(3) > 0,
      isAvailable: pick(5) > 0,
      subscribes: pick(3) === 0,
    }));
    for (const { name, subscription, groups } of others) {
      if (subscription !== 'none') await world.contact('alice', name, subscription, groups);
      const mirror = { none: 'none', to: 'from', from: 'to', both: 'both' } as const;
      if (subscription !== 'none') await world.contact(name, 'alice', mirror[subscription]);
    }
    const alice = await world.signIn('alice/desk', ['n']);
    const options = { access_model: model, roster_groups_allowed: 'Friends', send_last_published_item: 'never' };
    await world.ask(alice, 'set', publishXml('n', 'first', undefined, options));
    const sessions: FakeSession[] = [];
    const subscribed: boolean[] = [];
    for (const { name, asks, isAvailable, affiliation, subscribes } of others) {
      const session = await world.signIn(`${name}/x`, isAvailable ? (asks ? ['n'] : []) : null);
      sessions.push(session);
      if (affiliation !== null)
        await world.ask(
          alice,
          'set',
          `<pubsub xmlns='${OWNER}'><affiliations node='n'><affiliation jid='${name}@example.com' affiliation='${affiliation}'/></affiliations></pubsub>`,
        );
      const request = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='n' jid='${name}@example.com'/></pubsub>`;
      const answer = subscribes ? await world.ask(session, 'set', request, 'alice@example.com') : null;
      subscribed.push(answer?.child('pubsub')?.child('subscription')?.attrs.subscription === 'subscribed');
    }
    for (const [i, { name, blocks, isBlocked }] of others.entries()) {
      if (blocks) await world.ask(sessions[i]!, 'set', "<block xmlns='urn:xmpp:blocking'><item jid='alice@example.com'/></block>");
      if (isBlocked) await world.ask(alice, 'set', `<block xmlns='urn:xmpp:blocking'><item jid='${name}@example.com'/></block>`);
    }
    for (const session of [alice, ...sessions]) session.take();

    await world.ask(alice, 'set', publishXml('n', 'second'));
    await world.rest();

    const mayRead = (one: (typeof others)[number], isSubscribed: boolean): boolean => {
      const sees = one.subscription === 'from' || one.subscription === 'both';
      if (one.affiliation === 'outcast' || one.affiliation === 'publish-only') return false;
      if (one.affiliation !== null) return true;
      if (model === 'open') return true;
      if (model === 'presence') return sees;
      if (model === 'roster') return sees && one.groups.includes('Friends');
      return model === 'authorize' && isSubscribed;
    };
    const expected = others.map((one, i) => {
      const sees = one.subscription === 'from' || one.subscription === 'both';
      const reached = one.isAvailable && !one.blocks && !one.isBlocked;
      const reason = subscribed[i]! || (one.asks && sees);
      return reached && reason && mayRead(one, subscribed[i]!) ? 1 : 0;
    });
    expect({ model, heard: sessions.map((session) => world.events(session).length) }).toEqual({ model, heard: expected });
    expect(world.events(alice)).toHaveLength(1);
  });
});
