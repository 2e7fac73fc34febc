'use client';
import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, useState } from 'react';
import { cn } from '../cn.ts';
import { useFieldWires } from './field.tsx';

export const controlLook =
  'w-full min-w-0 rounded-control border border-firm bg-panel px-3 text-body text-strong disabled:bg-sunken disabled:text-quiet [&[readonly]]:bg-sunken aria-invalid:border-fault';

export interface InputProps extends ComponentProps<'input'> {
  /** Shown inside the field, at its end, and read after the label. */
  unit?: string;
  mono?: boolean;
}
/** One line of text or a number. Inside a Field it takes its id and description from there. */
export function Input({ unit, mono, className, id, ...rest }: InputProps) {
  const wires = useFieldWires({ id });
  const field = (
    <input
      {...wires}
      {...rest}
      className={cn(controlLook, 'h-9', mono && 'font-mono text-table', unit && 'pr-20', unit ? undefined : className)}
    />
  );
  if (!unit) return field;
  return (
    <span className={cn('relative block', className)}>
      {field}
      <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-table text-quiet">{unit}</span>
    </span>
  );
}

export function Textarea({ className, id, mono, rows = 4, ...rest }: ComponentProps<'textarea'> & { mono?: boolean }) {
  const wires = useFieldWires({ id });
  return <textarea {...wires} rows={rows} {...rest} className={cn(controlLook, 'py-2', mono && 'font-mono text-table', className)} />;
}

/** A password with a way to look at what was typed. */
export function PasswordInput({ className, id, ...rest }: Omit<ComponentProps<'input'>, 'type'>) {
  const wires = useFieldWires({ id });
  const [shown, setShown] = useState(false);
  return (
    <span className={cn('relative block', className)}>
      <input {...wires} {...rest} type={shown ? 'text' : 'password'} className={cn(controlLook, 'h-9 pr-10')} />
      <button
        type="button"
        aria-pressed={shown}
        aria-label={shown ? 'Hide what was typed' : 'Show what was typed'}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-1 right-1 flex w-7 items-center justify-center rounded-control text-quiet hover:text-strong"
      >
        {shown ? <EyeOff className="size-4" aria-hidden="true" /> : <Eye className="size-4" aria-hidden="true" />}
      </button>
    </span>
  );
}
