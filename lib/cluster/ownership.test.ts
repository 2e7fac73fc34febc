import { describe, expect, it } from 'vitest';
import type { BareJid } from '../kernel/jid.ts';
import { silentLog } from '../kernel/log.ts';
import { jid, people } from '../testing/contracts/make.ts';
import { eventually } from '../testing/eventually.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { memoryStores } from '../testing/memory/index.ts';
import { createInProcessBus } from './in-process-bus.ts';
import { createOwnership } from './ownership.ts';
import type { OwnerChange, OwnershipStore } from './ports.ts';
import { rendezvous } from './rendezvous.ts';

const timing = { pollMs: 1_000, leaseMs: 4_000, stepDownMs: 10_000, handOverMs: 5_000 };

async function world(names = ['n1', 'n2']) {
  const stores = memoryStores();
  const bus = createInProcessBus({ log: silentLog });
  for (const name of names) await stores.redundancy.enter(name, 'Default', 1);
  const make = async (self: string) => {
    const clock = createFakeClock();
    const changes: OwnerChange[] = [];
    let isAway = false;
    let hold: Promise<void> | null = null;
    const store: OwnershipStore = {
      ...stores.ownership,
      prove: (node) => (isAway ? Promise.reject(new Error('away')) : stores.ownership.prove(node)),
    };
    const ownership = createOwnership({ self, store, bus, timing: () => timing, onDropped: () => undefined, clock, log: silentLog });
    ownership.onChange((change) => {
      changes.push(change);
      return hold ?? undefined;
    });
    await ownership.start();
    return {
      ownership,
      clock,
      changes,
      what: () => changes.map((change) => (change.what === 'moved' ? 'moved' : `${change.what} ${change.home}`)),
      databaseGoes: () => {
        isAway = true;
      },
      databaseIsBack: () => {
        isAway = false;
      },
      hold: () => {
        let letGo: () => void = () => undefined;
        hold = new Promise((resolve) => {
          letGo = () => {
            hold = null;
            resolve();
          };
        });
        return () => letGo();
      },
    };
  };
  const step = async (steps: Parameters<typeof stores.redundancy.step>[3]) => {
    const group = (await stores.redundancy.read()).groups[0]!;
    expect(await stores.redundancy.step(group.id, group.version, 2, steps)).toBe(true);
  };
  return { stores, bus, make, step };
}
const anna = jid('anna@example.com');

describe('who acts for whom', () => {
  it('is known from memory, and nobody acts for whom has no home', async () => {
    const { stores, make } = await world();
    const [id = 0] = await people(stores, 'anna', 'bert');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    const one = await make('n1');
    const two = await make('n2');
    expect([one.ownership.ownerOf(anna), one.ownership.isMine(anna), two.ownership.ownerOf(anna), two.ownership.isMine(anna)]).toEqual([
      'n1',
      true,
      'n1',
      false,
    ]);
    expect(one.ownership.ownerOf(jid('bert@example.com'))).toBeNull();
    expect(one.what()).toEqual(['acquired n1', 'elsewhere n2']);
    expect(one.ownership.counts()).toEqual(new Map([['n1', 1]]));
  });

  it('passes to another node only after the first has let go', async () => {
    const { stores, make, step } = await world();
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    const one = await make('n1');
    const two = await make('n2');
    const letGo = one.hold();
    await step([{ name: 'n1', handover: 'asked' }]);
    await one.ownership.announce();
    await eventually(() => one.what().includes('released n1'));
    expect([one.ownership.ownerOf(anna), one.ownership.held().has('n1')]).toEqual([null, false]);
    // What is on its way may still be written: the epoch is its own until another acts.
    expect(one.ownership.fence.current()?.homes).toEqual(['n1']);
    expect(stores.state.homeNodes.get('n1')?.handover).toBe('asked');
    letGo();
    await eventually(() => stores.state.homeNodes.get('n1')?.handover === 'done');
    await eventually(() => one.ownership.fence.current()?.homes.length === 0);
    await step([{ name: 'n1', acting: 'n2' }]);
    await two.ownership.announce();
    expect([two.ownership.ownerOf(anna), two.ownership.held().get('n1')]).toEqual(['n2', 2]);
    await eventually(() => two.what().includes('acquired n1'));
    await eventually(() => one.ownership.ownerOf(anna) === 'n2');
  });

  it('moves single people the same way, and back again', async () => {
    const { stores, make } = await world();
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    const one = await make('n1');
    const two = await make('n2');
    const letGo = one.hold();
    await stores.homes.assign([{ accountId: id, to: 'n2' }]);
    await two.ownership.announce();
    await eventually(() => one.changes.some((change) => change.what === 'moved' && change.people[0]?.to === null));
    expect([one.ownership.ownerOf(anna), two.ownership.ownerOf(anna)]).toEqual([null, null]);
    letGo();
    await eventually(() => one.ownership.ownerOf(anna) === 'n2' && two.ownership.isMine(anna));
    expect(two.changes.at(-1)).toEqual({ what: 'moved', people: [{ bare: anna, from: null, to: 'n2' }] });
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    await one.ownership.announce();
    await eventually(() => one.ownership.isMine(anna) && !two.ownership.isMine(anna));
  });

  it('finishes the way of people whose old home failed over before it let go of them', async () => {
    const { stores, make, step } = await world();
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    await stores.homes.assign([{ accountId: id, to: 'n3' }]);
    const two = await make('n2');
    expect(two.ownership.ownerOf(anna)).toBeNull();
    await step([{ name: 'n1', acting: 'n2' }]);
    await two.ownership.refresh();
    await eventually(() => two.ownership.homeOf(anna) === 'n3');
  });

  it('waits no longer than the limit for a listener that does not come to an end', async () => {
    const { stores, make, step } = await world();
    const one = await make('n1');
    one.hold();
    await step([{ name: 'n1', handover: 'asked' }]);
    await one.ownership.announce();
    await eventually(() => one.what().includes('released n1'));
    one.clock.advance(timing.handOverMs);
    await eventually(() => stores.state.homeNodes.get('n1')?.handover === 'done');
  });

  it('ends at once when the lease has run out, and the sessions are let go when that lasts', async () => {
    const { stores, make } = await world();
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    const one = await make('n1');
    one.databaseGoes();
    // A process that was stopped: no timer ran, the clock went on.
    one.clock.advance(0);
    expect(one.ownership.isMine(anna)).toBe(true);
    one.clock.advance(timing.leaseMs + 500);
    expect([one.ownership.isMine(anna), one.ownership.ownerOf(anna), one.ownership.held().size]).toEqual([false, null, 0]);
    expect(one.what()).not.toContain('released n1');
    for (let i = 0; i < 15; i++) {
      one.clock.advance(1_000);
      await Promise.resolve();
    }
    await eventually(() => one.what().includes('released n1'));
    one.databaseIsBack();
    await one.ownership.refresh();
    expect(one.ownership.isMine(anna)).toBe(true);
    await eventually(() => one.what().at(-1) === 'acquired n1');
  });

  it('asks again when an answer hangs, as it does on a line that was cut', async () => {
    const { stores, bus } = await world();
    const clock = createFakeClock();
    let hangs = false;
    const store: OwnershipStore = {
      ...stores.ownership,
      prove: (node) => (hangs ? new Promise(() => undefined) : stores.ownership.prove(node)),
    };
    const ownership = createOwnership({ self: 'n1', store, bus, timing: () => timing, onDropped: () => undefined, clock, log: silentLog });
    await ownership.start();
    hangs = true;
    const hanging = ownership.refresh().catch(() => 'late');
    clock.advance(timing.leaseMs);
    expect(await hanging).toBe('late');
    hangs = false;
    await ownership.refresh();
    expect(ownership.mayAct()).toBe(true);
    ownership.stop();
  });

  it('acts no more once the database refused its epochs, and knows who does', async () => {
    const { stores, make, step } = await world();
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    const one = await make('n1');
    await step([{ name: 'n1', acting: 'n2' }]);
    const believed = one.ownership.fence.current();
    expect(one.ownership.isMine(anna)).toBe(true);
    await one.ownership.fence.refused();
    expect([one.ownership.ownerOf(anna), one.ownership.fence.current()]).toEqual(['n2', { homes: [], epochs: [] }]);
    expect(believed).toEqual({ homes: ['n1'], epochs: [1] });
    await eventually(() => one.what().includes('released n1'));
  });

  it('tells an end and a beginning when it acts again under a newer epoch', async () => {
    const { make, step } = await world();
    const one = await make('n1');
    await step([{ name: 'n1', acting: 'n2' }]);
    await step([{ name: 'n1', acting: 'n1' }]);
    await one.ownership.refresh();
    await eventually(() => one.what().join().endsWith('released n1,acquired n1'));
    expect(one.ownership.held().get('n1')).toBe(3);
  });

  it('hears of changes without the bus, by looking', async () => {
    const { stores, make } = await world();
    const one = await make('n1');
    const [id = 0] = await people(stores, 'anna');
    await stores.homes.assign([{ accountId: id, to: 'n1' }]);
    one.clock.advance(timing.pollMs);
    await eventually(() => one.ownership.isMine(anna));
  });
});

describe('the draw for rooms', () => {
  const rooms = Array.from({ length: 3_000 }, (_, i) => `room-${i}@conference.example.com`);
  it('spreads evenly, and moves only what the node that goes had', () => {
    const three = new Map(rooms.map((room) => [room, rendezvous(room, ['n1', 'n2', 'n3'])]));
    for (const node of ['n1', 'n2', 'n3']) {
      const share = [...three.values()].filter((winner) => winner === node).length / rooms.length;
      expect(share).toBeGreaterThan(0.28);
      expect(share).toBeLessThan(0.39);
    }
    for (const room of rooms) if (three.get(room) !== 'n2') expect(rendezvous(room, ['n1', 'n3'])).toBe(three.get(room));
    expect(rendezvous('x', [])).toBeNull();
  });

  it('fails over with the home that won', async () => {
    const { make, step } = await world();
    const one = await make('n1');
    const mine = rooms.find((room) => one.ownership.ownerOfPlace(room) === 'n2')! as BareJid;
    await step([{ name: 'n2', acting: 'n1' }]);
    await one.ownership.refresh();
    expect(one.ownership.ownerOfPlace(mine)).toBe('n1');
  });
});
