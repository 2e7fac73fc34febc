'use client';
import { usePathname } from 'next/navigation';
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Link } from './link.tsx';

const tabLook =
  '-mb-px inline-flex h-10 shrink-0 items-center gap-2 border-b-2 border-transparent px-1 text-body text-quiet hover:text-strong';
const barLook = 'flex gap-5 overflow-x-auto border-b border-soft px-0.5 pt-0.5';

/** Views of one object inside one page. */
export function Tabs({
  label,
  tabs,
  value,
  onValueChange,
  defaultValue,
}: {
  label: string;
  tabs: readonly { id: string; label: ReactNode; body: ReactNode }[];
  value?: string;
  defaultValue?: string;
  onValueChange?: (id: string) => void;
}) {
  return (
    <Radix.Root
      {...(value === undefined ? { defaultValue: defaultValue ?? tabs[0]?.id ?? '' } : { value })}
      {...(onValueChange ? { onValueChange } : {})}
    >
      <Radix.List aria-label={label} className={barLook}>
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className={cn(tabLook, 'data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-strong')}
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="pt-4">
          {tab.body}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

/** Tabs that are pages of their own: the third level of navigation. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly { href: string; label: ReactNode; exact?: boolean }[] }) {
  const path = usePathname();
  return (
    <nav aria-label={label} className={barLook}>
      {tabs.map((tab) => {
        const here = tab.exact ? path === tab.href : path === tab.href || path.startsWith(`${tab.href}/`);
        return (
          <Link
            key={tab.href}
            href={tab.href}
            aria-current={here ? 'page' : undefined}
            className={cn(tabLook, here && 'border-accent font-medium text-strong')}
          >
            {tab.label}
          </Link>
        );
      })}
    </nav>
  );
}
