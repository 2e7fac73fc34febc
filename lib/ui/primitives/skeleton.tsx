import { cn } from '../cn.ts';

/** The shape of what comes. Appears after 150 ms, so that a quick answer shows none. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span aria-hidden="true" className={cn('block h-4 animate-late rounded-control bg-sunken', className)} />
);

/** Says "Loading" once for all the skeletons inside. */
export function Loading({ label = 'Loading', children }: { label?: string; children: React.ReactNode }) {
  return (
    <div aria-busy="true">
      <span role="status" className="sr-only">
        {label}
      </span>
      {children}
    </div>
  );
}

export const TableSkeleton = ({ columns = 5, rows = 8 }: { columns?: number; rows?: number }) => (
  <Loading>
    <div data-edge className="overflow-hidden rounded-panel border border-soft bg-panel">
      {Array.from({ length: rows + 1 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: shapes without identity
        <div key={row} className="row-height flex items-center gap-4 border-b border-soft px-4 last:border-0">
          {Array.from({ length: columns }, (_, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: shapes without identity
            <Skeleton key={column} className={cn('flex-1', row === 0 && 'h-3', column > 1 && 'max-sm:hidden')} />
          ))}
        </div>
      ))}
    </div>
  </Loading>
);
/** Heading, tools and table, for a `loading.tsx`. */
export const TablePageSkeleton = ({ columns = 5 }: { columns?: number }) => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-7 w-56" />
    <Skeleton className="h-9 w-full max-w-md" />
    <TableSkeleton columns={columns} />
  </div>
);
