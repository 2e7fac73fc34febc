'use client';
import { useSyncExternalStore } from 'react';
import { formatExact, formatRelative, formatUtc } from '../format.ts';
import { Tooltip } from './tooltip.tsx';

/** One clock for all the times on a page: it ticks while at least one is shown. */
const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
/** Milliseconds since 1970, renewed every 10 s; 0 on the server, which does not know the reader's time zone. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => {
      if (now === 0 || timer === undefined) now = Math.floor(Date.now() / 1000) * 1000;
      return now;
    },
    () => 0,
  );
}

/** "4 min ago"; exact local and UTC time on hover and focus. `at` in milliseconds since 1970; null says `never`. */
export function RelativeTime({ at, never = 'Never', className }: { at: number | null; never?: string; className?: string }) {
  const seen = useNow();
  if (at === null || at === 0) return <span className="text-quiet">{never}</span>;
  const said = seen === 0 ? formatUtc(at).slice(0, 16) : formatRelative(at, Math.max(seen, 0));
  return (
    <Tooltip
      says={
        <>
          {formatExact(at)}
          <br />
          {formatUtc(at)}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable by keyboard */}
      <time dateTime={new Date(at).toISOString()} tabIndex={0} className={className ?? 'whitespace-nowrap rounded-[2px]'}>
        {said}
      </time>
    </Tooltip>
  );
}
