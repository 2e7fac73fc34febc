'use client';
import { Columns3, Download } from 'lucide-react';
import { useRouter, useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useTransition } from 'react';
import { cn } from '../../cn.ts';
import { countOf, formatTotal } from '../../format.ts';
import { useShortcut } from '../../hooks/keyboard.tsx';
import { Button } from '../../primitives/button.tsx';
import { Menu, type MenuItem } from '../../primitives/menu.tsx';
import { NothingMatches, Quiet } from '../states.tsx';
import { FilterBar, sayFilter } from './filter-bar.tsx';
import { Grid } from './grid.tsx';
import { useHeldRows } from './held-rows.ts';
import { Pager, popTrail, pushTrail } from './pager.tsx';
import { usePreference } from './preferences.ts';
import { isNarrowed, withParams } from './query.ts';
import { type SelectionState, useSelection } from './selection.ts';
import type { Column, DataTableProps, Selection } from './types.ts';

/** A server-driven table. The page reads `readTableQuery(searchParams)`, asks the use case, and gives rows and query here. */
export function DataTable<R>(props: DataTableProps<R>) {
  const { id, nouns, rows, rowKey, query, page, filters = [] } = props;
  const router = useRouter();
  const params = useSearchParams();
  const [busy, start] = useTransition();
  const scope = params.toString();
  const held = useHeldRows(rows, rowKey, props.live ?? false, scope);
  const order = useMemo(() => held.rows.map(rowKey), [held.rows, rowKey]);
  const selection = useSelection(order, scope);
  const narrowed = isNarrowed(query);

  const latest = useRef(params);
  latest.current = params;
  // What the address will be once the changes under way have arrived: a filter picked while a search is still on its way must not undo it.
  const wanted = useRef<URLSearchParams | null>(null);
  useEffect(() => {
    if (!busy) wanted.current = null;
  }, [busy]);
  const change = useCallback(
    (changes: Readonly<Record<string, string | null>>) => {
      const next = withParams(wanted.current ?? new URLSearchParams(latest.current), changes);
      wanted.current = new URLSearchParams(next);
      start(() => router.replace(next, { scroll: false }));
    },
    [router],
  );
  const trail = useMemo(() => {
    const plain = new URLSearchParams(params);
    plain.delete('cursor');
    return plain.toString();
  }, [params]);
  const goNext = () => {
    pushTrail(id, trail, query.cursor);
    start(() => router.push(withParams(new URLSearchParams(params), { cursor: page?.next ?? null })));
  };
  const goBack = () => start(() => router.push(withParams(new URLSearchParams(params), { cursor: popTrail(id, trail) })));
  const clear = () => change(Object.fromEntries(['q', ...filters.map((filter) => filter.id)].map((name) => [name, null])));

  const [chosen, choose] = usePreference(`columns.${id}`);
  const columns = useMemo(() => visibleColumns(props.columns, chosen), [props.columns, chosen]);
  useShortcut('Escape', 'Clear the selection', () => (selection.keys.size > 0 ? selection.clear() : false), {
    enabled: Boolean(props.bulk),
  });

  if (rows.length === 0 && held.rows.length === 0 && !narrowed && query.cursor === null) return props.empty;
  const columnItems: MenuItem[] = [
    { kind: 'label', label: 'Columns' },
    ...props.columns.map((column, index): MenuItem => {
      const shown = columns.includes(column);
      return {
        kind: 'check',
        label: column.header,
        checked: shown,
        disabled: column.fixed === true || index === 0,
        onChange: (on) =>
          choose(
            props.columns
              .filter((each) => (each === column ? on : columns.includes(each)))
              .map((each) => each.id)
              .join(','),
          ),
      };
    }),
    { kind: 'line' },
    { label: 'Show the standard columns', onSelect: () => choose(null) },
  ];

  return (
    <div className="flex min-w-0 flex-col gap-3">
      {selection.keys.size > 0 ? (
        <SelectionBar {...props} selection={selection} />
      ) : (
        <FilterBar filters={filters} query={query} searchPlaceholder={props.searchPlaceholder} onChange={change}>
          {props.tools}
          {props.exports && props.exports.length > 0 ? (
            <Menu
              trigger={
                <Button look="quiet">
                  <Download aria-hidden="true" />
                  <span className="max-sm:sr-only">Export</span>
                </Button>
              }
              items={props.exports.map((each): MenuItem => ({ kind: 'link', download: true, label: each.label, href: each.href(trail) }))}
            />
          ) : null}
          <Menu
            trigger={
              <Button look="quiet" aria-label="Choose columns">
                <Columns3 aria-hidden="true" />
              </Button>
            }
            items={columnItems}
          />
        </FilterBar>
      )}
      <div
        aria-busy={busy}
        data-edge
        className={cn(
          'min-w-0 overflow-hidden rounded-panel border border-soft bg-panel transition-opacity duration-120',
          busy && 'opacity-70',
        )}
      >
        {held.waiting > 0 || held.gone.size > 0 ? (
          <button
            type="button"
            onClick={held.release}
            className="block w-full border-b border-soft bg-info-tint px-4 py-1.5 text-left text-table text-info hover:underline"
          >
            {[held.waiting > 0 ? `${held.waiting} new` : '', held.gone.size > 0 ? `${held.gone.size} gone` : ''].filter(Boolean).join(', ')}{' '}
            · Show the list as it is now
          </button>
        ) : null}
        {held.rows.length === 0 ? (
          narrowed ? (
            <NothingMatches bare what={sayQuery(nouns[1], props)} onClear={clear} />
          ) : (
            <NothingMatches bare what={`more ${nouns[1]}`} onClear={() => change({ cursor: null })} />
          )
        ) : (
          <Quiet when={props.stale ?? false}>
            <Grid
              {...props}
              rows={held.rows}
              columns={columns}
              selection={selection}
              gone={held.gone}
              scope={scope}
              onSort={(sort) => change({ sort })}
            />
          </Quiet>
        )}
        {props.gaps?.map((gap) => (
          <p key={gap} className="border-t border-soft bg-idle-tint px-4 py-2 text-table text-idle">
            {gap}
          </p>
        ))}
        <Pager
          shown={held.rows.length}
          nouns={nouns}
          total={page?.total}
          totalIsFloor={page?.totalIsFloor ?? false}
          hasBack={query.cursor !== null}
          hasNext={Boolean(page?.next)}
          onBack={goBack}
          onNext={goNext}
          busy={busy}
        />
      </div>
    </div>
  );
}

function visibleColumns<R>(columns: readonly Column<R>[], chosen: string | null): readonly Column<R>[] {
  const names = chosen?.split(',');
  return columns.filter((column, index) => index === 0 || column.fixed || (names ? names.includes(column.id) : !column.hidden));
}

function sayQuery<R>(many: string, { query, filters = [] }: DataTableProps<R>): string {
  const parts = filters.flatMap((filter) => {
    const values = query.filters[filter.id];
    return values ? [`whose ${sayFilter(filter, values)}`] : [];
  });
  if (query.search) parts.unshift(`that contain “${query.search}”`);
  return `${many} ${parts.join(' and ')}`;
}

function SelectionBar<R>({
  selection,
  bulk = [],
  bulkMatching,
  nouns,
  page,
  query,
  rows,
}: DataTableProps<R> & { selection: SelectionState }) {
  const total = page?.total ?? rows.length;
  const count = selection.matching ? total : selection.keys.size;
  const chosen: Selection = selection.matching
    ? { is: 'matching', query: { search: query.search, filters: query.filters }, total }
    : { is: 'rows', keys: [...selection.keys] };
  return (
    <section aria-label="Selection" data-edge className="flex min-h-9 flex-wrap items-center gap-2 rounded-control bg-info-tint px-3 py-1">
      <span role="status" className="text-body font-medium text-strong tabular-nums">
        {selection.matching
          ? `All ${formatTotal(total, page?.totalIsFloor)} matching ${nouns[1]} selected`
          : `${countOf(count, ...nouns)} selected`}
      </span>
      {bulkMatching && !selection.matching && selection.keys.size === rows.length && total > rows.length ? (
        <Button size="small" look="quiet" onClick={selection.selectMatching}>
          Select all {formatTotal(total, page?.totalIsFloor)} matching
        </Button>
      ) : null}
      <span className="ml-auto flex flex-wrap gap-2">
        {bulk.map((action) => (
          <Button key={action.id} size="small" look={action.danger ? 'quiet-danger' : 'secondary'} onClick={() => action.run(chosen)}>
            {action.label} {countOf(count, ...nouns)}
          </Button>
        ))}
        <Button size="small" look="quiet" onClick={selection.clear}>
          Clear selection
        </Button>
      </span>
    </section>
  );
}
