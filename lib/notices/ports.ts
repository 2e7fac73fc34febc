/** A text that people get when they sign in: the message of the day, or the welcome of new people (XEP-0133 §4.23 to §4.27). */
export type NoticeKind = 'motd' | 'welcome';

export interface Notice {
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly body: string;
  /** Milliseconds since 1970 of the last change; who has seen an older one is told again. */
  readonly version: number;
  /** Since when there is one, through all its changes: the welcome is for accounts made later. */
  readonly since: number;
  readonly by: string;
}

/** What a person was told already. */
export interface NoticeSeen {
  /** Version of the message of the day; 0: none. */
  readonly motd: number;
  readonly welcomed: boolean;
}

export interface NoticeStore {
  all(): Promise<readonly Notice[]>;
  put(notice: Notice): Promise<void>;
  /** False when there was none. */
  remove(kind: NoticeKind): Promise<boolean>;
  /** An absent id has seen nothing. */
  seen(accountIds: readonly number[]): Promise<Map<number, NoticeSeen>>;
  /** Nothing happens for an account that is gone. */
  saveSeen(accountId: number, seen: NoticeSeen): Promise<void>;
  /** When each of these accounts was made; ids that are gone are absent. */
  madeAt(accountIds: readonly number[]): Promise<Map<number, number>>;
}
