/** Where a person's client wants to be woken (XEP-0357 §5): an app server, and the node there that stands for the client. */
export interface PushRegistration {
  readonly accountId: number;
  /** Address of the app server. */
  readonly service: string;
  /** Empty when the client named none. */
  readonly node: string;
  /** The resource that asked last: while it is here and listens, nothing is published. */
  readonly resource: string;
  /** The client's publish options as text (a submitted data form), for the app server; empty when there are none. */
  readonly options: string;
  /** Publications refused one after the other. */
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly enabledAt: number;
}

export interface PushStore {
  /** An absent id has none. */
  load(accountIds: readonly number[]): Promise<Map<number, readonly PushRegistration[]>>;
  /** Adds or replaces the one for this account, service and node. Nothing happens for an account that is gone. */
  save(registration: PushRegistration): Promise<void>;
  /** `node` null: all of that service. Returns how many went. */
  remove(accountId: number, service: string, node: string | null): Promise<number>;
  setFailures(accountId: number, service: string, node: string, failures: number): Promise<void>;
  count(): Promise<number>;
}
