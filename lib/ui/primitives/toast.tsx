'use client';
import { Toaster as Sonner, toast } from 'sonner';

/** One per app, in the shell. Its region is polite and batched; only alarms are assertive, and they are banners. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      duration={6000}
      closeButton
      style={{ fontFamily: 'inherit' }}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast: 'flex w-full items-center gap-3 rounded-panel border border-soft bg-panel px-4 py-3 text-body text-strong shadow-float',
          description: 'text-table text-quiet',
          actionButton: 'ml-auto h-7 shrink-0 rounded-control border border-firm px-2 text-table font-medium text-accent hover:bg-sunken',
          closeButton: 'order-last flex size-6 shrink-0 items-center justify-center rounded-control text-quiet hover:bg-sunken',
          content: 'min-w-0 flex-1',
        },
      }}
    />
  );
}

/** "Saved · version 12", with a way back where there is one. */
export function sayDone(message: string, more?: { detail?: string; undo?: () => void }): void {
  toast(message, {
    ...(more?.detail ? { description: more.detail } : {}),
    ...(more?.undo ? { action: { label: 'Undo', onClick: more.undo }, duration: 12_000 } : {}),
  });
}
/** What was refused and what to do. Stays longer; a form shows its own message instead. */
export function sayRefused(message: string, trace?: string): void {
  toast.error(message, { duration: 15_000, ...(trace ? { description: `Trace ${trace}` } : {}) });
}
