'use client';
import { Plus, Search, X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { formatExact, formatUtc } from '../../format.ts';
import { useShortcut } from '../../hooks/keyboard.tsx';
import { Button } from '../../primitives/button.tsx';
import { Checkbox } from '../../primitives/choice.tsx';
import { Input } from '../../primitives/input.tsx';
import { useNow } from '../../primitives/relative-time.tsx';
import type { TableQuery } from './query.ts';
import type { Filter } from './types.ts';

export interface FilterBarProps {
  filters: readonly Filter[];
  query: Pick<TableQuery, 'search' | 'filters'>;
  /** Absent: no search field. */
  searchPlaceholder?: string | undefined;
  onChange: (changes: Readonly<Record<string, string | null>>) => void;
  children?: ReactNode;
}

/** Search first, then filters as chips that read as a sentence: "State is disabled". */
export function FilterBar({ filters, query, searchPlaceholder, onChange, children }: FilterBarProps) {
  const unset = filters.filter((filter) => !query.filters[filter.id]);
  return (
    <div className="flex flex-wrap items-center gap-2">
      {searchPlaceholder ? (
        <SearchField value={query.search} placeholder={searchPlaceholder} onSearch={(text) => onChange({ q: text })} />
      ) : null}
      {filters.map((filter) => {
        const values = query.filters[filter.id];
        return values ? (
          <Chip key={filter.id} filter={filter} values={values} onChange={(next) => onChange({ [filter.id]: next })} />
        ) : null;
      })}
      {unset.map((filter) => (
        <FilterPopover key={filter.id} filter={filter} values={[]} onChange={(next) => onChange({ [filter.id]: next })}>
          <Button look="quiet" size="small" className="h-9 border-dashed border-firm">
            <Plus aria-hidden="true" />
            {filter.label}
          </Button>
        </FilterPopover>
      ))}
      {children ? <div className="ml-auto flex items-center gap-1">{children}</div> : null}
    </div>
  );
}

function SearchField({ value, placeholder, onSearch }: { value: string; placeholder: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  // Live rows draw this again and again; only typing may start the wait anew.
  const search = useRef(onSearch);
  search.current = onSearch;
  useEffect(() => {
    // The URL changed by other means (back, cleared): follow it unless the person is typing something newer.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      search.current(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  useShortcut('f', 'Search in this table', () => input.current?.focus());
  return (
    <search className="relative w-full sm:w-72">
      <Search aria-hidden="true" className="pointer-events-none absolute top-2.5 left-3 size-4 text-quiet" />
      <input
        ref={input}
        type="search"
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-9 w-full rounded-control border border-firm bg-panel pr-3 pl-9 text-body text-strong"
      />
    </search>
  );
}

const wordOf = (filter: Filter, value: string): string =>
  (filter.options ?? filter.suggestions)?.find((option) => option.value === value)?.label ?? value;
const verbOf = (filter: Filter): string =>
  filter.match === 'moment' ? '' : filter.options || filter.match === 'exact' ? 'is' : 'contains';

/** A moment in the reader's time zone; in UTC on the server, which does not know it. */
function Moment({ value }: { value: string }) {
  const hydrated = useNow() !== 0;
  const at = Date.parse(value);
  if (Number.isNaN(at)) return value;
  return hydrated ? formatExact(at).replace(/:\d\d$/, '') : `${formatUtc(at).slice(0, 16)} UTC`;
}
/** What `<input type="datetime-local">` shows for a moment of the URL, and back. */
function toLocalInput(value: string | undefined): string {
  const at = Date.parse(value ?? '');
  if (Number.isNaN(at)) return '';
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
function fromLocalInput(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? '' : `${new Date(at).toISOString().slice(0, 16)}Z`;
}

/** "state is disabled or locked" for the sentence of an empty result. */
export const sayFilter = (filter: Filter, values: readonly string[]): string =>
  [
    filter.label.toLowerCase(),
    verbOf(filter),
    values.map((value) => (filter.options ? wordOf(filter, value).toLowerCase() : value)).join(' or '),
  ]
    .filter(Boolean)
    .join(' ');

function Chip({ filter, values, onChange }: { filter: Filter; values: readonly string[]; onChange: (value: string | null) => void }) {
  const said = values.map((value) => wordOf(filter, value)).join(' or ');
  return (
    <span className="inline-flex h-9 items-stretch rounded-control border border-accent bg-info-tint text-table text-strong">
      <FilterPopover filter={filter} values={values} onChange={onChange}>
        <button type="button" className="rounded-l-control px-2">
          {filter.label} {verbOf(filter)}{' '}
          <span className="font-semibold wrap-anywhere">
            {filter.match === 'moment' && values[0] !== undefined ? <Moment value={values[0]} /> : said}
          </span>
        </button>
      </FilterPopover>
      <button
        type="button"
        aria-label={`Remove the filter ${filter.label}`}
        onClick={() => onChange(null)}
        className="flex w-7 items-center justify-center rounded-r-control text-quiet hover:text-strong"
      >
        <X className="size-3.5" aria-hidden="true" />
      </button>
    </span>
  );
}

function FilterPopover({
  filter,
  values,
  onChange,
  children,
}: {
  filter: Filter;
  values: readonly string[];
  onChange: (value: string | null) => void;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('value') ?? '').trim();
    const text = filter.match === 'moment' ? fromLocalInput(given) : given;
    onChange(text === '' ? null : text.replaceAll(',', ' '));
    setOpen(false);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          data-edge
          aria-label={`Filter by ${filter.label.toLowerCase()}`}
          className="z-50 w-64 animate-appear rounded-panel bg-panel p-3 shadow-float"
        >
          {filter.options ? (
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-2 text-table text-quiet">{filter.label} is</legend>
              {filter.options.map((option) => (
                <Checkbox
                  key={option.value}
                  label={option.label}
                  checked={values.includes(option.value)}
                  onCheckedChange={(on) => {
                    const rest = filter.multiple ? values.filter((value) => value !== option.value) : [];
                    const next = on ? [...rest, option.value] : rest;
                    onChange(next.length > 0 ? next.join(',') : null);
                    if (!filter.multiple) setOpen(false);
                  }}
                />
              ))}
            </fieldset>
          ) : (
            <form onSubmit={apply} className="flex flex-col gap-2">
              <label htmlFor={`filter-${filter.id}`} className="text-table text-quiet">
                {filter.label} {verbOf(filter)}
              </label>
              <Input
                id={`filter-${filter.id}`}
                name="value"
                autoComplete="off"
                placeholder={filter.placeholder}
                {...(filter.match === 'moment'
                  ? { type: 'datetime-local', defaultValue: toLocalInput(values[0]) }
                  : { defaultValue: values[0] ?? '' })}
                {...(filter.suggestions ? { list: `filter-${filter.id}-list` } : {})}
              />
              {filter.suggestions ? (
                <datalist id={`filter-${filter.id}-list`}>
                  {filter.suggestions.map((each) => (
                    <option key={each.value} value={each.value} label={each.label} />
                  ))}
                </datalist>
              ) : null}
              <Button type="submit" size="small" look="primary" className="self-end">
                Filter
              </Button>
            </form>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
