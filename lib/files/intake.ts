import { createHash } from 'node:crypto';
import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { isStoreDown } from '../kernel/faults.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { FileAddresses, FilePath } from './addresses.ts';
import { type BlobStore, type BlobWriter, type FileRow, type FileStore, NoRoom } from './ports.ts';
import { mediaType, refusal, SNIFF_BYTES, sniff } from './types.ts';

/** HTTP status and a sentence for people. */
export interface Refused {
  readonly status: number;
  readonly why: string;
}

export interface UploadFacts {
  /** `Content-Length`, `Content-Type` and `Transfer-Encoding` as they came. */
  readonly length: string | undefined;
  readonly type: string | undefined;
  readonly encoding: string | undefined;
  readonly address: string;
}

/** An upload that may come. Exactly one of `finish` and `abandon` ends it. */
export interface Upload {
  /** Takes a piece in; a refusal ends the upload. */
  take(chunk: Uint8Array): Promise<Refused | null>;
  /** Null: the file is on the disk and in the database. */
  finish(): Promise<Refused | null>;
  /** The sender went away. */
  abandon(): Promise<void>;
}

export interface Intake {
  admit(path: FilePath, facts: UploadFacts): Promise<{ readonly upload: Upload } | { readonly refused: Refused }>;
}

/** The longest an upload takes its room. */
const LONGEST_MS = 24 * 3_600_000;

const refused = (status: number, why: string) => ({ refused: { status, why } });
const noRoom: Refused = { status: 507, why: 'This server has no room for this file now.' };
const twice: Refused = { status: 409, why: 'This file was uploaded before. Ask for a new upload.' };
const broken: Refused = { status: 500, why: 'The file could not be kept. Try again.' };

/** Takes in what people upload: one file for a slot, exactly as long as was said, lasting before it is acknowledged. */
export function createIntake(deps: {
  readonly store: FileStore;
  readonly blobs: BlobStore;
  readonly addresses: FileAddresses;
  readonly settings: Live<FilesValues>;
  readonly clock: Clock;
  readonly log: Log;
}): Intake {
  const { addresses, blobs, clock, log, store } = deps;
  /** Uploads under way: of two at once for one slot the second is refused before its bytes come. */
  const busy = new Set<string>();

  /** The slot is as it was; its time goes on. */
  async function release(row: FileRow): Promise<void> {
    await store.hold(row.id, row.slotUntil).catch((error: unknown) => log.warn('files.release-failed', { id: row.id, error }));
    busy.delete(row.id);
  }

  async function admit(path: FilePath, facts: UploadFacts): ReturnType<Intake['admit']> {
    const settings = deps.settings.get();
    if (!settings.upload) return refused(503, 'Uploads are turned off.');
    const id = addresses.idOf(path.path);
    if (id === null) return refused(404, 'There is no upload at this address.');
    // Without a length, or with one that a proxy might read differently (RFC 9112 §6.1), nothing is begun.
    if (facts.encoding !== undefined || facts.length === undefined) return refused(411, 'An upload needs its exact Content-Length.');
    const row = await store.get(id);
    if (row === null) return refused(404, 'There is no upload at this address, or its time has passed.');
    if (!addresses.mayPut(row, path.putKey)) return refused(403, 'This address is for downloads only.');
    if (row.state === 'stored') return { refused: twice };
    if (row.slotUntil < clock.now()) return refused(404, 'The time for this upload has passed. Ask for a new one.');
    if (!/^\d{1,16}$/.test(facts.length) || Number(facts.length) !== row.size)
      return refused(
        Number(facts.length) > row.size ? 413 : 400,
        `This upload was announced with ${row.size} bytes, but is sent with ${facts.length}.`,
      );
    const type = facts.type === undefined ? row.type : mediaType(facts.type);
    if (type === null) return refused(415, 'The Content-Type is no media type.');
    if (row.type !== '' && type !== row.type) return refused(415, `This upload was announced as ${row.type}, but is sent as ${type}.`);
    const why = refusal(settings, row.name, type, '');
    if (why !== null) return refused(415, why);
    if (busy.has(row.id)) return refused(409, 'This upload is under way already.');
    busy.add(row.id);
    const free = async (why: Refused) => {
      await release(row);
      return { refused: why };
    };
    try {
      // Looked at again now that nobody else can fill it: an upload may have ended since.
      if ((await store.get(id))?.state !== 'waiting') return free(twice);
      // A slow upload must not let go of the room it will take, or many of them would pass the quota.
      await store.hold(id, clock.now() + LONGEST_MS);
      const space = await blobs.space();
      if (space.free - row.size < settings.keepFree) return free(noRoom);
      // Left behind by a try that could not be recorded.
      await blobs.remove([row.id]);
      return { upload: receive({ ...row, type }, await blobs.begin(row.id), facts.address) };
    } catch (error) {
      return await free(failed(row, error));
    }
  }

  function failed(row: FileRow, error: unknown): Refused {
    if (error instanceof NoRoom) {
      log.error('files.disk-full', { size: row.size });
      return noRoom;
    }
    log.error('files.upload-failed', { id: row.id, owner: row.owner, error });
    return isStoreDown(error) ? { status: 503, why: 'The server cannot reach its database. Try again in a moment.' } : broken;
  }

  function receive(row: FileRow, writer: BlobWriter, address: string): Upload {
    const hash = createHash('sha256');
    let taken = 0;
    let head: Buffer = Buffer.alloc(0);
    /** Null until enough of the beginning is there. */
    let sniffed: string | null = null;

    async function drop(): Promise<void> {
      await release(row);
      await writer.drop().catch((error: unknown) => log.error('files.drop-failed', { id: row.id, error }));
    }
    /** A sentence when the content is refused. */
    function look(isAll: boolean): string | null {
      if (sniffed !== null || (!isAll && head.length < SNIFF_BYTES)) return null;
      sniffed = sniff(head);
      return refusal(deps.settings.get(), row.name, row.type, sniffed);
    }
    async function ended(why: Refused): Promise<Refused> {
      await drop();
      return why;
    }

    return {
      async take(chunk) {
        try {
          taken += chunk.length;
          if (taken > row.size) return await ended({ status: 413, why: `This upload is longer than the ${row.size} bytes announced.` });
          if (head.length < SNIFF_BYTES) head = Buffer.concat([head, chunk.subarray(0, SNIFF_BYTES - head.length)]);
          const why = look(false);
          if (why !== null) return await ended({ status: 415, why });
          hash.update(chunk);
          await writer.write(chunk);
          return null;
        } catch (error) {
          return ended(failed(row, error));
        }
      },
      async finish() {
        try {
          if (taken !== row.size) return await ended({ status: 400, why: `Only ${taken} of ${row.size} bytes came.` });
          const why = look(true);
          if (why !== null) return await ended({ status: 415, why });
          if (!(await writer.keep())) return await ended(twice);
          const stored = await store.store(row.id, {
            type: row.type === '' ? (sniffed ?? '') : row.type,
            sniffed: sniffed ?? '',
            sha256: hash.digest('hex'),
            at: clock.now(),
            address,
          });
          if (!stored) {
            // The slot went while its bytes came: its account was removed.
            if ((await store.get(row.id)) === null) await blobs.remove([row.id]);
            return await ended({ status: 404, why: 'There is no upload at this address any more.' });
          }
          busy.delete(row.id);
          log.debug('files.uploaded', { id: row.id, owner: row.owner, size: row.size });
          return null;
        } catch (error) {
          // Whether the row was written cannot be known when the database went away: the blob stays, a sweep or the next try decides.
          return ended(failed(row, error));
        }
      },
      abandon: drop,
    };
  }

  return { admit };
}
