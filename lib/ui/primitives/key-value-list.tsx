import { Fragment, type ReactNode } from 'react';
import { cn } from '../cn.ts';

/** Facts about one thing. Null and '' say "None" quietly. */
export function KeyValueList({
  items,
  className,
}: {
  items: readonly { label: string; value: ReactNode; help?: string }[];
  className?: string;
}) {
  return (
    <dl className={cn('grid grid-cols-1 gap-x-6 gap-y-1 text-body sm:grid-cols-[minmax(9rem,auto)_1fr] sm:gap-y-2', className)}>
      {items.map((item) => (
        <Fragment key={item.label}>
          <dt className="text-quiet max-sm:mt-2">{item.label}</dt>
          <dd className="min-w-0 text-strong wrap-anywhere">
            {item.value === null || item.value === undefined || item.value === '' ? <span className="text-quiet">None</span> : item.value}
            {item.help ? <p className="text-table text-quiet">{item.help}</p> : null}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
