'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { transportWords } from '@/app/(console)/sessions/words.ts';
import type { SessionRow } from '@/lib/admin/users/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { PresenceMark, presenceOfShow, StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { endUserSessions } from '../actions.ts';
import { useOwnSessions } from './own-sessions.ts';

/** The devices of one person, as they come and go. */
export function SessionsCard({
  user,
  first,
  mayEnd,
}: {
  user: { readonly id: number; readonly userId: string; readonly address: string };
  first: readonly SessionRow[];
  mayEnd: boolean;
}) {
  const { sessions, freshness, since } = useOwnSessions(user, first);
  useFreshPage(sessions);
  const [ending, setEnding] = useState<readonly SessionRow[]>([]);
  const [asking, setAsking] = useState(false);
  const ask = (rows: readonly SessionRow[]) => {
    setEnding(rows);
    setAsking(true);
  };
  return (
    <Card
      title="Sessions"
      purpose="Clients that are signed in as this user now."
      action={
        mayEnd && sessions.length > 1 ? (
          <Button size="small" look="quiet-danger" onClick={() => ask(sessions)}>
            End all {sessions.length} sessions
          </Button>
        ) : null
      }
    >
      <StaleBanner stale={freshness === 'stale'} since={since} />
      <Quiet when={freshness === 'stale'}>
        {sessions.length === 0 ? (
          <p className="text-body text-quiet">No client is signed in. Messages are kept until the next sign-in.</p>
        ) : (
          <ul className="divide-y divide-soft">
            {sessions.map((session) => (
              <SessionItem key={session.id} session={session} onEnd={mayEnd ? () => ask([session]) : null} />
            ))}
          </ul>
        )}
      </Quiet>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={
          ending.length === 1
            ? `End the session ${ending[0]?.resource ?? ''} of ${user.userId}?`
            : `End ${countOf(ending.length, 'session')} of ${user.userId}?`
        }
        effect={`1 person is signed out on ${countOf(ending.length, 'device')}. Most clients sign in again by themselves; disable the user to keep them out.`}
        confirm={`End ${countOf(ending.length, 'session')}`}
        keep={ending.length === 1 ? 'Keep the session' : 'Keep the sessions'}
        onConfirm={async () => {
          const state = await endUserSessions({ sessions: ending.map((session) => session.id) });
          if (state.is === 'done') sayDone(`${countOf(state.value.ended.length, 'session')} ended`);
          return problemOf(state);
        }}
      />
    </Card>
  );
}

/** The other facts of the page (sign-ins, last sign-in) follow when a session has come or gone, at most every two seconds. */
function useFreshPage(sessions: readonly SessionRow[]): void {
  const router = useRouter();
  const ids = sessions.map((session) => session.id).join(' ');
  const seen = useRef(ids);
  useEffect(() => {
    if (seen.current === ids) return;
    const timer = setTimeout(() => {
      seen.current = ids;
      router.refresh();
    }, 2000);
    return () => clearTimeout(timer);
  }, [ids, router]);
}

function SessionItem({ session, onEnd }: { session: SessionRow; onEnd: (() => void) | null }) {
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium text-strong">
          <CopyText text={session.resource} label="resource" plain />
          {session.state === 'live' ? null : <StatusBadge status="changing" word="May resume" tone="notice" />}
          <span className="font-normal">
            {session.show === '' ? (
              <PresenceMark presence="unknown" word="Presence not sent" />
            ) : (
              <PresenceMark presence={presenceOfShow(session.show)} />
            )}
          </span>
          {session.status ? <span className="font-normal text-quiet wrap-anywhere">“{session.status}”</span> : null}
        </p>
        <p className="text-table text-ink wrap-anywhere">
          {session.client || 'Client not told'} from <span className="font-mono">{session.address}</span>,{' '}
          {transportWords[session.transport]}, since <RelativeTime at={session.since} />
        </p>
        <p className="text-table text-quiet wrap-anywhere">
          {session.tlsVersion ? (
            <>
              Encrypted with {session.tlsVersion}
              {session.cipher ? `, ${session.cipher}` : ''}
            </>
          ) : (
            <span className="text-warn">▲ Not encrypted</span>
          )}
          , signed in by {session.mechanism}, priority {session.priority}
        </p>
      </div>
      {onEnd ? (
        <Button size="small" look="quiet-danger" onClick={onEnd}>
          End session<span className="sr-only"> {session.resource}</span>
        </Button>
      ) : null}
    </li>
  );
}
