'use client';
import { usePathname } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../../cn.ts';
import { useFocusBack } from '../../primitives/dialog.tsx';
import { Link } from '../../primitives/link.tsx';
import { Tooltip } from '../../primitives/tooltip.tsx';

export interface RailItem {
  readonly label: string;
  readonly href: string;
  readonly icon: ReactNode;
  /** Second level, shown while the area is open. */
  readonly children?: readonly { readonly label: string; readonly href: string }[];
}

const isHere = (path: string, href: string) => path === href || path.startsWith(`${href}/`);
const inArea = (path: string, item: RailItem) =>
  isHere(path, item.href) || (item.children?.some((child) => isHere(path, child.href)) ?? false);

function Items({ items, collapsed, onFollow }: { items: readonly RailItem[]; collapsed: boolean; onFollow?: () => void }) {
  const path = usePathname();
  return (
    <ul className="flex flex-col gap-0.5">
      {items.map((item) => {
        const open = inArea(path, item);
        const link = (
          <Link
            href={item.href}
            {...(onFollow ? { onClick: onFollow } : {})}
            aria-current={open && !item.children ? 'page' : undefined}
            className={cn(
              'flex h-9 items-center gap-3 rounded-control text-body text-ink hover:bg-sunken hover:text-strong [&_svg]:size-4 [&_svg]:shrink-0',
              collapsed ? 'w-10 justify-center' : 'px-3',
              open && 'font-medium text-strong',
              open && (collapsed || !item.children) && 'bg-sunken',
            )}
          >
            {item.icon}
            <span className={collapsed ? 'sr-only' : undefined}>{item.label}</span>
          </Link>
        );
        return (
          <li key={item.href}>
            {collapsed ? (
              <Tooltip says={item.label} side="right">
                {link}
              </Tooltip>
            ) : (
              link
            )}
            {open && item.children && !collapsed ? (
              <ul className="mt-0.5 mb-1 ml-[19px] flex flex-col gap-0.5 border-l border-soft pl-3">
                {item.children.map((child) => {
                  const here = isHere(path, child.href);
                  return (
                    <li key={child.href}>
                      <Link
                        href={child.href}
                        {...(onFollow ? { onClick: onFollow } : {})}
                        aria-current={here ? 'page' : undefined}
                        className={cn(
                          'flex min-h-8 items-center rounded-control px-3 text-body text-ink hover:bg-sunken hover:text-strong',
                          here && 'bg-sunken font-medium text-strong',
                        )}
                      >
                        {child.label}
                      </Link>
                    </li>
                  );
                })}
              </ul>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

/** The areas: 240 px, 56 px collapsed. From 1024 px on; below it is the drawer. */
export function Rail({
  items,
  head,
  foot,
  collapsed,
}: {
  items: readonly RailItem[];
  head: ReactNode;
  foot?: ReactNode;
  collapsed: boolean;
}) {
  return (
    <nav
      aria-label="Areas"
      className={cn('sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-soft bg-panel lg:flex', collapsed ? 'w-14' : 'w-60')}
    >
      <div className={cn('flex h-12 shrink-0 items-center border-b border-soft', collapsed ? 'justify-center' : 'px-4')}>{head}</div>
      <div className="min-h-0 flex-1 overflow-y-auto p-2">
        <Items items={items} collapsed={collapsed} />
      </div>
      {foot ? <div className="border-t border-soft p-2">{foot}</div> : null}
    </nav>
  );
}

/** The same areas where there is no room beside the page. */
export function RailDrawer({
  items,
  head,
  open,
  onOpenChange,
}: {
  items: readonly RailItem[];
  head: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const focusBack = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
        <Radix.Content
          {...focusBack}
          data-edge
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] animate-slide-in flex-col bg-panel shadow-float"
        >
          <Radix.Title className="flex h-12 shrink-0 items-center border-b border-soft px-4">{head}</Radix.Title>
          <nav aria-label="Areas" className="min-h-0 flex-1 overflow-y-auto p-2">
            <Items items={items} collapsed={false} onFollow={() => onOpenChange(false)} />
          </nav>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
