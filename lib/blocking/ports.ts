export interface BlockListStore {
  /** JIDs as text: bare, full, domain, or domain with resource (XEP-0191 §3.5). */
  load(accountIds: readonly number[]): Promise<Map<number, readonly string[]>>;
  /** Replaces the whole list. */
  save(accountId: number, jids: readonly string[]): Promise<void>;
}

export type ReportReason = 'spam' | 'abuse';

/** Somebody said that they were sent spam or abused (XEP-0377). */
export interface Report {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bare JID of who says it. */
  readonly reporter: string;
  /** The address as it was blocked. */
  readonly reported: string;
  readonly reason: ReportReason;
  /** What the person wrote about it. */
  readonly text: string;
  /** The messages named by the person, as their archive holds them: time and text, one a line. */
  readonly messages: string;
  readonly state: 'open' | 'closed';
  readonly closedBy: string;
  readonly closedAt: number | null;
  /** What the administrator wrote on closing. */
  readonly note: string;
}

export interface ReportQuery {
  readonly state?: 'open' | 'closed';
  /** Start of the reported address or of the reporter's. */
  readonly search?: string;
  readonly limit: number;
  /** Id of the last report of the page before; newest come first. */
  readonly after?: string;
}

export interface ReportStore {
  add(report: Report): Promise<void>;
  get(id: string): Promise<Report | null>;
  find(query: ReportQuery): Promise<{ readonly items: readonly Report[]; readonly total: number }>;
  /** False when there is no such open report. */
  close(id: string, by: string, at: number, note: string): Promise<boolean>;
  countOpen(): Promise<number>;
  /** Deletes closed ones that are older, at most `limit`; returns how many went. */
  expire(before: number, limit: number): Promise<number>;
}
