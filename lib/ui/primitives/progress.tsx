import { cn } from '../cn.ts';
import type { Tone } from '../tone.ts';

const fill: Readonly<Record<Tone, string>> = {
  ok: 'bg-ok',
  info: 'bg-info',
  notice: 'bg-notice',
  warn: 'bg-warn',
  fault: 'bg-fault',
  idle: 'bg-idle',
};

/** How far a thing is, or how full. `label` is read; write the numbers beside it. */
export function Progress({
  label,
  value,
  max,
  tone = 'info',
  className,
}: {
  label: string;
  value: number;
  max: number;
  tone?: Tone;
  className?: string;
}) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      className={cn('h-2 w-full overflow-hidden rounded-full border border-soft bg-sunken', className)}
    >
      <div
        data-edge
        className={cn('h-full rounded-full transition-[width] duration-160', fill[tone])}
        style={{ width: `${share * 100}%` }}
      />
    </div>
  );
}
