/**
 * The lines of a CSV file as they stand, so that rows which failed can be given back unchanged, passwords and all, without leaving
 * the browser. A row goes over several lines when a line break stands inside quotation marks; it is called by its last line, as the
 * server calls it.
 */
export interface RawRow {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** One kind of line break: the reader of the server counts one of Windows twice where it stands inside quotation marks. */
export const withPlainBreaks = (csv: string): string => csv.replace(/\r\n?/g, '\n');

/** Takes text with plain line breaks. */
export function rawRows(csv: string): readonly RawRow[] {
  const rows: RawRow[] = [];
  let line = 1;
  let start = csv.charCodeAt(0) === 0xfeff ? 1 : 0;
  let quoted = false;
  for (let at = start; at <= csv.length; at++) {
    const sign = csv[at];
    if (sign === '"') quoted = !quoted;
    if (sign !== undefined && sign !== '\n') continue;
    if (!quoted || sign === undefined) {
      const text = csv.slice(start, at);
      if (text !== '') rows.push({ line, text });
      start = at + 1;
    }
    line++;
  }
  return rows;
}

/** The first line, which names the columns, and those rows that failed: ready to be corrected and imported again. */
export function failedRowsCsv(csv: string, failed: ReadonlySet<number>): string {
  const [head, ...rows] = rawRows(csv);
  if (!head) return '';
  return [head, ...rows.filter((row) => failed.has(row.line))].map((row) => `${row.text}\r\n`).join('');
}

/** "line 12: anna", as a job of an import names its rows. */
export function lineOfTarget(target: string): number | null {
  const number = /^line (\d+):/.exec(target)?.[1];
  return number === undefined ? null : Number(number);
}
