import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { formatNumber } from '../format.ts';
import { Link } from '../primitives/link.tsx';
import { Progress } from '../primitives/progress.tsx';
import { type Tone, toneText } from '../tone.ts';

/** One number with its words; with `limit` how full it is, and the tone by how near. */
export function Stat({
  label,
  value,
  unit,
  limit,
  note,
  href,
  tone,
}: {
  label: string;
  value: number | string | null;
  unit?: string;
  limit?: number;
  note?: ReactNode;
  href?: string;
  tone?: Tone;
}) {
  const near = limit !== undefined && typeof value === 'number' && limit > 0 ? value / limit : 0;
  const said: Tone | undefined = tone ?? (near >= 0.95 ? 'fault' : near >= 0.8 ? 'warn' : undefined);
  return (
    <div className={cn('relative flex min-w-0 flex-col rounded-panel border border-soft bg-panel px-4 py-3', href && 'hover:border-firm')}>
      <dt className="text-table text-quiet">{label}</dt>
      <dd>
        <span className={cn('text-stat font-semibold tabular-nums', said ? toneText[said] : 'text-strong')}>
          {value === null ? '–' : typeof value === 'number' ? formatNumber(value) : value}
        </span>
        {unit ? <span className="ml-1 text-body text-quiet">{unit}</span> : null}
        {limit === undefined ? null : <span className="ml-1 text-body text-quiet tabular-nums">of {formatNumber(limit)}</span>}
        {limit !== undefined && typeof value === 'number' ? (
          <Progress label={`${label}, of the limit`} value={value} max={limit} tone={said ?? 'info'} className="mt-1" />
        ) : null}
        {note ? <div className="mt-0.5 text-table text-quiet">{note}</div> : null}
        {href ? (
          <Link href={href} className="absolute inset-0 rounded-panel">
            <span className="sr-only">Open {label.toLowerCase()}</span>
          </Link>
        ) : null}
      </dd>
    </div>
  );
}
export const Stats = ({ children, label }: { children: ReactNode; label: string }) => (
  <dl
    aria-label={label}
    className="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2 md:grid-cols-3 xl:grid-cols-[repeat(auto-fit,minmax(10.5rem,1fr))]"
  >
    {children}
  </dl>
);
