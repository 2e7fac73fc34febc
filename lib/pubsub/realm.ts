/**
 * The nodes of one owner in memory: a person's (XEP-0163) or a service's. Heads of items are read when first needed; payloads stay in the database, but
 * for the newest of each node, which is sent again and again. Changes of one realm happen one after the other.
 */
import type { BareJid, Jid } from '../kernel/jid.ts';
import type { Affiliation, Item, ItemHead, NodeConfig, NodeRow, RealmKey, StoredNode, Subscription } from './ports.ts';

export interface PubNode {
  readonly id: string;
  readonly name: string;
  config: NodeConfig;
  readonly creator: BareJid;
  readonly at: number;
  itemCount: number;
  itemBytes: number;
  readonly affiliations: Map<string, Affiliation>;
  readonly subscriptions: Map<string, Subscription>;
  /** Oldest first; null until read. */
  heads: Map<string, ItemHead> | null;
}

const NO_NODES: ReadonlyMap<string, PubNode> = new Map();

export class Realm {
  private own: Map<string, PubNode> | null = null;
  private tail: Promise<unknown> | null = null;
  private waiting = 0;
  /** What is in memory may differ from the database: a commit failed half way. Read again before use. */
  isStale = false;
  /** Whom the person has blocked, while the person is not in memory; null: not read since. */
  blocked: ReadonlySet<string> | null = null;

  /** Who is subscribed to what here, by bare address; made when first needed. */
  private bySubscriber: Map<string, Map<string, PubNode>> | null = null;

  constructor(
    readonly key: RealmKey,
    /** Null for a person until somebody who knows the address looks. */
    public jid: Jid | null,
  ) {}

  get kind(): 'person' | 'service' {
    return 'accountId' in this.key ? 'person' : 'service';
  }
  get address(): Jid {
    if (this.jid === null) throw new Error('the realm has no address yet');
    return this.jid;
  }
  get nodes(): ReadonlyMap<string, PubNode> {
    return this.own ?? NO_NODES;
  }
  get isBusy(): boolean {
    return this.waiting > 0;
  }
  get bytes(): number {
    let sum = 0;
    for (const node of this.nodes.values()) sum += node.itemBytes;
    return sum;
  }

  add(node: PubNode): void {
    this.own ??= new Map();
    this.own.set(node.name, node);
  }
  drop(name: string): void {
    const node = this.own?.get(name);
    if (node === undefined) return;
    for (const jid of node.subscriptions.keys()) this.unlist(node, jid);
    this.own?.delete(name);
    if (this.own?.size === 0) this.own = null;
  }
  subscribe(node: PubNode, one: Subscription): void {
    node.subscriptions.set(one.jid, one);
    if (this.bySubscriber !== null) this.list(this.bySubscriber, node, one.jid);
  }
  unsubscribe(node: PubNode, jid: string): void {
    node.subscriptions.delete(jid);
    this.unlist(node, jid);
  }
  /** No node lists the person any more, or lists it under the new address where that has nothing of its own. */
  forgetPerson(who: BareJid, renamedTo?: BareJid): void {
    for (const node of this.nodes.values()) {
      const affiliation = node.affiliations.get(who);
      node.affiliations.delete(who);
      if (affiliation !== undefined && renamedTo !== undefined && !node.affiliations.has(renamedTo))
        node.affiliations.set(renamedTo, affiliation);
      for (const [jid, one] of [...node.subscriptions]) {
        if (bareOf(jid) !== who) continue;
        this.unsubscribe(node, jid);
        const moved = renamedTo === undefined ? null : renamedTo + jid.slice(who.length);
        if (moved !== null && !node.subscriptions.has(moved)) this.subscribe(node, { ...one, jid: moved });
      }
    }
  }
  /** All subscriptions of one person here. */
  *subscriptionsOf(who: string): Iterable<{ readonly node: PubNode; readonly one: Subscription }> {
    if (this.bySubscriber === null) {
      this.bySubscriber = new Map();
      for (const node of this.nodes.values()) for (const jid of node.subscriptions.keys()) this.list(this.bySubscriber, node, jid);
    }
    for (const [key, node] of this.bySubscriber.get(who) ?? []) {
      const one = node.subscriptions.get(key.slice(node.id.length + 1));
      if (one !== undefined) yield { node, one };
    }
  }
  private list(index: Map<string, Map<string, PubNode>>, node: PubNode, jid: string): void {
    const who = bareOf(jid);
    const listed = index.get(who);
    if (listed === undefined) index.set(who, new Map([[`${node.id} ${jid}`, node]]));
    else listed.set(`${node.id} ${jid}`, node);
  }
  private unlist(node: PubNode, jid: string): void {
    const who = bareOf(jid);
    const listed = this.bySubscriber?.get(who);
    listed?.delete(`${node.id} ${jid}`);
    if (listed?.size === 0) this.bySubscriber?.delete(who);
  }
  fill(stored: readonly StoredNode[]): this {
    this.bySubscriber = null;
    this.own = stored.length === 0 ? null : new Map(stored.map((node) => [node.name, nodeOf(node)]));
    return this;
  }

  /** Runs `work` when everything before it in this realm is done; at once when nothing is. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const before = this.tail;
    const mine = (before === null ? work() : before.then(work, work)).finally(() => {
      this.waiting--;
      if (this.tail === mine) this.tail = null;
    });
    this.tail = mine;
    return mine;
  }
}

const bareOf = (jid: string): string => {
  const slash = jid.indexOf('/');
  return slash < 0 ? jid : jid.slice(0, slash);
};

export const nodeOf = (stored: StoredNode): PubNode => ({
  ...stored,
  affiliations: new Map(stored.affiliations),
  subscriptions: new Map(stored.subscriptions.map((one) => [one.jid, one])),
  heads: null,
});

export const rowOf = (node: PubNode): NodeRow => ({
  id: node.id,
  name: node.name,
  config: node.config,
  creator: node.creator,
  at: node.at,
  itemCount: node.itemCount,
  itemBytes: node.itemBytes,
});
export const storedOf = (node: PubNode): StoredNode => ({
  ...rowOf(node),
  affiliations: node.affiliations,
  subscriptions: [...node.subscriptions.values()],
});

/** Whose heads are in memory, bounded in heads over all nodes; the nodes that were looked into longest ago forget theirs first. */
export class Heads {
  private readonly counts = new Map<PubNode, number>();
  private sum = 0;

  keep(node: PubNode, heads: Map<string, ItemHead>, most: number): void {
    node.heads = heads;
    this.sum -= this.counts.get(node) ?? 0;
    this.counts.delete(node);
    // One more for the node itself, so that many without items do not add up either.
    this.counts.set(node, heads.size + 1);
    this.sum += heads.size + 1;
    if (this.sum <= most) return;
    for (const [old, count] of this.counts) {
      if (this.sum <= most || old === node) return;
      old.heads = null;
      this.counts.delete(old);
      this.sum -= count;
    }
  }
}

/** The newest items, bounded in bytes over all nodes; what is null is known to be none. */
export class LastItems {
  private readonly items = new Map<string, Item | null>();
  private bytes = 0;
  constructor(private readonly maxBytes: number) {}

  get(nodeId: string): Item | null | undefined {
    const item = this.items.get(nodeId);
    if (item !== undefined) {
      this.items.delete(nodeId);
      this.items.set(nodeId, item);
    }
    return item;
  }
  set(nodeId: string, item: Item | null): void {
    this.forget(nodeId);
    this.items.set(nodeId, item);
    this.bytes += cost(item);
    for (const id of this.items.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.forget(id);
    }
  }
  forget(nodeId: string): void {
    const was = this.items.get(nodeId);
    if (was === undefined) return;
    this.items.delete(nodeId);
    this.bytes -= cost(was);
  }
}
/** Text costs at most two bytes a character; the rest is the object. */
const cost = (item: Item | null): number => 100 + (item === null ? 0 : 200 + item.xml.length * 2);
