'use client';
import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Link } from './link.tsx';
import { Tooltip } from './tooltip.tsx';

export const buttonLook = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-control border text-body font-medium whitespace-nowrap transition-colors duration-120 disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'border-transparent bg-accent text-on-accent hover:enabled:bg-accent-strong [a&]:hover:bg-accent-strong',
        secondary: 'border-firm bg-panel text-strong hover:enabled:bg-sunken [a&]:hover:bg-sunken',
        quiet: 'border-transparent bg-transparent text-ink hover:enabled:bg-sunken [a&]:hover:bg-sunken',
        danger: 'border-transparent bg-fault text-on-fault hover:enabled:bg-fault-strong',
        'quiet-danger': 'border-firm bg-panel text-fault hover:enabled:bg-fault-tint',
      },
      size: {
        medium: 'h-9 px-3',
        small: 'h-7 px-2 text-table',
        icon: 'size-9 p-0',
        'small-icon': 'size-7 p-0',
      },
    },
    defaultVariants: { look: 'secondary', size: 'medium' },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof buttonLook> {
  /** Draws the one child (for example a Link) as the button. */
  asChild?: boolean;
  /** Work is under way: shows `busyLabel`, keeps the width, refuses clicks and stays focusable. */
  busy?: boolean;
  busyLabel?: string;
}

/** Says verb and object ("Delete 3 rooms"). One `primary` per view. */
export function Button({ asChild, look, size, busy, busyLabel, className, children, type = 'button', onClick, ...rest }: ButtonProps) {
  const Part = asChild ? Slot.Root : 'button';
  return (
    <Part
      {...rest}
      {...(asChild ? {} : { type })}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
      className={cn(buttonLook({ look, size }), className)}
    >
      {busy && busyLabel ? busyLabel : children}
    </Part>
  );
}

export interface ButtonLinkProps extends ComponentProps<typeof Link>, VariantProps<typeof buttonLook> {}
/** A link to another page that looks like a button. */
export function ButtonLink({ look, size, className, ...rest }: ButtonLinkProps) {
  return <Link {...rest} className={cn(buttonLook({ look, size }), className)} />;
}

/** Only an icon: `label` is its accessible name and its tooltip. */
export function IconButton({
  label,
  children,
  look = 'quiet',
  size = 'icon',
  ...rest
}: Omit<ButtonProps, 'aria-label' | 'busyLabel'> & { label: string; children: ReactNode }) {
  return (
    <Tooltip says={label}>
      <Button {...rest} look={look} size={size} aria-label={label}>
        {children}
      </Button>
    </Tooltip>
  );
}
