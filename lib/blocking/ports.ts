export interface BlockListStore {
  /** JIDs as text: bare, full, domain, or domain with resource (XEP-0191 §3.5). */
  load(accountIds: readonly number[]): Promise<Map<number, readonly string[]>>;
  /** Replaces the whole list. */
  save(accountId: number, jids: readonly string[]): Promise<void>;
}
