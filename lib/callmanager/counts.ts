import { type RunCounts, type StagedUser, type SyncAction, syncActions } from './ports.ts';

const nobody = (): Record<SyncAction, number> => Object.fromEntries(syncActions.map((action) => [action, 0])) as Record<SyncAction, number>;

export type Tally = { -readonly [K in keyof Omit<RunCounts, 'planned'>]: RunCounts[K] } & { readonly planned: Record<SyncAction, number> };
export const emptyTally = (): Tally => ({
  read: 0,
  unchanged: 0,
  planned: nobody(),
  applied: 0,
  problems: 0,
  devices: 0,
  lines: 0,
  equipmentChanged: 0,
  requests: 0,
  retries: 0,
});
export const copyOf = (tally: RunCounts): Tally => ({ ...tally, planned: { ...tally.planned } });
export function add(tally: Tally, staged: readonly StagedUser[]): void {
  for (const { action } of staged) tally.planned[action]++;
}
/** How many lose what they have. */
export const takenAway = (counts: RunCounts): number => counts.planned.disable + counts.planned.gone;
export const plannedSum = (counts: RunCounts): number => Object.values(counts.planned).reduce((sum, n) => sum + n, 0);

const words: Readonly<Record<SyncAction, string>> = {
  create: 'new',
  adopt: 'taken over',
  update: 'changed',
  enable: 'enabled',
  disable: 'disabled',
  gone: 'gone',
  note: 'without IM and presence',
};
/** What a run found, in words. */
export function sayCounts(counts: RunCounts): string {
  const parts = syncActions.flatMap((action) =>
    counts.planned[action] > 0 ? [`${counts.planned[action].toLocaleString('en-US')} ${words[action]}`] : [],
  );
  if (counts.equipmentChanged > 0) parts.push(`${counts.equipmentChanged.toLocaleString('en-US')} devices and lines written`);
  if (parts.length === 0) parts.push('nothing changed');
  return `${parts.join(', ')}${counts.problems > 0 ? `; ${counts.problems.toLocaleString('en-US')} with problems` : ''}.`;
}
