import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { CopyText } from './copy-text.tsx';

/** A word of code within a sentence. */
export const Code = ({ children }: { children: ReactNode }) => (
  <code className="rounded-[4px] bg-sunken px-1 py-0.5 font-mono text-[0.93em] wrap-anywhere">{children}</code>
);

/** Lines of code; scrolls by itself and by keyboard. */
export function CodeBlock({ label, text, className }: { label: string; text: string; className?: string }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className={cn('max-h-96 overflow-auto rounded-control border border-soft bg-sunken p-3', className)}
    >
      <pre className="font-mono text-table text-strong">{text}</pre>
    </section>
  );
}
/** A command to take to a terminal. */
export const Command = ({ text }: { text: string }) => (
  <div className="rounded-control border border-soft bg-sunken px-3 py-2">
    <CopyText text={text} label="command" className="flex justify-between" />
  </div>
);

export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-[4px] border border-firm bg-panel px-1 font-sans text-meta text-ink">
    {children}
  </kbd>
);
