'use client';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { cn } from '../cn.ts';

/**
 * Dialogs here are opened by state and not by a trigger of their own, so they remember themselves what had the focus. An item of a
 * menu is gone by the time the dialog closes: then it is the button of that menu. On opening, what is marked `data-first-focus` has
 * the focus, else the first field, else the first button.
 */
export function useFocusBack(): { onOpenAutoFocus: (event: Event) => void; onCloseAutoFocus: (event: Event) => void } {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus(event) {
      const active = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      const button = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
      opener.current = button ? document.getElementById(button) : active;
      const content = event.target instanceof HTMLElement ? event.target : null;
      const first =
        content?.querySelector<HTMLElement>('[data-first-focus]') ??
        content?.querySelector<HTMLElement>('input:enabled, select:enabled, textarea:enabled');
      if (!first) return;
      event.preventDefault();
      first.focus();
    },
    onCloseAutoFocus(event) {
      event.preventDefault();
      if (opener.current?.isConnected) opener.current.focus();
    },
  };
}

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One or two sentences below the title. */
  purpose?: ReactNode;
  /** Buttons, safe one first. */
  actions?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}
/** Traps and returns the focus; Escape and the cross close it. */
export function Dialog({ open, onOpenChange, title, purpose, actions, wide, children }: DialogProps) {
  const focusBack = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          {...focusBack}
          data-edge
          {...(purpose ? {} : { 'aria-describedby': undefined })}
          className={cn(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 animate-appear flex-col rounded-panel bg-panel shadow-float',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <div className="flex items-start gap-3 px-6 pt-5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-card wrap-anywhere">{title}</Radix.Title>
              {purpose ? (
                <Radix.Description asChild>
                  <div className="mt-1 text-body text-ink">{purpose}</div>
                </Radix.Description>
              ) : null}
            </div>
            <Radix.Close
              aria-label="Close"
              className="-mt-1 -mr-2 flex size-8 shrink-0 items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-strong"
            >
              <X className="size-4" aria-hidden="true" />
            </Radix.Close>
          </div>
          {children ? <div className="min-h-0 overflow-y-auto px-6 py-4">{children}</div> : <div className="h-4" />}
          {actions ? <div className="flex flex-wrap justify-end gap-2 border-t border-soft px-6 py-4">{actions}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
