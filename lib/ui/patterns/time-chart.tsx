'use client';
import { useId, useState } from 'react';
import { Area, AreaChart, CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatClock, formatNumber } from '../format.ts';
import { type Tone, toneValue } from '../tone.ts';

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  readonly tone?: Tone;
  readonly dash?: boolean;
}
export interface ChartPoint {
  readonly at: number;
  readonly values: Readonly<Record<string, number | null>>;
}
/** Values over time. The picture is described by its last values and can be read as a table. */
export function TimeChart({
  label,
  series,
  points,
  unit,
  kind = 'area',
  limit,
  height = 160,
}: {
  label: string;
  series: readonly ChartSeries[];
  points: readonly ChartPoint[];
  unit: string;
  kind?: 'area' | 'line';
  /** A line that should not be reached. */
  limit?: { value: number; label: string };
  height?: number;
}) {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const data = points.map((point) => ({ at: point.at, ...point.values }));
  const last = points.at(-1);
  // Minutes alone would repeat themselves on a short axis.
  const seconds = (last?.at ?? 0) - (points[0]?.at ?? 0) < 300_000;
  const says = last ? series.map((each) => `${each.label} ${formatValue(last.values[each.id])} ${unit}`).join(', ') : 'no values yet';
  const Chart = kind === 'area' ? AreaChart : LineChart;
  return (
    <figure aria-labelledby={`${id}-title`} className="min-w-0">
      <figcaption className="mb-1 flex flex-wrap items-center gap-x-4 gap-y-1">
        <span id={`${id}-title`} className="text-body font-medium text-strong">
          {label} <span className="text-meta font-normal text-quiet">{unit}</span>
          <span className="sr-only">: {says}</span>
        </span>
        {series.length > 1
          ? series.map((each) => (
              <span key={each.id} className="inline-flex items-center gap-1.5 text-meta text-quiet">
                <svg viewBox="0 0 16 4" className="h-1 w-4" aria-hidden="true">
                  <path
                    d="M0 2h16"
                    stroke={toneValue[each.tone ?? 'info']}
                    strokeWidth="2"
                    strokeDasharray={each.dash ? '4 2' : undefined}
                  />
                </svg>
                {each.label}
              </span>
            ))
          : null}
        <button
          type="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="ml-auto min-h-6 rounded-control text-meta text-accent underline underline-offset-2"
        >
          {asTable ? 'Show as chart' : 'Show as table'}
        </button>
      </figcaption>
      {points.length === 0 ? (
        <p className="flex items-center justify-center text-table text-quiet" style={{ height }}>
          No values yet. The first arrive within seconds.
        </p>
      ) : asTable ? (
        <PointTable label={label} series={series} points={points} unit={unit} seconds={seconds} height={height} />
      ) : (
        <div aria-hidden="true" style={{ height }}>
          <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height }}>
            <Chart data={data} margin={{ top: 4, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <CartesianGrid vertical={false} stroke="var(--line-soft)" />
              <XAxis
                dataKey="at"
                height={20}
                type="number"
                scale="time"
                domain={['dataMin', 'dataMax']}
                tickFormatter={(at: number) => formatClock(at, seconds)}
                tick={{ fill: 'var(--ink-quiet)', fontSize: 12 }}
                stroke="var(--line-soft)"
                tickLine={false}
                minTickGap={48}
              />
              <YAxis
                width={44}
                tick={{ fill: 'var(--ink-quiet)', fontSize: 12 }}
                axisLine={false}
                tickLine={false}
                allowDecimals={false}
                tickFormatter={formatNumber}
                domain={[0, 'auto']}
              />
              <Tooltip
                isAnimationActive={false}
                cursor={{ stroke: 'var(--line-firm)' }}
                contentStyle={{
                  background: 'var(--surface-panel)',
                  border: '1px solid var(--line-soft)',
                  borderRadius: 6,
                  fontSize: 12,
                  color: 'var(--ink-strong)',
                }}
                labelFormatter={(at) => formatClock(Number(at), true)}
                formatter={(value) => `${formatNumber(Number(value))} ${unit}`}
              />
              {limit ? (
                <ReferenceLine
                  y={limit.value}
                  stroke="var(--warn)"
                  strokeDasharray="4 3"
                  label={{ value: limit.label, fill: 'var(--warn)', fontSize: 12, position: 'insideTopRight' }}
                />
              ) : null}
              {series.map((each) => {
                const colour = toneValue[each.tone ?? 'info'];
                const common = {
                  dataKey: each.id,
                  name: each.label,
                  stroke: colour,
                  strokeWidth: 1.5,
                  dot: false,
                  isAnimationActive: false,
                  connectNulls: false,
                  ...(each.dash ? { strokeDasharray: '4 2' } : {}),
                };
                return kind === 'area' ? (
                  <Area key={each.id} {...common} type="linear" fill={colour} fillOpacity={0.12} />
                ) : (
                  <Line key={each.id} {...common} type="linear" />
                );
              })}
            </Chart>
          </ResponsiveContainer>
        </div>
      )}
    </figure>
  );
}

const formatValue = (value: number | null | undefined): string => (value === null || value === undefined ? 'unknown' : formatNumber(value));

function PointTable({
  label,
  series,
  points,
  unit,
  seconds,
  height,
}: {
  label: string;
  series: readonly ChartSeries[];
  points: readonly ChartPoint[];
  unit: string;
  seconds: boolean;
  height: number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={`${label}, table`} className="overflow-auto" style={{ maxHeight: height + 80 }}>
      <table className="w-full text-left text-table tabular-nums">
        <thead>
          <tr className="text-quiet">
            <th className="py-1 pr-4 font-medium">Time</th>
            {series.map((each) => (
              <th key={each.id} className="py-1 pr-4 text-right font-medium">
                {each.label} ({unit})
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={point.at} className="border-t border-soft">
              <td className="py-1 pr-4">{formatClock(point.at, seconds)}</td>
              {series.map((each) => (
                <td key={each.id} className="py-1 pr-4 text-right">
                  {formatValue(point.values[each.id])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
