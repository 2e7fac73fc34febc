import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { type Tone, toneText, toneTint } from '../tone.ts';

/** Each state has its own shape, so that it can be told without colour. */
export type Status = 'running' | 'changing' | 'degraded' | 'down' | 'off' | 'unknown';
export type Presence = 'available' | 'away' | 'busy' | 'dnd' | 'offline' | 'unknown';

const statusTone: Readonly<Record<Status, Tone>> = {
  running: 'ok',
  changing: 'info',
  degraded: 'warn',
  down: 'fault',
  off: 'idle',
  unknown: 'idle',
};
const statusWord: Readonly<Record<Status, string>> = {
  running: 'Running',
  changing: 'Changing',
  degraded: 'Degraded',
  down: 'Down',
  off: 'Off',
  unknown: 'Unknown',
};
const presenceTone: Readonly<Record<Presence, Tone>> = {
  available: 'ok',
  away: 'notice',
  busy: 'fault',
  dnd: 'fault',
  offline: 'idle',
  unknown: 'idle',
};
const presenceWord: Readonly<Record<Presence, string>> = {
  available: 'Available',
  away: 'Away',
  busy: 'Busy',
  dnd: 'Do not disturb',
  offline: 'Offline',
  unknown: 'Unknown',
};

const ring = <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const dashedRing = <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.5 2.2" />;
const disc = <circle cx="6" cy="6" r="5" fill="currentColor" />;
const square = <rect x="1.5" y="1.5" width="9" height="9" rx="1" fill="currentColor" />;
const statusShape: Readonly<Record<Status, ReactNode>> = {
  running: disc,
  changing: (
    <>
      {ring}
      <path d="M6 1.2a4.8 4.8 0 0 0 0 9.6z" fill="currentColor" />
    </>
  ),
  degraded: <path d="M6 .8 11.4 10.8H.6z" fill="currentColor" />,
  down: square,
  off: ring,
  unknown: dashedRing,
};
const presenceShape: Readonly<Record<Presence, ReactNode>> = {
  available: disc,
  away: (
    <>
      {ring}
      <path d="M6 3v3.2l2 1.3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
    </>
  ),
  busy: square,
  dnd: (
    <>
      {disc}
      <rect x="2.75" y="5.1" width="6.5" height="1.8" rx=".4" fill="var(--surface-panel)" />
    </>
  ),
  offline: ring,
  unknown: dashedRing,
};

const Mark = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <svg viewBox="0 0 12 12" aria-hidden="true" className={cn('inline-block size-3 shrink-0 forced-color-adjust-auto', toneText[tone])}>
    {children}
  </svg>
);

/** Shape alone; put the word beside it. */
export const StatusMark = ({ status, tone }: { status: Status; tone?: Tone }) => (
  <Mark tone={tone ?? statusTone[status]}>{statusShape[status]}</Mark>
);

/** Shape, word and colour. `word` replaces the standard one ("Failed over", "Syncing"). */
export function StatusBadge({
  status,
  word,
  tone,
  plain,
  className,
}: {
  status: Status;
  word?: string;
  tone?: Tone;
  plain?: boolean;
  className?: string;
}) {
  const said = tone ?? statusTone[status];
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 align-middle whitespace-nowrap',
        plain ? 'text-ink' : cn('rounded-full px-2 py-0.5 text-meta font-medium', toneTint[said]),
        className,
      )}
    >
      <StatusMark status={status} tone={said} />
      {word ?? statusWord[status]}
    </span>
  );
}

/** Availability of a person: shape and word. */
export function PresenceMark({ presence, word, hideWord }: { presence: Presence; word?: string; hideWord?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5 align-middle whitespace-nowrap">
      <Mark tone={presenceTone[presence]}>{presenceShape[presence]}</Mark>
      <span className={hideWord ? 'sr-only' : undefined}>{word ?? presenceWord[presence]}</span>
    </span>
  );
}

/** The XMPP `show` value ('' while no presence was sent) as a state people know. */
export function presenceOfShow(show: string): Presence {
  switch (show) {
    case 'available':
    case 'chat':
      return 'available';
    case 'away':
    case 'xa':
      return 'away';
    case 'dnd':
      return 'dnd';
    default:
      return 'unknown';
  }
}
