import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { type Tone, toneTint } from '../tone.ts';

/** A word that classifies. For states use StatusBadge, which adds the shape. */
export function Badge({ tone = 'idle', className, children }: { tone?: Tone; className?: string; children: ReactNode }) {
  return (
    <span
      className={cn('inline-flex items-center rounded-full px-2 py-0.5 text-meta font-medium whitespace-nowrap', toneTint[tone], className)}
    >
      {children}
    </span>
  );
}

/** How many; quiet when none. */
export const CountBadge = ({ count, tone = 'idle', says }: { count: number; tone?: Tone; says: string }) => (
  <Badge tone={count > 0 ? tone : 'idle'} className="tabular-nums">
    <span aria-hidden="true">{count.toLocaleString('en-GB')}</span>
    <span className="sr-only">{says}</span>
  </Badge>
);
