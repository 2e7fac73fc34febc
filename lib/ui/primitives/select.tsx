'use client';
import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';
import { useFieldWires } from './field.tsx';
import { controlLook } from './input.tsx';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}
/** One of a few. The browser's own list: it works with every keyboard, screen reader, zoom and forced colour scheme. */
export function Select({
  options,
  className,
  id,
  ...rest
}: Omit<ComponentProps<'select'>, 'children'> & { options: readonly SelectOption[] }) {
  const wires = useFieldWires({ id });
  return (
    <span className={cn('relative block', className)}>
      <select {...wires} {...rest} className={cn(controlLook, 'h-9 appearance-none pr-9')}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute top-2.5 right-3 size-4 text-quiet" />
    </span>
  );
}
