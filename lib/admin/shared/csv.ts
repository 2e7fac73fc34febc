/**
 * CSV as spreadsheets read it (RFC 4180), safe to open: a cell that a spreadsheet would take for a formula is kept as text by an
 * apostrophe before it (W-17). Import takes the apostrophe away again.
 */
const formula = /^'*[=+\-@\t\r]/;
const protectedFormula = /^'(?='*[=+\-@\t\r])/;

export const toSafeCell = (text: string): string => (formula.test(text) ? `'${text}` : text);
export const fromSafeCell = (cell: string): string => cell.replace(protectedFormula, '');

const needsQuotes = /[",\r\n]|^\s|\s$/;
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  const out = cells.map((cell) => {
    const text = cell === null ? '' : typeof cell === 'string' ? toSafeCell(cell) : String(cell);
    return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${out.join(',')}\r\n`;
}
