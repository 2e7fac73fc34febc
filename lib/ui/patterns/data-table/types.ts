import type { ReactNode } from 'react';
import type { MenuItem } from '../../primitives/menu.tsx';
import type { TableQuery } from './query.ts';

export interface Column<R> {
  /** Also the name in `sort`. */
  readonly id: string;
  readonly header: string;
  readonly cell: (row: R) => ReactNode;
  readonly sortable?: boolean;
  readonly align?: 'start' | 'end';
  /** CSS width such as `12rem`; wider columns share what is left. */
  readonly width?: string;
  /** Hidden until chosen in the column chooser. */
  readonly hidden?: boolean;
  /** Cannot be hidden: the column that names the row. The first column is by itself. */
  readonly fixed?: boolean;
}

export interface Filter {
  /** Name in the URL. */
  readonly id: string;
  /** "State": the chip reads "State is disabled". */
  readonly label: string;
  /** A text filter when absent. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Several values at once. */
  readonly multiple?: boolean;
  readonly placeholder?: string;
  /** Text filters: `exact` reads "is"; `moment` is a time, kept in the URL as UTC (`2026-11-24T09:12Z`), chosen in local time. */
  readonly match?: 'contains' | 'exact' | 'moment';
  /** What may be typed, offered while typing. */
  readonly suggestions?: readonly { readonly value: string; readonly label: string }[];
}

/** Which rows a bulk action is about: those ticked, or everything the URL matches. */
export type Selection =
  | { readonly is: 'rows'; readonly keys: readonly string[] }
  | { readonly is: 'matching'; readonly query: Pick<TableQuery, 'search' | 'filters'>; readonly total: number };

export interface BulkAction {
  readonly id: string;
  /** Verb; the count and object are added: "Disable" → "Disable 3 users". */
  readonly label: string;
  readonly danger?: boolean;
  readonly run: (selection: Selection) => void;
}

export interface DataTableProps<R> {
  /** Names the table and its remembered columns: `users`. */
  readonly id: string;
  /** What the rows are: ["user", "users"]. */
  readonly nouns: readonly [one: string, many: string];
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  /** How a row is called in labels: its user id, its name. */
  readonly rowName: (row: R) => string;
  readonly query: TableQuery;
  /** Absent: all rows are here, no paging. */
  readonly page?: { readonly next: string | null; readonly total?: number; readonly totalIsFloor?: boolean };
  readonly searchPlaceholder?: string;
  readonly filters?: readonly Filter[];
  readonly defaultSort?: { readonly id: string; readonly descending?: boolean };
  /** Row click and Enter open it. */
  readonly rowHref?: (row: R) => string;
  readonly onOpen?: (row: R) => void;
  readonly rowMenu?: (row: R) => readonly MenuItem[];
  readonly bulk?: readonly BulkAction[];
  /** Lets "select all N matching" be offered; needs `page.total`. */
  readonly bulkMatching?: boolean;
  /** "Export": a link that gets the current query string. */
  readonly exports?: readonly { readonly label: string; readonly href: (queryString: string) => string }[];
  /** More tools beside search. */
  readonly tools?: ReactNode;
  /** Empty at first. */
  readonly empty: ReactNode;
  /** Rows come from a live channel: new ones wait behind "3 new", gone ones go quiet, nothing moves under the pointer. */
  readonly live?: boolean;
  /** Values are old: they go quiet. */
  readonly stale?: boolean;
  /** Named gaps: "Node B does not answer". */
  readonly gaps?: readonly string[];
}
