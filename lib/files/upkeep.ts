import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Live } from '../kernel/live.ts';
import type { Log } from '../kernel/log.ts';
import type { BlobStore, ExpiryRule, FileStore } from './ports.ts';

const SLICE = 500;
const SOON_MS = 1_000;
/** A blob younger than this may belong to an upload that is about to be recorded. */
const ORPHAN_AGE_MS = 3_600_000;
/** The row of a slot whose upload has begun must outlive the upload, however slow. */
const SLOT_GRACE_MS = 24 * 3_600_000;

export interface Upkeep {
  /** Deletes what the settings keep no longer; call it now and then. Returns how many files went. */
  expire(): Promise<number>;
  /** Deletes what people left behind who are no more, if that is wanted. */
  dropDeparted(): Promise<number>;
  /** Deletes blobs that no row knows: a process died between the two. Returns how many. */
  sweep(): Promise<number>;
  expireLog(): Promise<number>;
  /** An account was removed: a moment later its files go, once for many removals. */
  accountRemoved(): void;
}

export function createUpkeep(deps: {
  readonly store: FileStore;
  readonly blobs: BlobStore;
  readonly settings: Live<FilesValues>;
  readonly clock: Clock;
  readonly log: Log;
}): Upkeep {
  const { blobs, clock, log, store } = deps;

  const rulesOf = (settings: FilesValues): ExpiryRule[] => {
    const now = clock.now();
    const kept = [
      ['message', settings.keepMessage],
      ['ephemeral', settings.keepEphemeral],
      ['profile', settings.keepProfile],
      ['permanent', settings.keepPermanent],
    ] as const;
    return kept.flatMap(([purpose, seconds]) => (seconds === 0 ? [] : [{ purpose, before: now - seconds * 1000 }]));
  };

  async function dropDeparted(): Promise<number> {
    if (!deps.settings.get().deleteWithAccount) return 0;
    let all = 0;
    for (;;) {
      const gone = await store.dropDeparted(SLICE);
      await blobs.remove(gone);
      all += gone.length;
      if (gone.length < SLICE) break;
    }
    if (all > 0) log.info('files.departed', { files: all });
    return all;
  }
  let isDue = false;

  return {
    async expire() {
      await store.dropSlots(clock.now() - SLOT_GRACE_MS, SLICE);
      const gone = await store.expire(rulesOf(deps.settings.get()), SLICE);
      await blobs.remove(gone);
      if (gone.length > 0) log.info('files.expired', { files: gone.length });
      return gone.length;
    },
    dropDeparted,
    accountRemoved() {
      if (isDue) return;
      isDue = true;
      clock.setTimeout(() => {
        isDue = false;
        dropDeparted().catch((error: unknown) => log.warn('files.departed-failed', { error }));
      }, SOON_MS);
    },
    async sweep() {
      let all = 0;
      for await (const slice of blobs.each()) {
        const old = slice.filter((blob) => blob.modifiedAt < clock.now() - ORPHAN_AGE_MS).map((blob) => blob.id);
        const known = old.length === 0 ? new Set<string>() : await store.known(old);
        const orphans = old.filter((id) => !known.has(id));
        await blobs.remove(orphans);
        all += orphans.length;
      }
      if (all > 0) log.warn('files.orphans-removed', { blobs: all });
      return all;
    },
    expireLog: () => store.expireLog(clock.now() - deps.settings.get().logRetention * 1000, 5000),
  };
}
