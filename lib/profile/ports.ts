import type { IqAnswer, IqHandler, MaybePromise } from '../xmpp/router/hooks.ts';
import type { User } from '../xmpp/router/users.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';

/** What a person keeps on the server besides contacts: the vCard (XEP-0054) and private XML (XEP-0049). */
export interface ProfileStore {
  vcard(accountId: number): Promise<string | null>;
  /** `photo` is the SHA-1 of the picture in it, empty without one. */
  saveVcard(accountId: number, xml: string, photo?: string): Promise<void>;
  /** Of those who have a vCard: the hash of its picture, and the vCard itself where the hash is not known yet (`photo` null). */
  photos(accountIds: readonly number[]): Promise<Map<number, { readonly photo: string | null; readonly xml: string }>>;
  privateXml(accountId: number, name: string, ns: string): Promise<string | null>;
  savePrivateXml(accountId: number, name: string, ns: string, xml: string): Promise<void>;
  /** When the person's last session ended and the status text they left with (XEP-0012); null when never seen. */
  lastSeen(accountId: number): Promise<{ at: number; status: string } | null>;
  saveLastSeen(accountId: number, at: number, status: string): void;
}

export interface KeptItem {
  readonly id: string;
  readonly xml: string;
}

/** The nodes of a person (XEP-0163), as what converts to and from older protocols needs them. */
export interface PersonalNodes {
  /** Access model of the node; null when there is none. */
  modelOf(user: User, node: string): string | null;
  /** Oldest first; null when there is no such node. */
  items(user: User, node: string): Promise<readonly KeptItem[] | null>;
  item(user: User, node: string, id: string): Promise<string | null>;
  /** Publishes in the person's name, everyone entitled is told. A node that is not there is made with `options` (names without `pubsub#`). */
  publish(user: User, node: string, items: readonly KeptItem[], options: Readonly<Record<string, string>>): Promise<StanzaFault | null>;
  retract(user: User, node: string, ids: readonly string[]): Promise<StanzaFault | null>;
  /** After each commit, whoever published. */
  onChanged(fn: (user: User, node: string, items: readonly KeptItem[], retracted: readonly string[]) => void): void;
  /** An event to the devices of the person that ask for a node which exists in name only. */
  tellOwn(user: User, node: string, item: KeptItem): void;
  /** Requests of a person for the own nodes, answered here when the function gives an answer. */
  answerInstead(fn: (user: User, ask: Parameters<IqHandler['handle']>[0]) => MaybePromise<IqAnswer> | undefined): void;
}
