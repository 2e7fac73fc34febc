import type { PersonHome } from '../cluster/ports.ts';

/** Somebody as the page of assignment shows them. */
export interface AssignedPerson extends PersonHome {
  readonly userId: string;
  readonly name: string;
  readonly enabled: boolean;
}

export interface HomeCounts {
  readonly total: number;
  readonly unassigned: number;
  /** By where they are going, when they are on the way. */
  readonly byNode: ReadonlyMap<string, number>;
  readonly moving: number;
}

export interface PeopleQuery {
  /** A node, or `null` for those that have none. */
  readonly node?: string | null;
  readonly moving?: true;
  readonly search?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface HomeChange {
  readonly accountId: number;
  /** Null takes the home away. */
  readonly to: string | null;
  /** Changes only who is (or is going) there; for undo. */
  readonly from?: string | null;
}

export interface HomeStore {
  of(accountIds: readonly number[]): Promise<ReadonlyMap<number, PersonHome>>;
  counts(): Promise<HomeCounts>;
  find(query: PeopleQuery): Promise<{ readonly items: readonly AssignedPerson[]; readonly nextCursor: string | null }>;
  /**
   * Gives homes. Who has none gets it at once; who has one is on the way until the old home lets go. Tells whose home changed; who is there already, or
   * gone, is left out.
   */
  assign(changes: readonly HomeChange[]): Promise<readonly number[]>;
  /** Accounts without a home, lowest id first. */
  unassigned(limit: number): Promise<readonly number[]>;
  /** Accounts of this home, lowest id first, beyond `after`. */
  idsOn(node: string, after: number, limit: number): Promise<readonly number[]>;
}
