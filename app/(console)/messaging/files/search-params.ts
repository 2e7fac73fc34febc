import type { z } from 'zod';
import type { deleteFilesInput, fileLogInput, findFilesInput } from '@/lib/admin/files/inputs.ts';
import type { TableQuery } from '@/lib/ui/patterns/data-table/query.ts';

export const fileSortNames = ['storedAt', 'size', 'downloads'] as const;
export const fileFilters = ['person', 'type', 'size', 'since', 'until'] as const;
export const logFilters = ['person', 'file', 'what', 'since', 'until'] as const;

type FindInput = z.input<typeof findFilesInput>;
type FileFilter = Omit<z.input<typeof deleteFilesInput>, 'files'>;
type Narrowing = Pick<TableQuery, 'search' | 'filters'>;

export const typeChoices = [
  { value: 'image/', label: 'Pictures' },
  { value: 'video/', label: 'Films' },
  { value: 'audio/', label: 'Sound' },
  { value: 'text/', label: 'Texts' },
  { value: 'application/', label: 'Documents and others' },
] as const;
export const sizeChoices = [
  { value: '1048576', label: 'From 1 MiB' },
  { value: '10485760', label: 'From 10 MiB' },
  { value: '104857600', label: 'From 100 MiB' },
  { value: '1073741824', label: 'From 1 GiB' },
] as const;

function momentOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) || at < 0 ? null : at;
}
/** The minute that was named is part of it. */
const times = (filters: Narrowing['filters']): { since?: number; until?: number } => {
  const since = momentOf(filters.since?.[0]);
  const until = momentOf(filters.until?.[0]);
  return { ...(since === null ? {} : { since }), ...(until === null ? {} : { until: until + 59_999 }) };
};

/** The filters in the URL as the use cases want them. What is none of the choices is left out, so an old link still opens. */
export function fileFilter({ search, filters }: Narrowing): FileFilter {
  const person = filters.person?.[0];
  const type = typeChoices.find(({ value }) => value === filters.type?.[0])?.value;
  const size = sizeChoices.find(({ value }) => value === filters.size?.[0])?.value;
  return {
    ...(search ? { search } : {}),
    ...(person ? { person } : {}),
    ...(type ? { type } : {}),
    ...(size ? { minSize: Number(size) } : {}),
    ...times(filters),
  };
}

export function filesInput(query: TableQuery): FindInput {
  const sort = fileSortNames.find((name) => name === query.sort);
  return {
    ...fileFilter(query),
    ...(sort ? { sort, descending: query.descending } : {}),
    ...(query.cursor ? { cursor: query.cursor } : {}),
  };
}

export function logInput({ filters, cursor }: TableQuery): z.input<typeof fileLogInput> {
  const person = filters.person?.[0];
  const file = filters.file?.[0];
  const what = filters.what?.[0];
  return {
    ...(person ? { person } : {}),
    ...(file ? { file } : {}),
    ...(what === 'upload' || what === 'download' ? { what } : {}),
    ...times(filters),
    ...(cursor ? { cursor } : {}),
  };
}
