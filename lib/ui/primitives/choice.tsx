'use client';
import { Check, Minus } from 'lucide-react';
import { Checkbox as RadixCheckbox, RadioGroup as RadixRadio, Switch as RadixSwitch } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import { cn } from '../cn.ts';
import { useFieldWires } from './field.tsx';

interface BoxProps {
  checked?: boolean | 'indeterminate';
  defaultChecked?: boolean;
  onCheckedChange?: (checked: boolean) => void;
  name?: string;
  value?: string;
  id?: string;
  disabled?: boolean;
  required?: boolean;
}

/** A box alone, for table rows: give it a `label` that is read but not shown. */
export function CheckMark({
  label,
  onCheckedChange,
  className,
  onClick,
  ...rest
}: BoxProps & { label: string; className?: string; onClick?: (event: React.MouseEvent) => void }) {
  return (
    <RadixCheckbox.Root
      {...rest}
      {...(onClick ? { onClick } : {})}
      onCheckedChange={(now) => onCheckedChange?.(now === true)}
      aria-label={label}
      className={cn(
        'relative flex size-[18px] shrink-0 items-center justify-center rounded-[4px] border border-firm bg-panel before:absolute before:-inset-1 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent disabled:opacity-55',
        className,
      )}
    >
      <RadixCheckbox.Indicator className="text-on-accent">
        {rest.checked === 'indeterminate' ? (
          <Minus className="size-3.5" aria-hidden="true" />
        ) : (
          <Check className="size-3.5" aria-hidden="true" />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
}

/** A box with its words beside it; takes effect on save. */
export function Checkbox({ label, help, onCheckedChange, id, ...rest }: BoxProps & { label: ReactNode; help?: ReactNode }) {
  const made = useId();
  const boxId = id ?? made;
  return (
    <div className="flex items-start gap-2">
      <RadixCheckbox.Root
        {...rest}
        id={boxId}
        onCheckedChange={(now) => onCheckedChange?.(now === true)}
        {...(help ? { 'aria-describedby': `${boxId}-help` } : {})}
        className="relative mt-px flex size-[18px] shrink-0 items-center justify-center rounded-[4px] border border-firm bg-panel before:absolute before:-inset-1 data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-55"
      >
        <RadixCheckbox.Indicator className="text-on-accent">
          <Check className="size-3.5" aria-hidden="true" />
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
      <div>
        <label htmlFor={boxId} className="text-body text-strong">
          {label}
        </label>
        {help ? (
          <p id={`${boxId}-help`} className="text-table text-quiet">
            {help}
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** On or off, with the word beside it. Inside a Field it is tied to the label. */
export function Switch({
  checked,
  onCheckedChange,
  disabled,
  name,
  label,
  words = ['On', 'Off'],
  id,
}: {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
  /** Needed outside a Field. */
  label?: string;
  words?: readonly [on: string, off: string];
  id?: string;
}) {
  const wires = useFieldWires({ id });
  return (
    <span className="inline-flex h-9 items-center gap-2">
      <RadixSwitch.Root
        {...wires}
        {...(label ? { 'aria-label': label } : {})}
        {...(name ? { name } : {})}
        disabled={disabled ?? false}
        checked={checked}
        onCheckedChange={onCheckedChange}
        className="h-6 w-11 shrink-0 rounded-full border border-firm bg-sunken p-0.5 transition-colors duration-120 data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:opacity-55"
      >
        <RadixSwitch.Thumb
          data-edge
          className="block size-[18px] rounded-full bg-firm transition-transform duration-120 data-[state=checked]:translate-x-5 data-[state=checked]:bg-on-accent"
        />
      </RadixSwitch.Root>
      <span aria-hidden="true" className="text-body text-ink">
        {checked ? words[0] : words[1]}
      </span>
    </span>
  );
}

export interface RadioOption {
  readonly value: string;
  readonly label: string;
  readonly help?: string;
  readonly disabled?: boolean;
}
/** One of a few, all in sight. Put it in a `Field group`. */
export function RadioGroup({
  options,
  value,
  defaultValue,
  onValueChange,
  name,
  disabled,
  label,
}: {
  options: readonly RadioOption[];
  value?: string;
  defaultValue?: string;
  onValueChange?: (value: string) => void;
  name?: string;
  disabled?: boolean;
  label?: string;
}) {
  const base = useId();
  return (
    <RadixRadio.Root
      {...(value === undefined ? {} : { value })}
      {...(defaultValue === undefined ? {} : { defaultValue })}
      {...(onValueChange ? { onValueChange } : {})}
      {...(name ? { name } : {})}
      disabled={disabled ?? false}
      {...(label ? { 'aria-label': label } : {})}
      className="flex flex-col gap-2"
    >
      {options.map((option) => (
        <div key={option.value} className="flex items-start gap-2">
          <RadixRadio.Item
            id={`${base}-${option.value}`}
            value={option.value}
            disabled={option.disabled ?? false}
            {...(option.help ? { 'aria-describedby': `${base}-${option.value}-help` } : {})}
            className="relative mt-px flex size-[18px] shrink-0 items-center justify-center rounded-full border border-firm bg-panel before:absolute before:-inset-1 data-[state=checked]:border-accent disabled:opacity-55"
          >
            <RadixRadio.Indicator data-edge className="block size-2.5 rounded-full bg-accent" />
          </RadixRadio.Item>
          <div>
            <label htmlFor={`${base}-${option.value}`} className="text-body text-strong">
              {option.label}
            </label>
            {option.help ? (
              <p id={`${base}-${option.value}-help`} className="text-table text-quiet">
                {option.help}
              </p>
            ) : null}
          </div>
        </div>
      ))}
    </RadixRadio.Root>
  );
}
