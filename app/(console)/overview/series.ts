import type { Channels } from '@/lib/live/channels.ts';
import type { ChartPoint } from '@/lib/ui/patterns/time-chart.tsx';

export type Span = 'ten-minutes' | 'day';
export const readSpan = (value: string | string[] | undefined): Span => (value === 'day' ? 'day' : 'ten-minutes');
export const spanMs: Readonly<Record<Span, number>> = { 'ten-minutes': 600_000, day: 86_400_000 };

export type Sample = Channels['overview']['value']['now'];
/** What the charts draw of a sample; the rest would only make the page heavier. */
export type Figures = Pick<
  Sample,
  'at' | 'sessions' | 'usersOnline' | 'messagesPerSecond' | 'deliveredPerSecond' | 'presencePerSecond' | 'loopP99' | 'cpu' | 'residentBytes'
>;

const MAX_POINTS = 200;

export const figuresOf = ({
  at,
  sessions,
  usersOnline,
  messagesPerSecond,
  deliveredPerSecond,
  presencePerSecond,
  loopP99,
  cpu,
  residentBytes,
}: Sample): Figures => ({
  at,
  sessions,
  usersOnline,
  messagesPerSecond,
  deliveredPerSecond,
  presencePerSecond,
  loopP99,
  cpu,
  residentBytes,
});

/**
 * At most 200 points: a chart is not wider. Each keeps the highest rate and delay of its interval, so that no peak
 * disappears, and the last value of what is a level.
 */
export function thinned(samples: readonly Sample[]): readonly Figures[] {
  const step = Math.ceil(samples.length / MAX_POINTS);
  const out: Figures[] = [];
  for (let from = 0; from < samples.length; from += step) {
    const group = samples.slice(from, from + step).map(figuresOf);
    const last = group.at(-1);
    if (!last) continue;
    const highest = (pick: (each: Figures) => number) => Math.max(...group.map(pick));
    out.push({
      ...last,
      messagesPerSecond: highest((each) => each.messagesPerSecond),
      deliveredPerSecond: highest((each) => each.deliveredPerSecond),
      presencePerSecond: highest((each) => each.presencePerSecond),
      loopP99: highest((each) => each.loopP99),
    });
  }
  return out;
}

/** History and what came live since, oldest first, without what is older than the span. */
export function joined(history: readonly Figures[], live: readonly Figures[], span: Span): readonly Figures[] {
  const last = history.at(-1)?.at ?? 0;
  const all = [...history, ...live.filter((each) => each.at > last)];
  const newest = all.at(-1)?.at ?? 0;
  return all.filter((each) => each.at > newest - spanMs[span]);
}

export const pointsOf = (figures: readonly Figures[], pick: (each: Figures) => Readonly<Record<string, number>>): readonly ChartPoint[] =>
  figures.map((each) => ({ at: each.at, values: pick(each) }));
