import type { SyncMarks } from './ports.ts';

/** When the daily run was due last, before `now`; null: none is wanted. Local time of the server, as people set it. */
export function lastDue(fullSyncAt: string, now: number): number | null {
  const [hours, minutes] = fullSyncAt.split(':').map(Number);
  if (hours === undefined || minutes === undefined || fullSyncAt === '') return null;
  const due = new Date(now);
  due.setHours(hours, minutes, 0, 0);
  if (due.getTime() > now) due.setDate(due.getDate() - 1);
  return due.getTime();
}
export function nextDue(fullSyncAt: string, now: number): number | null {
  const last = lastDue(fullSyncAt, now);
  if (last === null) return null;
  const next = new Date(last);
  next.setDate(next.getDate() + 1);
  return next.getTime();
}

/** What is to be done now. */
export function dueRun(
  marks: SyncMarks,
  settings: { readonly fullSyncAt: string; readonly pollInterval: number },
  now: number,
): 'first' | 'full' | 'changes' | null {
  if (marks.lastFullAt === 0) return 'first';
  const full = lastDue(settings.fullSyncAt, now);
  if (full !== null && marks.lastFullAt < full) return 'full';
  if (settings.pollInterval > 0 && now - marks.lastGoodAt >= settings.pollInterval * 1000) return 'changes';
  return null;
}
