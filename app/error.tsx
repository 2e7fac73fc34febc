'use client';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { TooltipProvider } from '@/lib/ui/primitives/tooltip.tsx';
import { databaseAwayDigest } from './_shared/database-away.ts';

export default function RootError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <TooltipProvider>
      <main className="mx-auto max-w-[720px] px-4 py-16">
        {error.digest === databaseAwayDigest ? (
          <FailedState title="The database is not available just now" onRetry={reset}>
            Nothing was changed. People who are signed in stay connected; the node tries the database again by itself. Try again in a
            moment.
          </FailedState>
        ) : (
          <FailedState title="This page could not be shown" trace={error.digest} onRetry={reset}>
            The server could not put it together. Messaging is not touched by this. If it happens again, look for the trace in the log.
          </FailedState>
        )}
      </main>
    </TooltipProvider>
  );
}
