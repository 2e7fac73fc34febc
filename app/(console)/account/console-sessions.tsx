'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { endConsoleSessions } from './actions.ts';

type ConsoleSessionView = Value<AdminApi['consoleSessions']['list']>['items'][number];

export function ConsoleSessions({ sessions }: { sessions: readonly ConsoleSessionView[] }) {
  const router = useRouter();
  const [ending, setEnding] = useState<readonly ConsoleSessionView[]>([]);
  const [asking, setAsking] = useState(false);
  const ask = (each: readonly ConsoleSessionView[]) => {
    setEnding(each);
    setAsking(true);
  };
  const others = sessions.filter((session) => !session.current);
  return (
    <>
      <ul className="divide-y divide-soft">
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3 first:pt-0">
            <div className="min-w-0 flex-1 basis-60">
              <p className="flex flex-wrap items-center gap-2 font-medium text-strong">
                {browserOf(session.agent)}
                {session.current ? <Badge tone="ok">This session</Badge> : null}
              </p>
              <p className="text-table text-quiet wrap-anywhere">
                From <span className="font-mono">{session.address}</span>, signed in <RelativeTime at={session.createdAt} />, last used{' '}
                <RelativeTime at={session.lastSeenAt} />
              </p>
            </div>
            {session.current ? null : (
              <Button size="small" look="quiet-danger" onClick={() => ask([session])}>
                End session
                <span className="sr-only">
                  {' '}
                  of {browserOf(session.agent)} from {session.address}
                </span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 ? (
        <Button look="quiet-danger" className="mt-2" onClick={() => ask(others)}>
          End {countOf(others.length, 'other session')}
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`End ${countOf(ending.length, 'console session')}?`}
        effect="That browser must sign in again. What is typed there and not saved is lost."
        confirm={`End ${countOf(ending.length, 'session')}`}
        keep={ending.length === 1 ? 'Keep the session' : 'Keep the sessions'}
        onConfirm={async () => {
          const state = await endConsoleSessions({ ids: ending.map((session) => session.id) });
          if (state.is === 'done') {
            sayDone(`${countOf(state.value.ended, 'session')} ended`);
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}

/** "Firefox on Linux" from a User-Agent header; only to tell one's own browsers apart. */
export function browserOf(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrom(e|ium)\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Another browser';
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Android/.test(agent)
      ? 'Android'
      : /iPhone|iPad/.test(agent)
        ? 'iOS'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return system ? `${browser} on ${system}` : browser;
}
