'use client';
import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Link } from './link.tsx';

export type MenuItem =
  | {
      readonly kind?: 'action';
      readonly label: string;
      readonly icon?: ReactNode;
      readonly onSelect: () => void;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      readonly why?: string;
    }
  | { readonly kind: 'link'; readonly label: string; readonly icon?: ReactNode; readonly href: string; readonly download?: boolean }
  | {
      readonly kind: 'check';
      readonly label: string;
      readonly checked: boolean;
      readonly onChange: (checked: boolean) => void;
      readonly disabled?: boolean;
    }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly value: string;
      readonly options: readonly { value: string; label: string }[];
      readonly onChange: (value: string) => void;
    }
  | { readonly kind: 'label'; readonly label: ReactNode }
  | { readonly kind: 'line' };

const itemLook =
  'flex min-h-8 cursor-default select-none items-center gap-2 rounded-control px-2 py-1 text-body text-ink outline-none data-[disabled]:text-quiet data-[highlighted]:bg-sunken data-[highlighted]:text-strong [&_svg]:size-4 [&_svg]:shrink-0 forced-colors:data-[highlighted]:outline-2 forced-colors:data-[highlighted]:-outline-offset-2';

/** A button that opens a list of actions. `trigger` is one focusable element. */
export function Menu({ trigger, items, align = 'end' }: { trigger: ReactNode; items: readonly MenuItem[]; align?: 'start' | 'end' }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          data-edge
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 max-w-80 animate-appear overflow-y-auto rounded-panel bg-panel p-1 shadow-float"
        >
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items of one menu keep their order
            <Entry key={index} item={item} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  switch (item.kind) {
    case 'line':
      return <Radix.Separator className="my-1 h-px bg-soft" />;
    case 'label':
      return <Radix.Label className="px-2 py-1 text-meta text-quiet wrap-anywhere">{item.label}</Radix.Label>;
    case 'link':
      return (
        <Radix.Item asChild className={itemLook}>
          {item.download ? (
            // A file leaves the page where it is; a refusal is shown instead of the page, with its reason.
            <a href={item.href}>
              {item.icon}
              {item.label}
            </a>
          ) : (
            <Link href={item.href}>
              {item.icon}
              {item.label}
            </Link>
          )}
        </Radix.Item>
      );
    case 'check':
      return (
        <Radix.CheckboxItem
          checked={item.checked}
          disabled={item.disabled ?? false}
          onCheckedChange={item.onChange}
          onSelect={(event) => event.preventDefault()}
          className={itemLook}
        >
          <span className="flex size-4 items-center justify-center">
            <Radix.ItemIndicator>
              <Check aria-hidden="true" />
            </Radix.ItemIndicator>
          </span>
          {item.label}
        </Radix.CheckboxItem>
      );
    case 'choice':
      return (
        <Radix.RadioGroup value={item.value} onValueChange={item.onChange} aria-label={item.label}>
          <Radix.Label className="px-2 py-1 text-meta text-quiet">{item.label}</Radix.Label>
          {item.options.map((option) => (
            <Radix.RadioItem key={option.value} value={option.value} onSelect={(event) => event.preventDefault()} className={itemLook}>
              <span className="flex size-4 items-center justify-center">
                <Radix.ItemIndicator>
                  <Check aria-hidden="true" />
                </Radix.ItemIndicator>
              </span>
              {option.label}
            </Radix.RadioItem>
          ))}
        </Radix.RadioGroup>
      );
    default:
      return (
        <Radix.Item
          disabled={item.disabled ?? false}
          onSelect={item.onSelect}
          className={cn(itemLook, item.danger && 'text-fault data-[highlighted]:bg-fault-tint data-[highlighted]:text-fault')}
        >
          {item.icon}
          <span>
            {item.label}
            {item.disabled && item.why ? <span className="block text-meta text-quiet">{item.why}</span> : null}
          </span>
        </Radix.Item>
      );
  }
}
