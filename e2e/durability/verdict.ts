import type { Copy, Sent } from './traffic.ts';

/** What one recipient, or the archive of one sender, holds in the end. */
export interface Holding {
  readonly user: string;
  readonly online: boolean;
  readonly copies: readonly Copy[];
  /** Ids in the own archive, with repetitions. */
  readonly archived: readonly string[];
}

export interface Verdict {
  readonly sent: number;
  readonly acknowledged: number;
  readonly resent: number;
  /** Refused with the word to wait: not acknowledged, and not lost. */
  readonly refused: number;
  /** Acknowledged and nowhere. */
  readonly missing: string[];
  /** Acknowledged, but not in the archive of its recipient or sender although archiving is on. */
  readonly notArchived: string[];
  /** More than once in one archive. */
  readonly doubledInArchive: string[];
  /** Twice at one device without an excuse. */
  readonly doubledAtDevice: string[];
  /** Twice at one device because the sender had to send it again after a crash: the first copy came before anything was promised. */
  readonly repeatedByCrash: number;
}

const isPromised = (record: Sent): boolean => record.acknowledged && !record.refused;

/** An acknowledgement that a client wrote this shortly before the kill may not have been read any more. */
const inFlightMs = 500;

/**
 * Compares what was promised with what is there. Delivery to an online recipient does not wait for the commit (only the acknowledgement to the
 * sender does), so a message in flight at the kill may have been seen, be sent again and be seen again: that is counted, not blamed.
 * `killedAt[life]` is when that life of the server ended.
 */
export function judge(
  sent: readonly Sent[],
  recipients: readonly Holding[],
  senders: readonly Holding[],
  killedAt: readonly number[],
): Verdict {
  const missing: string[] = [];
  const notArchived: string[] = [];
  const doubledInArchive: string[] = [];
  const doubledAtDevice: string[] = [];
  let repeatedByCrash = 0;
  const records = new Map(sent.map((record) => [record.id, record]));
  const seenAt = new Map<string, Set<string>>();
  const archivedAt = new Map<string, Set<string>>();
  for (const holding of [...recipients, ...senders]) {
    const archive = new Set<string>();
    for (const id of holding.archived) {
      if (archive.has(id)) doubledInArchive.push(`${id} in the archive of ${holding.user}`);
      archive.add(id);
    }
    archivedAt.set(holding.user, archive);
    const firsts = new Map<string, Copy>();
    for (const copy of holding.copies) {
      const first = firsts.get(copy.id);
      if (!first) firsts.set(copy.id, copy);
      else {
        const excused =
          first.life !== copy.life && ((records.get(copy.id)?.resent ?? 0) > 0 || (killedAt[first.life] ?? 0) - first.at < inFlightMs);
        if (excused) repeatedByCrash++;
        else doubledAtDevice.push(`${copy.id} at ${holding.user} (lives ${first.life} and ${copy.life})`);
      }
    }
    seenAt.set(holding.user, new Set(firsts.keys()));
  }
  for (const record of sent) {
    if (!isPromised(record)) continue;
    const archived = archivedAt.get(record.to)?.has(record.id) ?? false;
    if (!archived && !seenAt.get(record.to)?.has(record.id)) missing.push(`${record.id} for ${record.to}`);
    else if (!archived) notArchived.push(`${record.id} for its recipient ${record.to}`);
    if (!archivedAt.get(record.from)?.has(record.id)) notArchived.push(`${record.id} for its sender ${record.from}`);
  }
  // Who was offline all the time has no other copy than those from the offline store: each acknowledged one must have come.
  for (const holding of recipients) {
    if (holding.online) continue;
    for (const record of sent) {
      if (record.to === holding.user && isPromised(record) && !seenAt.get(holding.user)?.has(record.id))
        missing.push(`${record.id} for ${holding.user}, who was offline: not delivered at sign-in`);
    }
  }
  return {
    sent: sent.length,
    acknowledged: sent.filter(isPromised).length,
    resent: sent.filter((record) => record.resent > 0).length,
    refused: sent.filter((record) => record.refused).length,
    missing: [...new Set(missing)],
    notArchived,
    doubledInArchive,
    doubledAtDevice,
    repeatedByCrash,
  };
}

export const isClean = (verdict: Verdict): boolean =>
  verdict.missing.length + verdict.notArchived.length + verdict.doubledInArchive.length + verdict.doubledAtDevice.length === 0;
