import { ChevronRight } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Link } from '../primitives/link.tsx';

export interface Crumb {
  readonly label: string;
  readonly href: string;
}

/** Breadcrumb, title with badge, one line of purpose, primary action at the end. The first thing on every page. */
export function PageHeader({
  crumbs,
  title,
  badge,
  purpose,
  actions,
  tabs,
}: {
  crumbs?: readonly Crumb[];
  title: ReactNode;
  badge?: ReactNode;
  purpose?: ReactNode;
  actions?: ReactNode;
  tabs?: ReactNode;
}) {
  return (
    <header className="mb-4 flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          {crumbs && crumbs.length > 0 ? (
            <nav aria-label="Breadcrumb" className="mb-0.5">
              <ol className="flex flex-wrap items-center gap-1 text-meta text-quiet">
                {crumbs.map((crumb) => (
                  <Fragment key={crumb.href}>
                    <li>
                      <Link href={crumb.href} className="inline-flex min-h-6 items-center rounded-[2px] hover:text-strong hover:underline">
                        {crumb.label}
                      </Link>
                    </li>
                    <li aria-hidden="true">
                      <ChevronRight className="size-3" />
                    </li>
                  </Fragment>
                ))}
              </ol>
            </nav>
          ) : null}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-title wrap-anywhere">{title}</h1>
            {badge}
          </div>
          {purpose ? <p className="max-w-[720px] text-body text-quiet">{purpose}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
      {tabs}
    </header>
  );
}

/** Content of reading width, for forms and text. Tables take the whole width. */
export const Reading = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cn('flex max-w-[720px] flex-col gap-4', className)}>{children}</div>
);
/** Parts of a page under one another. */
export const Stack = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cn('flex min-w-0 flex-col gap-4', className)}>{children}</div>
);
/** Cards beside one another where there is room. */
export const Columns = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div className={cn('grid grid-cols-1 items-start gap-4 lg:grid-cols-2', className)}>{children}</div>
);
