'use client';
import { ArrowDown, ArrowUp, Ellipsis } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { cn } from '../../cn.ts';
import { useShortcut } from '../../hooks/keyboard.tsx';
import { Button } from '../../primitives/button.tsx';
import { CheckMark } from '../../primitives/choice.tsx';
import { Link } from '../../primitives/link.tsx';
import { Menu } from '../../primitives/menu.tsx';
import type { SelectionState } from './selection.ts';
import type { Column, DataTableProps } from './types.ts';

export interface GridProps<R> extends DataTableProps<R> {
  selection: SelectionState;
  gone: ReadonlySet<string>;
  scope: string;
  onSort: (sort: string) => void;
}

/** The table itself: heads that sort, rows that open, are ticked and moved through by keys. */
export function Grid<R>(props: GridProps<R>) {
  const { columns, rows, rowKey, rowName, nouns, selection, bulk, gone, query } = props;
  const router = useRouter();
  const body = useRef<HTMLTableSectionElement>(null);
  const [current, setCurrent] = useState(-1);
  // Another page or filter: j starts at its first row.
  const [seen, setSeen] = useState(props.scope);
  if (seen !== props.scope) {
    setSeen(props.scope);
    setCurrent(-1);
  }
  const sort = query.sort === '' ? (props.defaultSort ?? null) : { id: query.sort, descending: query.descending };
  const open = (row: R) => {
    if (props.onOpen) props.onOpen(row);
    else if (props.rowHref) router.push(props.rowHref(row));
  };
  const canOpen = props.onOpen !== undefined || props.rowHref !== undefined;
  const move = (step: number) => setCurrent((was) => Math.min(rows.length - 1, Math.max(0, was + step)));
  useEffect(() => {
    // Newer browsers answer with a promise, which an effect must not return.
    void body.current?.rows[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  useShortcut('j', 'Next row', () => move(1), { group: 'Tables' });
  useShortcut('k', 'Row before', () => move(-1), { group: 'Tables' });
  useShortcut('x', 'Select the row', () => (rows[current] ? selection.toggle(rowKey(rows[current]), false) : false), {
    group: 'Tables',
    enabled: Boolean(bulk),
  });
  useShortcut(
    'Enter',
    'Open the row',
    (event) => {
      const row = rows[current];
      const focused =
        event.target instanceof HTMLElement && event.target !== document.body && event.target.matches('a,button,[tabindex],summary');
      if (!row || focused) return false;
      open(row);
    },
    { group: 'Tables', enabled: canOpen },
  );
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-collapse text-left text-table text-ink">
        <caption className="sr-only">{nouns[1]}</caption>
        <thead>
          <tr className="border-b border-soft text-quiet">
            {bulk ? (
              <th className="w-10 pl-4">
                <CheckMark
                  label={`Select all ${nouns[1]} on this page`}
                  checked={selection.keys.size === 0 ? false : selection.keys.size === rows.length ? true : 'indeterminate'}
                  onCheckedChange={selection.toggleAll}
                />
              </th>
            ) : null}
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={props.onSort} />
            ))}
            {props.rowMenu ? (
              <th className="w-12">
                <span className="sr-only">Actions</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => {
            const key = rowKey(row);
            const picked = selection.keys.has(key);
            return (
              <tr
                key={key}
                aria-selected={bulk ? picked : undefined}
                onClick={(event) => {
                  // Clicks in menus and dialogs of the row come by here too, though they are elsewhere on the page.
                  if (
                    !canOpen ||
                    !(event.target instanceof Element) ||
                    !event.currentTarget.contains(event.target) ||
                    event.target.closest('a,button,input,label,[role="checkbox"],time') ||
                    String(getSelection()) !== ''
                  )
                    return;
                  open(row);
                }}
                className={cn(
                  'row-height border-b border-soft last:border-0',
                  canOpen && 'cursor-pointer hover:bg-sunken',
                  picked && 'bg-info-tint',
                  index === current && 'outline-2 -outline-offset-2 outline-accent',
                  gone.has(key) && 'text-quiet opacity-70',
                )}
              >
                {bulk ? (
                  <td className="pl-4">
                    <CheckMark
                      label={`Select ${rowName(row)}`}
                      checked={picked}
                      onClick={(event) => {
                        event.preventDefault();
                        selection.toggle(key, event.shiftKey);
                      }}
                    />
                  </td>
                ) : null}
                {columns.map((column, at) => (
                  <BodyCell
                    key={column.id}
                    column={column}
                    row={row}
                    first={at === 0}
                    onOpen={at === 0 && props.onOpen ? () => open(row) : undefined}
                    href={at === 0 ? props.rowHref?.(row) : undefined}
                  />
                ))}
                {props.rowMenu ? (
                  <td className="pr-2 text-right">
                    <Menu
                      trigger={
                        <Button look="quiet" size="small-icon" aria-label={`Actions for ${rowName(row)}`}>
                          <Ellipsis aria-hidden="true" />
                        </Button>
                      }
                      items={props.rowMenu(row)}
                    />
                  </td>
                ) : null}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function HeadCell<R>({
  column,
  sort,
  onSort,
}: {
  column: Column<R>;
  sort: { id: string; descending?: boolean } | null;
  onSort: (sort: string) => void;
}) {
  const sorted = sort?.id === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const Arrow = sorted === 'descending' ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={column.sortable ? (sorted ?? 'none') : undefined}
      style={column.width ? { width: column.width } : undefined}
      className={cn('h-9 px-3 font-medium whitespace-nowrap first:pl-4', column.align === 'end' && 'text-right')}
    >
      {column.sortable ? (
        <button
          type="button"
          onClick={() => onSort(sorted === 'ascending' ? `-${column.id}` : column.id)}
          className={cn('-mx-1 inline-flex min-h-6 items-center gap-1 rounded-control px-1 hover:text-strong', sorted && 'text-strong')}
        >
          {column.header}
          <Arrow aria-hidden="true" className={cn('size-3.5', !sorted && 'opacity-0')} />
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

function BodyCell<R>({
  column,
  row,
  first,
  onOpen,
  href,
}: {
  column: Column<R>;
  row: R;
  first: boolean;
  onOpen: (() => void) | undefined;
  href: string | undefined;
}) {
  const look = cn(
    'px-3 py-1 align-middle first:pl-4',
    column.align === 'end' && 'text-right tabular-nums',
    first && 'font-medium text-strong',
  );
  const content = onOpen ? (
    <button type="button" onClick={onOpen} className="min-h-6 rounded-control text-left hover:underline">
      {column.cell(row)}
    </button>
  ) : href === undefined ? (
    column.cell(row)
  ) : (
    <Link href={href} className="inline-block min-h-6 rounded-control py-0.5 hover:underline">
      {column.cell(row)}
    </Link>
  );
  return first ? (
    <th scope="row" className={look}>
      {content}
    </th>
  ) : (
    <td className={look}>{content}</td>
  );
}
