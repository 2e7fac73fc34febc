'use client';
import { FailedState } from '@/lib/ui/patterns/states.tsx';
import { TooltipProvider } from '@/lib/ui/primitives/tooltip.tsx';

export default function RootError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <TooltipProvider>
      <main className="mx-auto max-w-[720px] px-4 py-16">
        <FailedState title="This page could not be shown" trace={error.digest} onRetry={reset}>
          The server could not put it together. Messaging is not touched by this. If it happens again, look for the trace in the log.
        </FailedState>
      </main>
    </TooltipProvider>
  );
}
