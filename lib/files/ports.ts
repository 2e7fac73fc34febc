import type { BareJid } from '../kernel/jid.ts';

/** What the client says the file is for (XEP-0363 §7); decides how long it is kept. */
export const filePurposes = ['message', 'profile', 'ephemeral', 'permanent'] as const;
export type FilePurpose = (typeof filePurposes)[number];

/** A permission to upload one file: a row that waits for its bytes. */
export interface NewSlot {
  /** Random; its name in the blob store. Alone it opens nothing. */
  readonly id: string;
  readonly accountId: number;
  readonly owner: BareJid;
  readonly name: string;
  /** As the client declared it; empty when it did not. */
  readonly type: string;
  readonly size: number;
  readonly purpose: FilePurpose;
  readonly createdAt: number;
  /** An upload must have begun by then. */
  readonly slotUntil: number;
}

export interface FileRow extends NewSlot {
  readonly state: 'waiting' | 'stored';
  /** What the file begins with, '' when nothing known. */
  readonly sniffed: string;
  /** Hex SHA-256 of the content; '' while it waits. */
  readonly sha256: string;
  readonly storedAt: number;
  readonly downloads: number;
  readonly lastDownloadAt: number | null;
}

export interface StoredFacts {
  readonly type: string;
  readonly sniffed: string;
  readonly sha256: string;
  readonly at: number;
  /** The uploader's network address. */
  readonly address: string;
}

/** Sums that a new slot must fit into; 0 is no limit. */
export interface SlotLimits {
  readonly quota: number;
  readonly dailyAmount: number;
}
export type SlotOutcome = 'ok' | 'no-account' | 'over-quota' | 'over-daily-amount';

export interface FileFilter {
  /** Start of words of the name or of the owner's address, or an id. */
  readonly search?: string;
  readonly accountId?: number;
  /** As the address was at the upload. */
  readonly owner?: string;
  /** Start of the media type, for example `image/`. */
  readonly type?: string;
  readonly since?: number;
  readonly until?: number;
  readonly minSize?: number;
}
export interface FileQuery extends FileFilter {
  readonly sort: 'storedAt' | 'size' | 'downloads';
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor?: string;
}
export interface FilePage {
  readonly items: readonly FileRow[];
  readonly nextCursor: string | null;
  readonly total: number;
  readonly totalIsFloor: boolean;
}

export interface Usage {
  readonly accountId: number;
  readonly owner: string;
  readonly files: number;
  readonly bytes: number;
  readonly newest: number;
}
export interface UsagePage {
  readonly items: readonly Usage[];
  readonly nextCursor: string | null;
}

export interface FileLogRecord {
  readonly at: number;
  readonly what: 'upload' | 'download';
  readonly fileId: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly accountId: number;
  readonly owner: string;
  readonly address: string;
}
export interface FileLogQuery {
  readonly accountId?: number;
  readonly owner?: string;
  readonly fileId?: string;
  readonly what?: 'upload' | 'download';
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** Keeps files of a purpose that were stored before this moment no longer. */
export interface ExpiryRule {
  readonly purpose: FilePurpose;
  readonly before: number;
}

/** Rows of files. A row goes first and its blob after it: what is left behind by a crash is a blob without a row, which a sweep finds. */
export interface FileStore {
  /** Takes room for a slot, one person's slots after each other, so that two devices together cannot pass a limit. */
  reserve(slot: NewSlot, limits: SlotLimits): Promise<SlotOutcome>;
  get(id: string): Promise<FileRow | null>;
  /** Moves the time until which a slot takes its room: while an upload runs, it does. */
  hold(id: string, until: number): Promise<void>;
  /** A waiting row becomes a stored one and the log has the upload; false when it does not wait (any more). Durable when it resolves. */
  store(id: string, facts: StoredFacts): Promise<boolean>;
  /** Removes rows, waiting ones too; returns those that were there. */
  remove(ids: readonly string[]): Promise<readonly FileRow[]>;
  /** Removes at most `limit` slots whose time has passed. */
  dropSlots(before: number, limit: number): Promise<readonly string[]>;
  expire(rules: readonly ExpiryRule[], limit: number): Promise<readonly string[]>;
  /** Removes at most `limit` rows of accounts that are no more. */
  dropDeparted(limit: number): Promise<readonly string[]>;
  /** Which of these have a row. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  find(query: FileQuery): Promise<FilePage>;
  /** Ids of stored files that match, at most `limit`. */
  pick(filter: FileFilter, limit: number): Promise<readonly string[]>;
  /** Most bytes first. */
  usage(query: {
    readonly owner?: string;
    readonly accountId?: number;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<UsagePage>;
  totals(): Promise<{ readonly files: number; readonly bytes: number; readonly people: number }>;
  /** Counted and logged a little later. */
  downloaded(record: FileLogRecord): void;
  log(query: FileLogQuery): Promise<{ readonly items: readonly FileLogRecord[]; readonly nextCursor: string | null }>;
  expireLog(before: number, limit: number): Promise<number>;
}

export interface BlobWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Makes it last under its id: on the disk, not in a cache, when it resolves. False when there is one already. */
  keep(): Promise<boolean>;
  /** Forgets what was written; does nothing after `keep`. */
  drop(): Promise<void>;
}
export interface BlobReader {
  readonly size: number;
  /** Bytes from `start` to `end`, both included. Reading closes it; call `close` when nothing is read. */
  stream(start: number, end: number): NodeJS.ReadableStream & { destroy(error?: Error): unknown };
  close(): Promise<void>;
}

/** Thrown by writes when there is no room. */
export class NoRoom extends Error {
  readonly code = 'files.no-room';
}

/** Where contents lie. The first adapter is a folder; another store fulfils the same. */
export interface BlobStore {
  /** Before the first use: makes what it needs and forgets half-written blobs of a process that died. */
  prepare(): Promise<void>;
  begin(id: string): Promise<BlobWriter>;
  open(id: string): Promise<BlobReader | null>;
  remove(ids: readonly string[]): Promise<void>;
  space(): Promise<{ readonly free: number; readonly total: number }>;
  /** All blobs, in slices. */
  each(): AsyncIterable<readonly { readonly id: string; readonly modifiedAt: number }[]>;
}
