'use client';
import { FailedState } from '@/lib/ui/patterns/states.tsx';

/** One area fails alone: rail and top bar stay. */
export default function AreaError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <FailedState title="This page could not be shown" trace={error.digest} onRetry={reset}>
      The other areas still work, and messaging is not touched by this. If it happens again, look for the trace in the log.
    </FailedState>
  );
}
