'use client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { countOf, formatTotal } from '../../format.ts';
import { Button } from '../../primitives/button.tsx';

/** Keyset paging has a next; back goes through the cursors this tab has passed, or to the first page. */
export function Pager({
  shown,
  nouns,
  total,
  totalIsFloor,
  hasBack,
  hasNext,
  onBack,
  onNext,
  busy,
}: {
  shown: number;
  nouns: readonly [string, string];
  total: number | undefined;
  totalIsFloor: boolean;
  hasBack: boolean;
  hasNext: boolean;
  onBack: () => void;
  onNext: () => void;
  busy: boolean;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-soft px-4 py-2 text-table text-quiet">
      <span role="status" className="tabular-nums">
        {total === undefined || (!hasBack && !hasNext)
          ? countOf(shown, ...nouns)
          : `${countOf(shown, ...nouns)} here, ${formatTotal(total, totalIsFloor)} in all`}
      </span>
      {hasBack || hasNext ? (
        <nav aria-label="Pages" className="ml-auto flex gap-2">
          <Button size="small" disabled={!hasBack || busy} onClick={onBack}>
            <ChevronLeft aria-hidden="true" />
            Back
          </Button>
          <Button size="small" disabled={!hasNext || busy} onClick={onNext}>
            Next
            <ChevronRight aria-hidden="true" />
          </Button>
        </nav>
      ) : null}
    </div>
  );
}

const trailKey = (table: string, scope: string) => `rollcall.trail.${table}.${scope}`;
/** Cursors passed on the way here, kept for the tab. */
export function pushTrail(table: string, scope: string, cursor: string | null): void {
  try {
    const trail = readTrail(table, scope);
    sessionStorage.setItem(trailKey(table, scope), JSON.stringify([...trail, cursor ?? ''].slice(-200)));
  } catch {
    // No storage: back leads to the first page.
  }
}
export function popTrail(table: string, scope: string): string | null {
  const trail = readTrail(table, scope);
  const last = trail.pop();
  try {
    sessionStorage.setItem(trailKey(table, scope), JSON.stringify(trail));
  } catch {
    // No storage: back leads to the first page.
  }
  return last === undefined || last === '' ? null : last;
}
function readTrail(table: string, scope: string): string[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(trailKey(table, scope)) ?? '[]');
    return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
