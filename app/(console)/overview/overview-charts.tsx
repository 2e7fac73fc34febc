'use client';
import dynamic from 'next/dynamic';
import { cn } from '@/lib/ui/cn.ts';
import { ChartSkeleton } from '@/lib/ui/patterns/chart-skeleton.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { type Figures, pointsOf, type Span } from './series.ts';

/** The drawing library is heavy and nothing else on the page needs it. */
const TimeChart = dynamic(() => import('@/lib/ui/patterns/time-chart.tsx').then((file) => file.TimeChart), {
  ssr: false,
  loading: () => <ChartSkeleton />,
});

const spans: readonly { id: Span; label: string }[] = [
  { id: 'ten-minutes', label: '10 minutes' },
  { id: 'day', label: '1 day' },
];

export function OverviewCharts({ figures, span, known }: { figures: readonly Figures[]; span: Span; known: boolean }) {
  return (
    <section aria-labelledby="charts-title">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="charts-title" className="text-card">
          Over time
        </h2>
        <nav aria-label="Span" className="ml-auto flex rounded-control border border-firm bg-panel p-0.5">
          {spans.map((each) => (
            <Link
              key={each.id}
              href={each.id === 'ten-minutes' ? '/overview' : `/overview?span=${each.id}`}
              scroll={false}
              aria-current={each.id === span ? 'true' : undefined}
              className={cn(
                'flex min-h-7 items-center rounded-[4px] px-2 text-table text-ink',
                each.id === span && 'bg-sunken font-medium text-strong',
              )}
            >
              {each.label}
            </Link>
          ))}
        </nav>
      </div>
      {known ? null : (
        <p className="mb-2 text-table text-quiet">What was before this page opened could not be read. The charts begin now.</p>
      )}
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card>
          <TimeChart
            label="People online and sessions"
            unit=""
            series={[
              { id: 'sessions', label: 'Sessions', tone: 'info' },
              { id: 'people', label: 'People online', tone: 'ok', dash: true },
            ]}
            points={pointsOf(figures, (each) => ({ sessions: each.sessions, people: each.usersOnline }))}
          />
        </Card>
        <Card>
          <TimeChart
            label="Messages"
            unit="a second"
            series={[
              { id: 'sent', label: 'Sent', tone: 'info' },
              { id: 'delivered', label: 'Delivered', tone: 'ok', dash: true },
            ]}
            points={pointsOf(figures, (each) => ({ sent: each.messagesPerSecond, delivered: each.deliveredPerSecond }))}
          />
        </Card>
        <Card>
          <TimeChart
            label="Availability changes"
            unit="a second"
            series={[{ id: 'presence', label: 'Changes' }]}
            points={pointsOf(figures, (each) => ({ presence: each.presencePerSecond }))}
          />
        </Card>
        <Card>
          <TimeChart
            label="Event-loop delay, 99th percentile"
            unit="ms"
            kind="line"
            series={[{ id: 'delay', label: 'Delay', tone: 'notice' }]}
            points={pointsOf(figures, (each) => ({ delay: each.loopP99 }))}
          />
        </Card>
        <Card>
          <TimeChart
            label="Processor"
            unit="% of one core"
            kind="line"
            series={[{ id: 'cpu', label: 'Processor' }]}
            points={pointsOf(figures, (each) => ({ cpu: Math.round(each.cpu * 1000) / 10 }))}
          />
        </Card>
        <Card>
          <TimeChart
            label="Memory"
            unit="MiB"
            kind="line"
            series={[{ id: 'memory', label: 'Memory' }]}
            points={pointsOf(figures, (each) => ({ memory: Math.round(each.residentBytes / 1_048_576) }))}
          />
        </Card>
      </div>
    </section>
  );
}
