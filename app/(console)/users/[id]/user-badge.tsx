'use client';
import { PresenceMark, presenceOfShow, StatusBadge } from '@/lib/ui/primitives/status.tsx';
import type { UserDetail } from './_load.ts';
import { speakingSession, useOwnSessions } from './own-sessions.ts';

/** Is this person well: may they sign in, are they here, and what do contacts see. Follows the sessions. */
export function UserBadge({ user, sessions: first }: { user: UserDetail['user']; sessions: UserDetail['sessions'] }) {
  const { sessions, freshness } = useOwnSessions(user, first);
  const speaking = speakingSession(sessions);
  return (
    <>
      {user.enabled ? <StatusBadge status="running" word="Enabled" /> : <StatusBadge status="off" word="Disabled" />}
      <span className={freshness === 'stale' ? 'text-body opacity-75' : 'text-body'}>
        {speaking ? (
          <PresenceMark presence={presenceOfShow(speaking.show)} />
        ) : sessions.length > 0 ? (
          <PresenceMark presence="unknown" word="Signed in, presence not sent" />
        ) : (
          <PresenceMark presence="offline" />
        )}
      </span>
      {speaking?.status ? <span className="text-body text-quiet wrap-anywhere">“{speaking.status}”</span> : null}
    </>
  );
}
