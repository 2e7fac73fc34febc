import type { BareJid } from '../kernel/jid.ts';
import type { NodeName, PersonHome } from './ports.ts';

/**
 * Everybody's home, for 75,000 people and more: one small number for each (the node's, doubled, plus one while on the way). Names of nodes are few and
 * never reused for others, so they are numbered once.
 */
export interface PeopleMap {
  homeOf(bare: BareJid): NodeName | null;
  isMoving(bare: BareJid): boolean;
  set(person: PersonHome): void;
  forget(bare: BareJid): void;
  /** People by the home they have or are on the way to. */
  counts(): ReadonlyMap<NodeName, number>;
  readonly size: number;
}

export function createPeopleMap(): PeopleMap {
  const names: NodeName[] = [];
  const numbers = new Map<NodeName, number>();
  const people = new Map<BareJid, number>();
  const going = new Map<BareJid, NodeName | null>();
  const perNode = new Map<NodeName, number>();

  function numberOf(name: NodeName): number {
    let number = numbers.get(name);
    if (number === undefined) {
      number = names.push(name) - 1;
      numbers.set(name, number);
    }
    return number;
  }
  function count(bare: BareJid, by: 1 | -1): void {
    const code = people.get(bare);
    if (code === undefined) return;
    const node = (code & 1) === 1 ? (going.get(bare) ?? null) : (names[code >> 1] ?? null);
    if (node !== null) perNode.set(node, (perNode.get(node) ?? 0) + by);
  }

  return {
    homeOf(bare) {
      const code = people.get(bare);
      return code === undefined ? null : (names[code >> 1] ?? null);
    },
    isMoving: (bare) => ((people.get(bare) ?? 0) & 1) === 1,
    set({ bare, home, moving, next }) {
      count(bare, -1);
      going.delete(bare);
      if (home === null) people.delete(bare);
      else {
        people.set(bare, numberOf(home) * 2 + (moving ? 1 : 0));
        if (moving) going.set(bare, next);
        count(bare, 1);
      }
    },
    forget(bare) {
      count(bare, -1);
      going.delete(bare);
      people.delete(bare);
    },
    counts: () => perNode,
    get size() {
      return people.size;
    },
  };
}
