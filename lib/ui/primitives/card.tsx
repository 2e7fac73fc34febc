import { type ReactNode, useId } from 'react';
import { cn } from '../cn.ts';

/** A panel with an optional title, a line of purpose and an action at its end. */
export function Card({
  title,
  purpose,
  action,
  children,
  className,
  flush,
  level = 2,
}: {
  title?: ReactNode;
  purpose?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
  className?: string;
  /** No inner margin, for tables. */
  flush?: boolean;
  level?: 2 | 3;
}) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section {...(title ? { 'aria-labelledby': id } : {})} className={cn('min-w-0 rounded-panel border border-soft bg-panel', className)}>
      {title || action ? (
        <div className="flex flex-wrap items-start gap-3 px-4 pt-3">
          <div className="min-w-0 flex-1">
            <Heading id={id} className="text-card">
              {title}
            </Heading>
            {purpose ? <p className="text-table text-quiet">{purpose}</p> : null}
          </div>
          {action}
        </div>
      ) : null}
      <div className={flush ? 'pt-3' : 'p-4 pt-3'}>{children}</div>
    </section>
  );
}
