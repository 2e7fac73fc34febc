import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { fromSafeCell } from '../shared/csv.ts';

/** The columns of a file of users. Export writes all but the password, which nobody can read back. */
export const importColumns = ['userId', 'name', 'mail', 'domain', 'password', 'enabled'] as const;
export const exportColumns = ['userId', 'name', 'mail', 'domain', 'enabled'] as const;
type Column = (typeof importColumns)[number];
export const maxRows = 100_000;

export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
  /** Set when the row itself is broken. */
  readonly problem?: string;
}
export type CsvReading = { readonly is: 'row'; readonly row: CsvRow } | { readonly is: 'broken'; readonly reason: string };

/** Reads rows as they are parsed. Between two pieces the event loop is free: streams alone go on without ever letting it. A broken file ends the reading. */
export async function* readUserRows(csv: string): AsyncIterable<CsvReading> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 65_536 });
  const source = Readable.from(pieces(csv));
  source.pipe(parser);
  let columns: readonly Column[] | null = null;
  let count = 0;
  try {
    for await (const item of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const line = item.info.lines;
      if (!columns) {
        const header = readHeader(item.record);
        if (!header.ok) return yield { is: 'broken', reason: header.reason };
        columns = header.columns;
        continue;
      }
      if (++count > maxRows)
        return yield { is: 'broken', reason: `The file has more than ${maxRows.toLocaleString('en')} rows. Split it.` };
      yield { is: 'row', row: readRow(item.record, columns, line) };
    }
    if (!columns) yield { is: 'broken', reason: `The file is empty. The first line must name the columns: ${importColumns.join(', ')}.` };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { lines?: number };
    yield {
      is: 'broken',
      reason: `Line ${lines ?? '?'} is not valid CSV: a quotation mark is not closed, stands inside plain text, or the line is too long.`,
    };
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** Fewer than 100 rows: 2 ms with all that is done for each. */
const pieceSize = 4096;
async function* pieces(text: string): AsyncIterable<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + pieceSize, text.length);
    // A pair of surrogates stays together: alone, each half becomes a replacement character.
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end += 1;
    yield text.slice(at, end);
    at = end;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function readHeader(record: readonly string[]): { ok: true; columns: readonly Column[] } | { ok: false; reason: string } {
  const columns: Column[] = [];
  for (const cell of record) {
    const name = cell.trim().toLowerCase();
    const column = importColumns.find((known) => known.toLowerCase() === name);
    if (!column)
      return {
        ok: false,
        reason: `The first line must name the columns; "${cell.trim().slice(0, 60)}" is none of: ${importColumns.join(', ')}.`,
      };
    if (columns.includes(column)) return { ok: false, reason: `The column ${column} is named twice.` };
    columns.push(column);
  }
  if (!columns.includes('userId')) return { ok: false, reason: 'The column userId is missing.' };
  return { ok: true, columns };
}

function readRow(record: readonly string[], columns: readonly Column[], line: number): CsvRow {
  if (record.length !== columns.length)
    return { line, cells: {}, problem: `Has ${record.length} cells where the first line names ${columns.length}.` };
  const cells: Partial<Record<Column, string>> = {};
  for (const [index, column] of columns.entries()) {
    const cell = record[index] ?? '';
    // A password is taken as it stands: an apostrophe or a space at its edge belongs to it.
    cells[column] = column === 'password' ? cell : fromSafeCell(cell).trim();
  }
  return { line, cells };
}
