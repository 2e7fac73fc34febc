export const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
export const quantile = (values: readonly number[], share: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

/** Aligned columns; numbers as whole milliseconds from 10, with a decimal below. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const shown = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? (cell < 10 ? cell.toFixed(1) : String(Math.round(cell))) : cell)),
  );
  const widths = heads.map((head, index) => Math.max(head.length, ...shown.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(heads), ...shown.map(line)].join('\n');
}
