import { useMemo } from 'react';
import type { SessionRow } from '@/lib/admin/users/outputs.ts';
import type { Channels } from '@/lib/live/channels.ts';
import { type LiveValue, useLive } from '@/lib/live/client.ts';

/** Nobody has more than this many devices; the limit of sessions a user is far below. */
const most = 200;

export interface OwnSessions {
  readonly sessions: readonly SessionRow[];
  readonly freshness: LiveValue<unknown>['freshness'];
  readonly since: number;
}

/** The sessions of one user as they come and go, beginning with those the page was made with. */
export function useOwnSessions(user: { readonly id: number; readonly address: string }, first: readonly SessionRow[]): OwnSessions {
  const initial = useMemo<Channels['sessions']['value']>(
    () => ({ items: [...first], next: null, total: first.length, totalIsFloor: false }),
    [first],
  );
  const { value, freshness, since } = useLive('sessions', initial, { user: user.address, limit: most });
  // The channel searches by the start of the address: anna@example.com also finds anna@example.com.au.
  const sessions = useMemo(() => value.items.filter((session) => session.userId === user.id), [value, user.id]);
  return { sessions, freshness, since };
}

/** RFC 6121 §4.7.2.3: the highest priority speaks for the person; a session that sent no presence does not count. */
export function speakingSession(sessions: readonly SessionRow[]): SessionRow | null {
  let best: SessionRow | null = null;
  for (const session of sessions) if (session.show !== '' && (best === null || session.priority > best.priority)) best = session;
  return best;
}
