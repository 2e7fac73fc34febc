'use client';
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { type Tone, toneTint } from '../tone.ts';

const icons: Readonly<Record<Tone, typeof Info>> = {
  ok: CircleCheck,
  info: Info,
  notice: TriangleAlert,
  warn: TriangleAlert,
  fault: CircleAlert,
  idle: Info,
};

/** A sentence that stays until it is settled, with what to do about it. */
export function Banner({
  tone = 'info',
  title,
  children,
  action,
  onDismiss,
  className,
}: {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  onDismiss?: () => void;
  className?: string;
}) {
  const Icon = icons[tone];
  return (
    <div
      role={tone === 'fault' ? 'alert' : 'status'}
      data-edge
      className={cn('flex flex-wrap items-start gap-x-3 gap-y-2 rounded-panel px-4 py-3', toneTint[tone], className)}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-48 text-body text-strong wrap-anywhere">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children}
      </div>
      {action}
      {onDismiss ? (
        <button type="button" aria-label="Dismiss" onClick={onDismiss} className="flex size-6 items-center justify-center rounded-control">
          <X className="size-4" aria-hidden="true" />
        </button>
      ) : null}
    </div>
  );
}
