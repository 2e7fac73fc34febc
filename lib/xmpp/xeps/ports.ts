/** What the small protocols need from the rest of the node; the composer gives it. */
import type { Fault } from '../../kernel/faults.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Result } from '../../kernel/result.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { MaybePromise } from '../router/hooks.ts';
import type { User } from '../router/users.ts';
import type { Element } from '../stanza/element.ts';
import type { DiscoIdentity, DiscoInfo, DiscoItem } from './xep-0030-disco.ts';

/** May `viewer` know that `owner` exists and is here: the owner, and who has a subscription to their availability. */
export type MaySee = (viewer: BareJid, owner: User) => boolean;

/** IQ requests of the server to one session (bounded, forgotten when the session ends). */
export interface AskClient {
  /** `onAnswer` gets the payload of the result, or null for an error, an empty result or no answer. */
  ask(session: ClientSession, payload: Element, onAnswer: (payload: Element | null) => void): void;
}

/** What a bulk command did. */
export interface CommandOutcome {
  readonly done: number;
  /** Left out, with the reason for people. */
  readonly skipped: readonly { readonly jid: string; readonly why: string }[];
}
/** `active`: online, with a device that is not away; `idle`: online, all devices away. */
export type UserKind = 'registered' | 'disabled' | 'online' | 'active' | 'idle';

/** What is known of one account. */
export interface UserFacts {
  readonly contacts: readonly {
    readonly contact: string;
    readonly name: string;
    readonly groups: readonly string[];
    readonly subscription: string;
  }[];
  readonly lastSignInAt: number | null;
  readonly resources: readonly string[];
  readonly addresses: readonly string[];
}
export type NoticeName = 'motd' | 'welcome';
export interface NoticeWords {
  readonly subject: string;
  readonly body: string;
}

/**
 * Service administration (XEP-0133) is a thin face: permission, validation, audit and transaction are the use cases' own. `by` is the account
 * whose client gave the command. The message of a fault is shown to it.
 */
export interface AdminCommands {
  mayAdminister(bare: BareJid): MaybePromise<boolean>;
  addUser(
    by: BareJid,
    user: { readonly bare: BareJid; readonly password: string; readonly mail: string; readonly name: string },
  ): Promise<Result<null, Fault>>;
  deleteUsers(by: BareJid, bares: readonly BareJid[]): Promise<Result<CommandOutcome, Fault>>;
  disableUsers(by: BareJid, bares: readonly BareJid[]): Promise<Result<CommandOutcome, Fault>>;
  enableUsers(by: BareJid, bares: readonly BareJid[]): Promise<Result<CommandOutcome, Fault>>;
  changePassword(by: BareJid, bare: BareJid, password: string): Promise<Result<null, Fault>>;
  /** Addresses, at most `max`. */
  listUsers(by: BareJid, kind: UserKind, max: number): Promise<Result<readonly BareJid[], Fault>>;
  counts(by: BareJid): Promise<Result<Readonly<Record<UserKind, number>>, Fault>>;
  /** A bare JID ends all sessions of the account, a full JID that one. */
  endSessions(by: BareJid, jids: readonly string[]): Promise<Result<CommandOutcome, Fault>>;
  facts(by: BareJid, bare: BareJid): Promise<Result<UserFacts, Fault>>;
  /** To those who are signed in, or to everyone as a job. Answers with a sentence. */
  announce(by: BareJid, text: NoticeWords, everyone: boolean): Promise<Result<string, Fault>>;
  notice(by: BareJid, which: NoticeName): Promise<Result<NoticeWords | null, Fault>>;
  setNotice(by: BareJid, which: NoticeName, text: NoticeWords, tellNow: boolean): Promise<Result<null, Fault>>;
  deleteNotice(by: BareJid, which: NoticeName): Promise<Result<null, Fault>>;
  administrators(by: BareJid): Promise<Result<readonly string[], Fault>>;
  setAdministrators(by: BareJid, jids: readonly string[]): Promise<Result<null, Fault>>;
  /** Stops the messaging service after `seconds`, with a word to those who are signed in; `restart` starts it again. */
  stopService(by: BareJid, restart: boolean, seconds: number, announcement: string): Promise<Result<null, Fault>>;
}

/** What people may do to accounts without an administrator (XEP-0077). */
export interface OwnAccounts {
  /** Makes an account for someone unknown. A fault of kind `conflict`: the name is taken. */
  register(bare: BareJid, password: string, mail: string, address: string): Promise<Result<null, Fault>>;
  /** Stores a new password; the session that asked stays. */
  changePassword(bare: BareJid, password: string, sessionId: string): Promise<Result<null, Fault>>;
  /** Removes the account for good and ends its sessions, but for the one that asked: it still gets the answer (XEP-0077 §3.2). */
  remove(bare: BareJid, sessionId: string): Promise<Result<null, Fault>>;
}

/** What a room says of accounts in service discovery, beside its features. `asker` may see that the account exists. */
export interface AccountDisco {
  readonly identities: readonly DiscoIdentity[];
  /** Null: no such node, or not for this asker. */
  info(asker: BareJid, user: User, node: string): MaybePromise<DiscoInfo | null>;
  items(asker: BareJid, user: User, node: string | undefined): MaybePromise<readonly DiscoItem[] | null>;
}
