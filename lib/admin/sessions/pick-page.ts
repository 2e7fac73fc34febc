import type { SessionView } from '../shared/engine-view.ts';
import type { sessionSorts } from './inputs.ts';

/**
 * One page out of the live sessions. There may be 75,000 of them and a page may not hold the event loop (design §1), so they are not
 * sorted: one pass keeps the best `limit`, and gives the loop back every few thousand.
 */
export interface Pick {
  readonly matches: (session: SessionView) => boolean;
  readonly sort: (typeof sessionSorts)[number];
  readonly descending: boolean;
  readonly limit: number;
  readonly after: Place | null;
}
export interface Place {
  readonly key: string | number;
  readonly id: string;
}
const breath = 4000;

export async function pickPage(
  sessions: Iterable<SessionView>,
  pick: Pick,
): Promise<{ items: SessionView[]; next: string | null; total: number }> {
  const best: { key: string | number; id: string; session: SessionView }[] = [];
  const sign = pick.descending ? -1 : 1;
  let total = 0;
  let following = 0;
  let seen = 0;
  for (const session of sessions) {
    if (++seen % breath === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    if (!pick.matches(session)) continue;
    total++;
    const place = { key: keyOf(session, pick.sort), id: session.id };
    if (pick.after && sign * compare(place, pick.after) <= 0) continue;
    following++;
    const last = best[best.length - 1];
    if (best.length === pick.limit && last && sign * compare(place, last) >= 0) continue;
    let low = 0;
    let high = best.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sign * compare(place, best[middle]!) < 0) high = middle;
      else low = middle + 1;
    }
    best.splice(low, 0, { ...place, session });
    if (best.length > pick.limit) best.pop();
  }
  const last = best[best.length - 1];
  return { items: best.map((entry) => entry.session), next: last && following > best.length ? writeCursor(last) : null, total };
}

function keyOf(session: SessionView, sort: Pick['sort']): string | number {
  switch (sort) {
    case 'since':
      return session.since;
    case 'user':
      return session.bare;
    case 'address':
      return session.address;
    case 'client':
      return session.client.toLowerCase();
  }
}
function compare(a: Place, b: Place): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

const writeCursor = ({ key, id }: Place) => Buffer.from(JSON.stringify([key, id])).toString('base64url');
/** Null for what is no cursor of ours. */
export function readCursor(text: string): Place | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value) || value.length !== 2) return null;
    const [key, id] = value as unknown[];
    return (typeof key === 'string' || typeof key === 'number') && typeof id === 'string' ? { key, id } : null;
  } catch {
    return null;
  }
}
