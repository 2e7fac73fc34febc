import type { ClientSession } from '../c2s/session.ts';
import type { Element } from '../stanza/element.ts';
import type { IqStanza, MessageStanza, PresenceStanza, Stanza, StanzaFault } from '../stanza/stanza.ts';
import type { User } from './users.ts';

/**
 * The places where a room may speak. Four kinds: `veto` (any may refuse by a fault), `claim` (the first that answers ends
 * the search), `fold` (a value threaded through) and `tell` (all hear, errors are logged and isolated). Order is by stage, then
 * by registration. Everything answers synchronously unless storage must be waited for; only then a promise is made.
 */
export type Stage = 'guard' | 'enrich' | 'decide' | 'record' | 'observe';

/** `undefined`: not mine. `'done'`: handled. */
export type Claim = 'done' | StanzaFault | undefined;
export type MaybePromise<T> = T | Promise<T>;

export interface RouterHooks {
  /**
   * A stanza of a local session, before its target is worked out. A fault goes back to the sender; `'drop'` swallows the stanza (a message that
   * the client sent again).
   */
  'stanza.leaving': (session: ClientSession, stanza: Stanza) => StanzaFault | 'drop' | undefined;
  /**
   * A stanza about to enter a local user's realm, whoever sent it. `'drop'` swallows it silently (presence from a blocked contact).
   */
  'stanza.arriving': (user: User, stanza: Stanza) => StanzaFault | 'drop' | undefined;
  /** A message a local session sends, whatever its target: after all vetoes, right before it is delivered. */
  'message.sent': (session: ClientSession, stanza: MessageStanza) => void;
  /**
   * A message of a local session to a person whom another node acts for: what is the sender's own (copies, archive) is done here, what is the recipient's
   * is done there by `message.arriving`. A fault refuses it.
   */
  'message.crossing': (session: ClientSession, stanza: MessageStanza) => StanzaFault | undefined;
  /** A message for a local user, bare or full JID. `session` is the local sender's, null when it came from elsewhere. */
  'message.arriving': (user: User, stanza: MessageStanza, session: ClientSession | null) => Claim;
  /** A message a local session sends to the server itself (a hosted domain). */
  'message.toServer': (session: ClientSession, stanza: MessageStanza) => Claim;
  /** Presence without `to` from a local session: available, unavailable. A claim does not keep later stages from hearing it; a fault does. */
  'presence.broadcast': (session: ClientSession, stanza: PresenceStanza) => Claim;
  /** Presence with `to` that a local session sends (subscription, directed, probe), before it is routed. Claim to route it yourself. */
  'presence.sent': (session: ClientSession, stanza: PresenceStanza) => MaybePromise<Claim>;
  /** Presence for a local user from another user, local or remote. */
  'presence.arriving': (user: User, stanza: PresenceStanza) => MaybePromise<Claim>;
  /** May `from` (another JID) see that this full JID is online? Claim with true to allow an IQ through (RFC 6121 §8.5.3.2.2). */
  'iq.mayReach': (session: ClientSession, stanza: IqStanza) => boolean | undefined;
  /** A session was bound; not resumed. */
  'session.bound': (session: ClientSession) => void;
  'session.resumed': (session: ClientSession) => void;
  /** The connection was lost, the session waits for resumption. */
  'session.hibernated': (session: ClientSession) => void;
  /**
   * The session has ended for good. `unsent` are the stanzas written or queued but never acknowledged by the client, in order; the im room
   * re-routes messages, the router bounces IQs.
   */
  'session.ended': (session: ClientSession, unsent: readonly Stanza[]) => void;
  'stanza.settled': (stanza: Stanza, verdict: Verdict) => void;
}

export type Verdict =
  | { readonly is: 'delivered'; readonly copies: number }
  | { readonly is: 'kept'; readonly by: string }
  | { readonly is: 'handled'; readonly by: string }
  | { readonly is: 'refused'; readonly fault: StanzaFault }
  | { readonly is: 'dropped'; readonly why: string };

/** Who answers an IQ get or set: the server itself, or on behalf of a local account (RFC 6121 §8.5.1). */
export interface IqHandler {
  /** Namespace and local name of the payload. */
  readonly ns: string;
  readonly name: string;
  /** `server`: addressed to a hosted domain. `self`: to the sender's own bare JID or without `to`. `account`: to another local bare JID. */
  readonly targets: readonly ('server' | 'self' | 'account')[];
  readonly types: readonly ('get' | 'set')[];
  /** With target `account`: the answer when no such account exists, equal to what strangers get. Default: `service-unavailable`. */
  readonly missing?: StanzaFault;
  /**
   * Answers with the result's payload (null for an empty result) or a fault. `user` is the account addressed (the sender's for
   * `server`). For `account`, a fault must not tell whether the account exists: answer `service-unavailable`.
   */
  handle(ctx: { session: ClientSession; user: User; iq: IqStanza; payload: Element }): MaybePromise<IqAnswer>;
}
export type IqAnswer = { readonly result: Element | string | null } | { readonly fault: StanzaFault };

export type HookRegistration = {
  [K in keyof RouterHooks]: { readonly hook: K; readonly stage: Stage; readonly run: RouterHooks[K] };
}[keyof RouterHooks];

/** What a room hands to the composer; it adds and removes it all. */
export interface Room {
  readonly name: string;
  readonly hooks?: readonly HookRegistration[];
  readonly iq?: readonly IqHandler[];
  /** Disco features (XEP-0030) of the server and of a local account's bare JID. */
  readonly features?: { readonly server?: readonly string[]; readonly account?: readonly string[] };
  readonly protocols?: readonly Protocol[];
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** From these constants the protocols page is printed. */
export interface Protocol {
  readonly number: string;
  readonly title: string;
  readonly version: string;
  readonly status: 'complete' | 'partial';
  readonly note?: string;
}
