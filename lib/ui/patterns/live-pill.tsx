'use client';
import { formatClock } from '../format.ts';
import { StatusBadge } from '../primitives/status.tsx';
import { Tooltip } from '../primitives/tooltip.tsx';

/** Whether values arrive by themselves. */
export function LivePill({ state, since }: { state: 'live' | 'connecting' | 'stale'; since: number }) {
  const says =
    state === 'live'
      ? 'Values on this page change by themselves.'
      : state === 'connecting'
        ? 'Connecting to the server for live values.'
        : `No connection since ${since > 0 ? formatClock(since, true) : 'this page opened'}. Trying again by itself.`;
  return (
    <Tooltip says={says} side="bottom">
      <button
        type="button"
        aria-label={`${state === 'live' ? 'Live' : state === 'connecting' ? 'Connecting' : 'Paused'}. ${says}`}
        className="cursor-default rounded-full"
      >
        <StatusBadge
          status={state === 'live' ? 'running' : state === 'connecting' ? 'changing' : 'degraded'}
          word={state === 'live' ? 'Live' : state === 'connecting' ? 'Connecting' : 'Paused'}
          {...(state === 'stale' ? { tone: 'notice' } : {})}
        />
      </button>
    </Tooltip>
  );
}
