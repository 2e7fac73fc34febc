import { describe, expect, it } from 'vitest';
import { readUserRows } from '@/lib/admin/users/csv.ts';
import { failedRowsCsv, lineOfTarget, rawRows, withPlainBreaks } from './csv-rows.ts';

async function linesOfServer(csv: string): Promise<number[]> {
  const lines: number[] = [];
  for await (const reading of readUserRows(csv)) if (reading.is === 'row') lines.push(reading.row.line);
  return lines;
}

describe('the rows of a file', () => {
  it.each([
    ['plain lines', 'userId,name\nanna,Anna\nbob,Bob\n'],
    ['no line break at the end', 'userId,name\nanna,Anna\nbob,Bob'],
    ['line breaks of Windows', 'userId,name\r\nanna,Anna\r\nbob,Bob\r\n'],
    ['empty lines between', 'userId,name\n\nanna,Anna\n\n\nbob,Bob\n'],
    ['a mark of byte order', '\ufeffuserId,name\nanna,Anna\nbob,Bob\n'],
    ['a line break inside quotation marks', 'userId,name\nanna,"Anna\nLopez"\nbob,Bob\n'],
    ['a line break of Windows inside quotation marks', 'userId,name\r\nanna,"Anna\r\nLopez"\r\nbob,Bob\r\n'],
    ['quotation marks inside quotation marks', 'userId,name\nanna,"Anna ""A"" Lopez"\nbob,Bob\n'],
  ])('are called by the same line here and on the server: %s', async (_what, file) => {
    const csv = withPlainBreaks(file);
    const here = rawRows(csv)
      .slice(1)
      .map((row) => row.line);
    expect(here).toEqual(await linesOfServer(csv));
    expect(here).toHaveLength(2);
  });
});

describe('the rows that failed', () => {
  it('come back as they stood, below the names of the columns', () => {
    const csv = 'userId,password\nanna,"a,b ""c"""\nbob,short\ncarla,\'=1\n';
    expect(failedRowsCsv(csv, new Set([2, 4]))).toBe('userId,password\r\nanna,"a,b ""c"""\r\ncarla,\'=1\r\n');
  });

  it('make a file that the server reads', async () => {
    const csv = '\ufeffuserId,name\nanna,"Anna\nLopez"\nbob,Bob\n';
    const lines = rawRows(csv).map((row) => row.line);
    const again = failedRowsCsv(csv, new Set(lines.slice(1, 2)));
    const names: (string | undefined)[] = [];
    for await (const reading of readUserRows(again)) if (reading.is === 'row') names.push(reading.row.cells.name);
    expect(names).toEqual(['Anna\nLopez']);
  });

  it('are found by the name a job gives them', () => {
    expect(lineOfTarget('line 12: anna')).toBe(12);
    expect(lineOfTarget('The file')).toBeNull();
  });
});
