/**
 * What the parts of a cluster owe each other (design §2, §5). A node that is alone implements all of it trivially: everything is its own, nobody
 * else is there.
 */
import type { BareJid } from '../kernel/jid.ts';

/** Name of a node, `ROLLCALL_NODE`; unique in its cluster. */
export type NodeName = string;

export type NodeState =
  /** Announced itself; does not yet own anybody. */
  | 'joining'
  | 'up'
  /** Gives its users away before it stops. */
  | 'draining'
  /** Said goodbye, or was not heard of for longer than the keep-alive timeout. */
  | 'gone';

/** A node as every other one sees it. */
export interface NodeFacts {
  readonly name: NodeName;
  /** New at every start of its process: a node that came back is another one. */
  readonly incarnation: string;
  /** Release, and version of the database's schema it works with. */
  readonly version: string;
  readonly schema: number;
  readonly role: 'publisher' | 'subscriber';
  readonly state: NodeState;
  /** Milliseconds since the epoch, by the clock of the node that looks. */
  readonly startedAt: number;
  readonly heardAt: number;
  /** Round trip of the last heartbeat in milliseconds; null before the first. */
  readonly delayMs: number | null;
  /** What it told with its last heartbeat. */
  readonly health: NodeHealth;
}

export interface NodeHealth {
  readonly sessions: number;
  readonly users: number;
  /** Critical services that do not run, by name, with the moment (ms since the epoch) since when. */
  readonly down: readonly { readonly service: string; readonly since: number; readonly why: string }[];
  readonly database: 'up' | 'down';
}

/** Who is there. */
export interface Membership {
  readonly self: NodeFacts;
  /** This node first, the others by name; those that left are absent, those that are lost stay as `gone`. */
  nodes(): readonly NodeFacts[];
  find(name: NodeName): NodeFacts | undefined;
  /** False while this node's own way to the bus is broken: it then judges nobody to be gone. */
  readonly isHearing: boolean;
  /** After each change of a state or of the list; not after every heartbeat. */
  onChange(fn: (node: NodeFacts, was: NodeState | null) => void): () => void;
}

/**
 * Ordered links between nodes. What is sent is handed to the receiver once and in order, however often the wire below broke, until one of the two
 * processes ends; then the sender gets back what the other had not settled.
 */
export interface NodeLinks {
  /**
   * Text to `to`. False when that node is not there: nothing was sent. `done` is called once: with true when the other has settled it, with false when
   * it is handed back (before `onLost` is told).
   */
  send(to: NodeName, kind: string, payload: string, done?: (isSettled: boolean) => void): boolean;
  /**
   * What arrives of one kind. `settled` says that its lasting effect is committed, or that it has none; until then the sender keeps it and gets it back
   * if this node dies. Call it exactly once.
   */
  receive(kind: string, fn: (from: NodeName, payload: string, settled: () => void) => void): () => void;
  /** The other process ended or was replaced: what was sent to it and not settled, oldest first. */
  onLost(fn: (node: NodeName, unsettled: readonly { readonly kind: string; readonly payload: string }[]) => void): () => void;
  /** Octets that wait to be settled by `to`: whoever produces for it slows down above some bound. */
  waiting(to: NodeName): number;
}

/**
 * Who acts for whom. A user has a home node (user assignment); home nodes have an acting node, which is another one while they are failed over. Every
 * change of an acting node raises the epoch of that home (a row in the database), and whoever writes for a home proves that the epoch still is the
 * one it knows.
 */
export interface Ownership {
  /** The node that acts for this person now; null when nobody does: not assigned, or moving. Answers from memory. */
  ownerOf(bare: BareJid): NodeName | null;
  /** Short for `ownerOf(bare) === self`. */
  isMine(bare: BareJid): boolean;
  /** The home node of this person, whoever acts for it; null when not assigned. */
  homeOf(bare: BareJid): NodeName | null;
  /** Rooms and service nodes, by their bare address: of the node that an alias names, or by rendezvous hash over the home nodes. */
  ownerOfPlace(bare: string): NodeName | null;
  /** The home nodes this node acts for, with the epochs it holds. Empty while it is fenced off. */
  held(): ReadonlyMap<NodeName, number>;
  /** Ends of ownership are told before beginnings of it; a listener that returns a promise is waited for (up to a bound) before the next owner acts. */
  onChange(fn: (change: OwnerChange) => void | Promise<void>): () => void;
}

export type OwnerChange =
  /** This node acts for `home` from now on. */
  | { readonly what: 'acquired'; readonly home: NodeName; readonly epoch: number }
  /** This node no longer acts for `home`: sessions of its people here are to be handed over or ended. */
  | { readonly what: 'released'; readonly home: NodeName; readonly to: NodeName | null; readonly why: string }
  /** Somebody else's turn changed; only routes are affected. */
  | { readonly what: 'elsewhere'; readonly home: NodeName; readonly to: NodeName | null }
  /** Single people were given another home. */
  | {
      readonly what: 'moved';
      readonly people: readonly { readonly bare: BareJid; readonly from: NodeName | null; readonly to: NodeName | null }[];
    };

/** A node as the database knows it: everybody that ever joined and was not removed. */
export interface NodeRow {
  readonly name: NodeName;
  readonly incarnation: string;
  readonly version: string;
  readonly schema: number;
  readonly role: 'publisher' | 'subscriber';
  /** Where its console is reached, for people. */
  readonly address: string;
  /** By the clocks of the nodes, milliseconds since the epoch. */
  readonly joinedAt: number;
  readonly startedAt: number;
  /** It said last that it lives; null after a goodbye. */
  readonly seenAt: number | null;
}

export interface ClusterStore {
  /** The cluster's id: `candidate` when nobody gave it one before. */
  identity(candidate: string): Promise<string>;
  secret(name: string): Promise<string | null>;
  /** What is kept under that name from now on: the first one that was ever given. */
  keepSecret(name: string, sealed: string): Promise<string>;
  nodes(): Promise<readonly NodeRow[]>;
  /** A process takes its node's name, also from a process that had it before. The first node ever becomes the publisher; roles are kept. */
  arrive(row: Omit<NodeRow, 'role' | 'joinedAt' | 'seenAt'>, at: number): Promise<NodeRow>;
  /** False when another process has the name by now, or the node was removed. */
  seen(name: NodeName, incarnation: string, at: number): Promise<boolean>;
  /** Its process said goodbye. */
  left(name: NodeName, incarnation: string): Promise<void>;
  remove(name: NodeName): Promise<boolean>;
  /** Makes it the publisher and every other one a subscriber. False when there is no such node. */
  promote(name: NodeName): Promise<boolean>;
}

/** A home as the database knows it. */
export interface HomeRow {
  readonly name: NodeName;
  readonly acting: NodeName;
  readonly epoch: number;
  /** `asked`: the acting node is to let go of it; `done`: it did. Nobody acts in either. */
  readonly handover: 'none' | 'asked' | 'done';
}

export interface PersonHome {
  readonly accountId: number;
  readonly bare: BareJid;
  readonly home: NodeName | null;
  /** On the way to `next`: the old home lets go first. */
  readonly moving: boolean;
  readonly next: NodeName | null;
  readonly version: number;
}

/** What ownership reads and writes. Everything rejects when the database cannot be asked. */
export interface OwnershipStore {
  /** Shows that this node reaches the database, and reads who acts for whom. `people` is the newest version of any person's home. */
  prove(node: NodeName): Promise<{ readonly homes: readonly HomeRow[]; readonly people: number }>;
  /** Homes of people that are newer, oldest first, in slices. */
  peopleAfter(version: number): AsyncIterable<readonly PersonHome[]>;
  /** This node has stopped acting for a home. Without effect when another epoch counts by now. */
  letGo(home: NodeName, epoch: number): Promise<void>;
  /** People on the way whose old home has let go of them. Who was sent elsewhere meanwhile is left alone. */
  arrive(people: readonly Pick<PersonHome, 'accountId' | 'version'>[]): Promise<void>;
}

/** The epochs that a node holds at one moment: an object that is never changed, so that two moments can be compared by it. */
export interface HeldEpochs {
  readonly homes: readonly NodeName[];
  readonly epochs: readonly number[];
}

/** What whoever writes for people shows the database. */
export interface Fence {
  readonly node: NodeName;
  /** Null: this node is alone and needs no proof. Without homes: it may write nothing. */
  current(): HeldEpochs | null;
  /** The database refused what was held. Resolves when it is known what counts now. */
  refused(): Promise<void>;
  /** What of these was given up without being written: nobody may be told that it was kept. */
  dropped(accountIds: readonly number[]): void;
}
