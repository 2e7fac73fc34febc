/** Nodes and their items (XEP-0060) as the room keeps them: of people (XEP-0163) and of the service at its own address. */
import type { BareJid } from '../kernel/jid.ts';

export type AccessModel = 'open' | 'presence' | 'roster' | 'authorize' | 'whitelist';
export type PublishModel = 'publishers' | 'subscribers' | 'open';
/** No affiliation is the absence of one. */
export type Affiliation = 'owner' | 'publisher' | 'publish-only' | 'member' | 'outcast';
export type SendLast = 'never' | 'on_sub' | 'on_sub_and_presence';

/** What the owner of a node may decide (XEP-0060 §16.4.4). */
export interface NodeConfig {
  readonly title: string;
  readonly description: string;
  /** Namespace of the payloads. */
  readonly type: string;
  readonly accessModel: AccessModel;
  readonly publishModel: PublishModel;
  readonly rosterGroups: readonly string[];
  readonly persistItems: boolean;
  /** 0 is `max`: as many as the server allows. */
  readonly maxItems: number;
  /** Seconds; 0 is `max`: never. */
  readonly itemExpire: number;
  readonly maxPayload: number;
  readonly deliverPayloads: boolean;
  readonly deliverNotifications: boolean;
  readonly notifyRetract: boolean;
  readonly notifyDelete: boolean;
  readonly notifyConfig: boolean;
  readonly sendLast: SendLast;
  readonly notificationType: 'headline' | 'normal';
  /** Only to those who are online. */
  readonly presenceBased: boolean;
  readonly itemReply: 'owner' | 'publisher';
}

export interface Subscription {
  /** A bare or full address. One subscription each. */
  readonly jid: string;
  readonly subid: string;
  readonly state: 'subscribed' | 'pending';
  /** Option `pubsub#deliver`: off means subscribed, but not notified. */
  readonly deliver: boolean;
}

/** Whose nodes: a person's, or those of the service at a domain. */
export type RealmKey = { readonly accountId: number } | { readonly service: string };

export interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly config: NodeConfig;
  readonly creator: BareJid;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly itemCount: number;
  readonly itemBytes: number;
}
export interface StoredNode extends NodeRow {
  readonly affiliations: ReadonlyMap<string, Affiliation>;
  readonly subscriptions: readonly Subscription[];
}

export interface ItemHead {
  readonly id: string;
  /** Sorts in the order of publishing, over all nodes. */
  readonly uid: string;
  readonly bytes: number;
  readonly publisher: BareJid;
}
export interface Item extends ItemHead {
  readonly at: number;
  /** The payload as text that names its namespace itself, so that it can stand anywhere; empty without one. */
  readonly xml: string;
  /** Milliseconds since 1970, null for never. */
  readonly expiresAt: number | null;
}

/** One change of one node. A list of them commits together; two changes of one list concern different nodes or different parts. */
export interface NodeChange {
  readonly nodeId: string;
  /** Makes the node, or replaces what its row says. */
  readonly put?: NodeRow & { readonly realm: RealmKey };
  /** Takes the node with all it has. */
  readonly remove?: true;
  readonly counts?: { readonly items: number; readonly bytes: number };
  readonly affiliations?: { readonly put?: ReadonlyMap<string, Affiliation>; readonly remove?: readonly string[] };
  readonly subscriptions?: { readonly put?: readonly Subscription[]; readonly remove?: readonly string[] };
  /** `remove` names none that `put` has. `clear` comes without `put`. */
  readonly items?: { readonly put?: readonly Item[]; readonly remove?: readonly string[]; readonly clear?: true };
  /** All items now expire this many seconds after their publishing; 0: never. */
  readonly expiry?: number;
}

/** A node in lists of administrators. */
export interface NodeSummary extends NodeRow {
  /** Bare address of the person, or the domain of the service. */
  readonly owner: string;
  readonly subscribers: number;
  /** When the newest item was published; null without items. */
  readonly lastItemAt: number | null;
}
export interface ExpiredItem {
  readonly owner: string;
  readonly isService: boolean;
  readonly node: string;
  readonly id: string;
}
export interface NodeQuery {
  readonly limit: number;
  /** Id of the last node of the page before; newest nodes come first. */
  readonly after?: string;
  /** Exact address of a person or domain of a service. */
  readonly owner?: string;
  readonly kind?: 'person' | 'service';
  /** Part of the name of the node. */
  readonly name?: string;
}

/** Every method rejects with an error whose `fault` has the kind `down` while the database is away. */
export interface PubSubStore {
  /** Nodes of people. Accounts without any are absent. */
  loadPeople(accountIds: readonly number[]): Promise<Map<number, StoredNode[]>>;
  /** Which of these people exist and are enabled. */
  accountsOf(bares: readonly BareJid[]): Promise<Map<BareJid, number>>;
  loadService(service: string): Promise<StoredNode[]>;
  /** Resolves when committed. Changes of several callers gather into one commit. */
  save(changes: readonly NodeChange[]): Promise<void>;
  /** In the order of publishing. */
  heads(nodeId: string): Promise<ItemHead[]>;
  /** In the order of `ids`; unknown ones are left out. */
  items(nodeId: string, ids: readonly string[]): Promise<Item[]>;
  /** The newest item of each node that has one. */
  lastItems(nodeIds: readonly string[]): Promise<Map<string, Item>>;
  /** Items whose time is over, oldest first. */
  expired(now: number, limit: number): Promise<readonly ExpiredItem[]>;
  /**
   * The address is nobody's any more: no node lists it among its affiliations and subscriptions. Those of a renamed person are of the new address now,
   * unless it has its own there.
   */
  forgetPerson(bare: BareJid, renamedTo?: BareJid): Promise<void>;
  find(query: NodeQuery): Promise<{ readonly items: NodeSummary[]; readonly next: boolean }>;
}
