/** How numbers, times and sizes are written everywhere. Plain functions, safe on both sides. */

const wholeNumber = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const shortNumber = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** 1204 → "1,204"; below 10 with one decimal. */
export const formatNumber = (value: number): string => (Math.abs(value) < 10 ? shortNumber : wholeNumber).format(value);
/** "10,000+" when the count stopped there. */
export const formatTotal = (total: number, isFloor = false): string => `${wholeNumber.format(total)}${isFloor ? '+' : ''}`;
/** "1 user", "3 users". */
export const countOf = (count: number, one: string, many = `${one}s`): string => `${wholeNumber.format(count)} ${count === 1 ? one : many}`;

const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
/** Bytes → "256 KiB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < sizes.length - 1) {
    value /= 1024;
    step++;
  }
  return `${shortNumber.format(value)} ${sizes[step]}`;
}

const spans: readonly (readonly [ms: number, one: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];
/** Milliseconds → "2 h 5 min": the two largest units. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${wholeNumber.format(ms)} ms`;
  const parts: string[] = [];
  let rest = ms;
  for (const [size, name] of spans) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** "now", "4 s ago", "in 18 min"; from a day on the date. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 2000) return 'now';
  if (distance >= 86_400_000) return formatDate(at);
  const said = formatDuration(distance < 60_000 ? distance - (distance % 1000) : distance - (distance % 60_000));
  const first = distance < 3_600_000 ? said.split(' ').slice(0, 2).join(' ') : said;
  return at <= now ? `${first} ago` : `in ${first}`;
}

const dateFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const exactFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const formatDate = (at: number): string => dateFormat.format(at);
export const formatExact = (at: number): string => exactFormat.format(at);
export const formatClock = (at: number, seconds = false): string => (seconds ? clockWithSeconds : clockFormat).format(at);
/** "2026-11-24 09:12:05 UTC" */
export const formatUtc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
