import { describe, expect, it } from 'vitest';
import { adminFixture, viewerOf } from '../../testing/admin-fixture.ts';
import { createPubSubWorld, itemsXml, outcome, publishXml } from '../../testing/pubsub-world.ts';

const A = 'alice@example.com';

async function withNodes() {
  const world = await createPubSubWorld();
  const alice = await world.signIn('alice/x', ['urn:open']);
  await world.ask(alice, 'set', publishXml('urn:open', 'a', undefined, { access_model: 'open', max_items: 'max' }));
  await world.ask(alice, 'set', publishXml('urn:open', 'b'));
  await world.ask(alice, 'set', publishXml('urn:own', 'secret', undefined, { access_model: 'whitelist' }));
  world.events(alice);
  const { api, stores } = adminFixture({ pubsub: world.pubsub.operation });
  return { world, alice, api, stores };
}
const administrator = viewerOf('administrator');

describe('nodes in administration', () => {
  it('are found and paged', async () => {
    const { api } = await withNodes();
    const first = await api.pubsub.find(administrator, { limit: 1 });
    expect(first).toMatchObject({
      ok: true,
      value: { items: [{ owner: A, kind: 'person', node: 'urn:own', accessModel: 'whitelist', items: 1 }] },
    });
    const next = first.ok ? first.value.next : null;
    expect(await api.pubsub.find(administrator, { limit: 1, cursor: next ?? '' })).toMatchObject({
      ok: true,
      value: { items: [{ node: 'urn:open', items: 2 }], next: null },
    });
    expect(await api.pubsub.find(administrator, { owner: 'nobody@example.com' })).toMatchObject({ ok: true, value: { items: [] } });
  });

  it('show what is open to everyone, not what people keep for themselves', async () => {
    const { api } = await withNodes();
    const payloads = async (node: string) => {
      const found = await api.pubsub.items(administrator, { owner: A, node });
      return found.ok ? found.value.items.map(({ id, payload }) => [id, payload]) : found.fault.code;
    };
    expect(await payloads('urn:open')).toEqual([
      ['b', "<x xmlns='urn:x'>b</x>"],
      ['a', "<x xmlns='urn:x'>a</x>"],
    ]);
    expect(await payloads('urn:own')).toEqual([['secret', null]]);
    expect(await payloads('none')).toBe('pubsub.missing');
    expect(await api.pubsub.show(administrator, { owner: A, node: 'urn:own' })).toMatchObject({
      ok: true,
      value: { maxItems: 1, creator: A },
    });
  });

  it('are emptied and deleted as by their owner: devices are told, the record says what went', async () => {
    const { world, alice, api, stores } = await withNodes();
    expect(await api.pubsub.purge(administrator, { owner: A, node: 'urn:open' })).toEqual({ ok: true, value: { removed: 2 } });
    expect(outcome(await world.ask(alice, 'get', itemsXml('urn:open')))).toBe('');
    expect(await api.pubsub.delete(administrator, { owner: A, node: 'urn:open' })).toEqual({ ok: true, value: { deleted: true } });
    expect(world.events(alice)).toEqual([`${A} purge urn:open`, `${A} delete urn:open`]);
    expect(outcome(await world.ask(alice, 'get', itemsXml('urn:open')))).toBe('item-not-found');
    expect((await stores.audit.find({ limit: 2 })).items.map(({ action, target }) => `${action} ${target}`)).toEqual([
      `node.delete urn:open of ${A}`,
      `node.purge urn:open of ${A}`,
    ]);
    expect(await api.pubsub.delete(administrator, { owner: A, node: 'urn:open' })).toMatchObject({ ok: false, fault: { kind: 'missing' } });
    expect(await api.pubsub.delete(viewerOf('operator'), { owner: A, node: 'urn:own' })).toMatchObject({
      ok: false,
      fault: { kind: 'refused' },
    });
  });
});
