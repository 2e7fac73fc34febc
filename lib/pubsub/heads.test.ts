import { describe, expect, it } from 'vitest';
import { createPubSubWorld, itemsXml, publishXml } from '../testing/pubsub-world.ts';
import type { ItemHead } from './ports.ts';
import { Heads, nodeOf } from './realm.ts';

const node = (name: string) => nodeOf({ name, affiliations: new Map(), subscriptions: [] } as never);
const heads = (count: number) => new Map<string, ItemHead>(Array.from({ length: count }, (_, at) => [`${at}`, {} as ItemHead]));

describe('heads of items in memory', () => {
  it('stay below the bound: the nodes used longest ago forget theirs, the one in use never', () => {
    const kept = new Heads();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    kept.keep(a, heads(4), 10);
    kept.keep(b, heads(4), 10);
    kept.keep(a, a.heads ?? heads(0), 10);
    kept.keep(c, heads(3), 10);
    expect([a, b, c].map((one) => one.heads?.size ?? null)).toEqual([4, null, 3]);
    kept.keep(b, heads(40), 10);
    expect([a, b, c].map((one) => one.heads?.size ?? null)).toEqual([null, 40, null]);
    kept.keep(b, heads(1), 10);
    kept.keep(a, heads(1), 10);
    expect([a, b, c].map((one) => one.heads?.size ?? null)).toEqual([1, 1, null]);
  });

  it('are read again when needed, so that a client sees no difference', async () => {
    const world = await createPubSubWorld({ values: { headsInMemory: 2 } });
    const alice = await world.signIn('alice/a');
    for (const name of ['urn:a', 'urn:b', 'urn:c'])
      for (const id of ['1', '2']) await world.ask(alice, 'set', publishXml(name, id, `<x xmlns='${name}'>${id}</x>`));
    for (const name of ['urn:a', 'urn:b', 'urn:c']) {
      const answer = await world.ask(alice, 'get', itemsXml(name));
      const items = answer.child('pubsub', 'http://jabber.org/protocol/pubsub')?.elements()[0]?.elements();
      expect(items?.map(({ attrs }) => attrs.id)).toContain('2');
    }
  });
});
