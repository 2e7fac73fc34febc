'use client';
import { useEffect } from 'react';
import { countOf } from '../format.ts';
import { useShortcut } from '../hooks/keyboard.tsx';
import { Button } from '../primitives/button.tsx';

/** Sticks to the bottom while there are changes: "3 changes · Review · Discard · Save". Ctrl/⌘ S reviews. */
export function SaveBar({
  changes,
  busy,
  onReview,
  onDiscard,
  onSave,
  saveLabel = 'Save',
}: {
  changes: number;
  busy: boolean;
  /** Absent for forms without a review. */
  onReview?: () => void;
  onDiscard: () => void;
  onSave: () => void;
  saveLabel?: string;
}) {
  useLeaveQuestion(changes > 0);
  useShortcut('mod+s', 'Review and save', () => (onReview ?? onSave)(), { enabled: changes > 0 });
  if (changes === 0) return null;
  return (
    <section
      aria-label="Unsaved changes"
      data-edge
      className="sticky bottom-0 z-20 -mx-4 mt-4 flex flex-wrap items-center gap-2 border-t border-soft bg-panel px-4 py-3 shadow-float sm:mx-0 sm:rounded-panel sm:bottom-3"
    >
      <span role="status" className="text-body font-medium text-strong">
        {countOf(changes, 'change')}
      </span>
      <span className="ml-auto flex flex-wrap gap-2">
        {onReview ? (
          <Button look="quiet" onClick={onReview}>
            Review
          </Button>
        ) : null}
        <Button onClick={onDiscard} disabled={busy}>
          Discard
        </Button>
        <Button look="primary" onClick={onSave} busy={busy} busyLabel="Saving…">
          {saveLabel}
        </Button>
      </span>
    </section>
  );
}

/** Leaving with unsaved changes asks once: on closing the tab, and on following a link inside the console. */
export function useLeaveQuestion(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (
        !link ||
        event.defaultPrevented ||
        event.ctrlKey ||
        event.metaKey ||
        link.getAttribute('href')?.startsWith('#') ||
        link.getAttribute('target') === '_blank'
      )
        return;
      if (!window.confirm('There are unsaved changes. Leave the page and discard them?')) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('click', onClick, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [dirty]);
}
