import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { Status } from '@/lib/ui/primitives/status.tsx';

export type NodeRow = Value<AdminApi['topology']['show']>['nodes'][number];

export const states: Readonly<Record<NodeRow['state'], { status: Status; word: string }>> = {
  up: { status: 'running', word: 'Up' },
  joining: { status: 'changing', word: 'Joining' },
  draining: { status: 'changing', word: 'Stopping' },
  gone: { status: 'down', word: 'Gone' },
  stopped: { status: 'off', word: 'Stopped' },
};

export const delayWords = ({ delayMs, self }: NodeRow): string =>
  self ? 'this node' : delayMs === null ? 'not measured' : delayMs < 1 ? 'under 1 ms' : `${Math.round(delayMs)} ms`;

/** Why an act makes no sense now; null when it does. The use case decides again. */
export function whyNotRemove(row: NodeRow): string | null {
  if (row.self) return 'It is the node that answers you.';
  return row.state === 'gone' || row.state === 'stopped' ? null : 'It is running. Stop it first.';
}
export const whyNotPromote = (row: NodeRow): string | null => (row.role === 'publisher' ? 'It is the publisher.' : null);
