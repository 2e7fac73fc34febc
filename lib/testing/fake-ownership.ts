/** Who acts for whom, for tests: said by the test, known to every node at once unless it says otherwise. */
import type { NodeName, OwnerChange, Ownership } from '../cluster/ports.ts';
import type { BareJid } from '../kernel/jid.ts';

export interface FakeOwnership {
  of(node: NodeName): Ownership;
  home(bare: string, node: NodeName | null): void;
  place(bare: string, node: NodeName): void;
  /** From now on `to` acts for the people of `home`: the node that did so lets go first. */
  give(home: NodeName, to: NodeName | null): Promise<void>;
  /** Somebody gets another home. */
  move(bare: string, to: NodeName): Promise<void>;
}

export function createFakeOwnership(nodes: readonly NodeName[]): FakeOwnership {
  const homes = new Map<string, NodeName>();
  const places = new Map<string, NodeName>();
  const acting = new Map<NodeName, NodeName | null>(nodes.map((node) => [node, node]));
  const epochs = new Map<NodeName, number>(nodes.map((node) => [node, 1]));
  const moving = new Set<string>();
  const listeners = new Map<NodeName, Set<(change: OwnerChange) => void | Promise<void>>>(nodes.map((node) => [node, new Set()]));

  const tell = async (node: NodeName, change: OwnerChange): Promise<void> => {
    for (const fn of [...(listeners.get(node) ?? [])]) await fn(change);
  };
  const ownerOf = (bare: string): NodeName | null => {
    const home = homes.get(bare);
    return home === undefined || moving.has(bare) ? null : (acting.get(home) ?? null);
  };

  return {
    of: (self) => ({
      ownerOf,
      isMine: (bare) => ownerOf(bare) === self,
      homeOf: (bare) => homes.get(bare) ?? null,
      ownerOfPlace(bare) {
        const home = places.get(bare) ?? nodes[0];
        return home === undefined ? null : (acting.get(home) ?? null);
      },
      held: () => new Map([...acting].flatMap(([home, node]) => (node === self ? [[home, epochs.get(home) ?? 0] as const] : []))),
      onChange(fn) {
        listeners.get(self)?.add(fn);
        return () => void listeners.get(self)?.delete(fn);
      },
    }),
    home(bare, node) {
      if (node === null) homes.delete(bare);
      else homes.set(bare, node);
    },
    place: (bare, node) => void places.set(bare, node),
    async give(home, to) {
      const before = acting.get(home) ?? null;
      const epoch = (epochs.get(home) ?? 0) + 1;
      acting.set(home, null);
      epochs.set(home, epoch);
      if (before !== null) await tell(before, { what: 'released', home, to, why: 'the test wants it' });
      acting.set(home, to);
      for (const node of nodes) {
        if (node === to) await tell(node, { what: 'acquired', home, epoch });
        else if (node !== before) await tell(node, { what: 'elsewhere', home, to });
      }
      if (before !== null) await tell(before, { what: 'elsewhere', home, to });
    },
    async move(bare, to) {
      const from = homes.get(bare) ?? null;
      const person = bare as BareJid;
      moving.add(bare);
      if (from !== null) await tell(from, { what: 'moved', people: [{ bare: person, from, to: null }] });
      homes.set(bare, to);
      moving.delete(bare);
      for (const node of nodes) await tell(node, { what: 'moved', people: [{ bare: person, from, to }] });
    },
  };
}
