import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { Status } from '@/lib/ui/primitives/status.tsx';

export type ServiceRow = Value<AdminApi['services']['list']>['services'][number];

export const states: Readonly<Record<ServiceRow['state'], { status: Status; word: string }>> = {
  started: { status: 'running', word: 'Running' },
  degraded: { status: 'degraded', word: 'Degraded' },
  starting: { status: 'changing', word: 'Starting' },
  stopping: { status: 'changing', word: 'Stopping' },
  failed: { status: 'down', word: 'Failed' },
  stopped: { status: 'off', word: 'Stopped' },
};

export type Act = 'start' | 'stop' | 'restart';
const runs = (row: ServiceRow): boolean => row.state === 'started' || row.state === 'degraded';
const moves = (row: ServiceRow): boolean => row.state === 'starting' || row.state === 'stopping';

/** Why an act makes no sense now; null when it does. The use case decides again. */
export function whyNot(row: ServiceRow, act: Act): string | null {
  if (moves(row)) return `It is ${row.state}.`;
  if (act === 'start') return runs(row) ? 'It runs.' : null;
  if (row.essential) return 'It stops only with the node.';
  return row.state === 'stopped' ? 'It is stopped.' : null;
}
