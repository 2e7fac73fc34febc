import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, fromSafeCell, toSafeCell } from '../shared/csv.ts';
import { type CsvReading, readUserRows } from './csv.ts';

const seed = 20_261_124;
async function readAll(csv: string) {
  const all: CsvReading[] = [];
  for await (const reading of readUserRows(csv)) all.push(reading);
  return all;
}

describe('CSV of users', () => {
  it('gives back every cell it wrote, and none that a spreadsheet takes for a formula (W-17)', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.trim());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), async (rows) => {
        const csv = csvLine(['userId', 'name']) + rows.map(([userId, name]) => csvLine([`u${userId}`, name])).join('');
        const read = await readAll(csv);
        expect(read.map((reading) => (reading.is === 'row' ? [reading.row.cells.userId, reading.row.cells.name] : reading.reason))).toEqual(
          rows.map(([userId, name]) => [`u${userId}`.trim(), name]),
        );
      }),
      { seed, numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.constantFrom(..."=+-@\t\r'"), fc.string(), (first, rest) => {
        const text = first + rest;
        expect(toSafeCell(text)).not.toMatch(/^[=+\-@\t\r]/);
        expect(fromSafeCell(toSafeCell(text))).toBe(text);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('answers any text with rows or a reason, never with an exception', async () => {
    const piece = fc.oneof(
      fc.constantFrom('userId', 'name', ',', '"', '""', '\n', '\r\n', '\r', ';', '\ufeff', '\u0000', '\ud800', 'password'),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const readings = await readAll(pieces.join(''));
        for (const [index, reading] of readings.entries()) if (reading.is === 'broken') expect(index).toBe(readings.length - 1);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('reads a file with a byte order mark, columns in any order and letters of any case', async () => {
    expect(await readAll('\ufeffNAME,UserID\r\n"a, b",x\r\n')).toEqual([
      { is: 'row', row: { line: 2, cells: { name: 'a, b', userId: 'x' } } },
    ]);
  });

  it('tells the line of the file also after a cell of several lines', async () => {
    const read = await readAll('userId,name\n"a","two\nlines"\nb\n');
    expect(read[1]).toEqual({ is: 'row', row: { line: 4, cells: {}, problem: 'Has 1 cells where the first line names 2.' } });
  });

  it('keeps the event loop free while it reads a large file', async () => {
    let turns = 0;
    let reading = true;
    const tick = () => {
      turns++;
      if (reading) setImmediate(tick);
    };
    setImmediate(tick);
    await readAll(`userId\n${'someone\n'.repeat(20_000)}`);
    reading = false;
    expect(turns).toBeGreaterThan(20);
  });
});
