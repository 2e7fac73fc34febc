import type { ReactNode } from 'react';

/** 48 px, stays on top. What does not fit at 320 px goes into the person menu. */
export const TopBar = ({ start, middle, end }: { start: ReactNode; middle: ReactNode; end: ReactNode }) => (
  <header data-edge className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-soft bg-panel px-2 sm:px-4">
    <div className="flex min-w-0 flex-1 items-center gap-2">{start}</div>
    <div className="flex min-w-0 items-center justify-center">{middle}</div>
    <div className="flex flex-1 items-center justify-end gap-1 sm:gap-2">{end}</div>
  </header>
);

/** First thing the Tab key reaches. */
export const SkipLink = ({ href = '#content' }: { href?: string }) => (
  <a
    href={href}
    className="sr-only z-60 rounded-control bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
  >
    Skip to the content
  </a>
);
