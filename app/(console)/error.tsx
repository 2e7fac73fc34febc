'use client';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { databaseAwayDigest } from '../_shared/database-away.ts';

/** One area fails alone: rail and top bar stay. */
export default function AreaError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  if (error.digest === databaseAwayDigest)
    return (
      <FailedState title="The database is not available just now" onRetry={reset}>
        Nothing was changed. People who are signed in stay connected; the node tries the database again by itself. Try this page again in a
        moment.
      </FailedState>
    );
  return (
    <FailedState title="This page could not be shown" trace={error.digest} onRetry={reset}>
      The other areas still work, and messaging is not touched by this. If it happens again, look for the trace in the log.
    </FailedState>
  );
}
