import type { ReactNode } from 'react';
import { countOf, formatNumber } from '../format.ts';
import { Progress } from '../primitives/progress.tsx';
import { type Status, StatusBadge } from '../primitives/status.tsx';
import type { Tone } from '../tone.ts';

export interface JobView {
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly summary?: string;
}
const looks: Readonly<Record<JobView['state'], { status: Status; word: string; tone: Tone }>> = {
  waiting: { status: 'unknown', word: 'Waiting', tone: 'idle' },
  running: { status: 'changing', word: 'Running', tone: 'info' },
  done: { status: 'running', word: 'Done', tone: 'ok' },
  failed: { status: 'down', word: 'Failed', tone: 'fault' },
  cancelled: { status: 'off', word: 'Cancelled', tone: 'idle' },
};
export const JobBadge = ({ job }: { job: Pick<JobView, 'state' | 'failed'> }) => {
  const look =
    job.state === 'done' && job.failed > 0
      ? { status: 'degraded' as const, word: 'Done with failures', tone: 'warn' as const }
      : looks[job.state];
  return <StatusBadge status={look.status} word={look.word} tone={look.tone} />;
};
/** A long piece of work: state, how far, how many failed, and what one may do with it. */
export function JobProgress({
  job,
  title,
  actions,
  badge = true,
}: {
  job: JobView;
  title: string;
  actions?: ReactNode;
  /** False where the badge stands beside the title of the page. */
  badge?: boolean;
}) {
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-medium text-strong wrap-anywhere">{title}</span>
        {badge ? <JobBadge job={job} /> : null}
        {actions ? <span className="ml-auto flex gap-2">{actions}</span> : null}
      </div>
      <Progress
        label={title}
        value={job.done}
        max={Math.max(job.total, 1)}
        tone={job.failed > 0 ? 'warn' : job.state === 'done' ? 'ok' : 'info'}
      />
      <p className="text-table text-quiet tabular-nums">
        {formatNumber(job.done)} of {formatNumber(job.total)} done
        {job.failed > 0 ? <span className="text-warn">, {countOf(job.failed, 'failure')}</span> : null}
        {job.summary ? `. ${job.summary}` : ''}
      </p>
    </div>
  );
}
