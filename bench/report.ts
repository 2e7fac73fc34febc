import type { Row } from './measure.ts';

const round = (value: number, digits: number) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const or = (value: number | null, digits: number) => (value === null ? '-' : round(value, digits));

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(rows[0]!), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n');
}

/**
 * One block a scenario, one line a server. The last two columns compare Rollcall with that line's server: over 1 means Rollcall does more
 * a second, or needs more CPU (or memory).
 */
export function report(rows: readonly Row[], absent: readonly string[]): string {
  const blocks: string[] = [];
  for (const name of new Set(rows.map((row) => row.scenario))) {
    const group = rows.filter((row) => row.scenario === name);
    const ours = group.find((row) => row.server === 'Rollcall');
    const idle = group[0]!.kibPerSession !== null;
    const head = idle
      ? ['', 'KiB/session', 'sign-ins/s', 'errors', 'Rollcall: memory']
      : ['', `${group[0]!.unit}/s`, 'CPU s/1,000', 'p50 ms', 'p99 ms', 'generator', 'errors', 'Rollcall: rate', 'CPU'];
    const ratio = (a: number | null | undefined, b: number | null, row: Row) =>
      ours && row !== ours && a != null && b ? `${round(a / b, 2)}x` : '';
    const lines = group.map((row) =>
      idle
        ? [row.server, or(row.kibPerSession, 1), round(row.rate, 0), String(row.errors), ratio(ours?.kibPerSession, row.kibPerSession, row)]
        : [
            row.server,
            round(row.rate, 0),
            or(row.cpuPer1000, 4),
            or(row.p50, 2),
            or(row.p99, 2),
            `${Math.round(row.generatorCores * 100)} %`,
            String(row.errors),
            ratio(ours?.rate, row.rate, row),
            ratio(ours?.cpuPer1000, row.cpuPer1000, row),
          ],
    );
    const felt = group.flatMap(({ server, beside }) =>
      beside === null
        ? []
        : [`${server}: a message between others took ${or(beside.p50, 1)} ms (p50), ${or(beside.p99, 1)} ms (p99) meanwhile`],
    );
    const curves = group.flatMap(({ server, curve }) =>
      curve.length < 2
        ? []
        : [`${server}: ${curve.map((at) => `${round(at.kibPerSession, 1)} KiB at ${at.sessions.toLocaleString('en')}`).join(', ')}`],
    );
    blocks.push([group[0]!.title, table([head, ...lines]), ...felt, ...curves].join('\n'));
  }
  if (absent.length > 0) blocks.push(absent.map((name) => `${name}: not installed`).join('\n'));
  return blocks.join('\n\n');
}
