import type { FilesValues } from '../config/schema/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';
import type { FileAddresses } from './addresses.ts';
import { cleanName } from './names.ts';
import type { BlobStore, FilePurpose, FileStore, NewSlot } from './ports.ts';
import { refusal } from './types.ts';

export interface SlotRequest {
  readonly accountId: number;
  readonly owner: BareJid;
  readonly name: string;
  readonly size: number;
  /** A media type, or empty. */
  readonly type: string;
  readonly purpose: FilePurpose;
}

export type SlotAnswer =
  | { readonly is: 'slot'; readonly slot: NewSlot; readonly path: string; readonly putKey: string }
  | { readonly is: 'too-large'; readonly maxSize: number }
  | { readonly is: 'not-acceptable'; readonly why: string }
  | { readonly is: 'too-fast'; readonly why: string; readonly retryAt: number }
  | { readonly is: 'full'; readonly why: string; readonly retryAt: number | null }
  | { readonly is: 'off' };

/** Beyond this many people the bucket of somebody idle is given up. */
const MAX_BUCKETS = 10_000;
const HOUR_MS = 3_600_000;

export interface Slots {
  request(asked: SlotRequest): Promise<SlotAnswer>;
}

export function createSlots(deps: {
  readonly store: FileStore;
  readonly blobs: BlobStore;
  readonly addresses: FileAddresses;
  readonly settings: Live<FilesValues>;
  readonly clock: Clock;
}): Slots {
  const { addresses, blobs, clock, store } = deps;
  const buckets = new Map<number, TokenBucket>();
  /** Milliseconds until this person may ask again; 0 takes the turn. */
  function waitOf(accountId: number, perMinute: number): number {
    if (perMinute === 0) return 0;
    const now = clock.monotonic();
    const rate = perMinute / 60;
    let bucket = buckets.get(accountId);
    if (bucket === undefined) {
      if (buckets.size >= MAX_BUCKETS) for (const [id, one] of buckets) if (one.isFull(rate, perMinute, now)) buckets.delete(id);
      if (buckets.size >= MAX_BUCKETS) buckets.clear();
      bucket = new TokenBucket();
      buckets.set(accountId, bucket);
    }
    const wait = bucket.spend(1, rate, perMinute, now);
    // Who is refused has used nothing.
    if (wait > 0) bucket.spend(-1, rate, perMinute, now);
    return wait;
  }

  return {
    async request(asked) {
      const settings = deps.settings.get();
      if (!settings.upload) return { is: 'off' };
      if (asked.size > settings.maxSize) return { is: 'too-large', maxSize: settings.maxSize };
      const name = cleanName(asked.name);
      const why = refusal(settings, name, asked.type, '');
      if (why !== null) return { is: 'not-acceptable', why };
      const now = clock.now();
      const wait = waitOf(asked.accountId, settings.slotsPerMinute);
      if (wait > 0) return { is: 'too-fast', why: 'You ask for uploads faster than this server allows.', retryAt: now + wait };
      const { free } = await blobs.space();
      if (free - asked.size < settings.keepFree) return { is: 'full', why: 'This server has no room for this file now.', retryAt: null };
      const slot: NewSlot = {
        id: addresses.newId(),
        accountId: asked.accountId,
        owner: asked.owner,
        name,
        type: asked.type,
        size: asked.size,
        purpose: asked.purpose,
        createdAt: now,
        slotUntil: now + settings.slotLifetime * 1000,
      };
      const outcome = await store.reserve(slot, settings);
      switch (outcome) {
        case 'ok':
          return { is: 'slot', slot, path: addresses.pathOf(slot.id), putKey: addresses.putKey(slot) };
        case 'no-account':
          return { is: 'off' };
        case 'over-quota':
          return { is: 'full', why: 'Your files together would be more than this server keeps for one person.', retryAt: null };
        case 'over-daily-amount':
          return { is: 'full', why: 'You have uploaded as much as is allowed in 24 hours.', retryAt: now + HOUR_MS };
      }
    },
  };
}
