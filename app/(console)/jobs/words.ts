import type { JobView } from '@/lib/admin/jobs/outputs.ts';

export const hasEnded = (job: Pick<JobView, 'state'>): boolean => job.state !== 'waiting' && job.state !== 'running';

const kinds: Readonly<Record<string, string>> = {
  'user.import': 'Import of users',
  'user.generate': 'Test users',
  'user.bulk-enable': 'Enable users',
  'user.bulk-disable': 'Disable users',
  'user.bulk-delete': 'Delete users',
  'user.bulk-setDomain': 'Move users',
  'room.destroy-many': 'Destroy rooms',
  'announcement.everyone': 'Announcement to everyone',
  'assignment.move': 'Assign users',
};
export const kindWords = (kind: string): string => kinds[kind] ?? kind;

/** An import needs its file again, and what a generated password was is not kept: these start anew from their own page. */
export const mayBeRetried = (job: Pick<JobView, 'kind' | 'state' | 'failed'>): boolean =>
  hasEnded(job) &&
  job.failed > 0 &&
  (job.kind.startsWith('user.bulk-') || job.kind === 'room.destroy-many' || job.kind === 'assignment.move');

/** `done` counts the rows that went well; how far a job is, is those and the failed ones. */
export const howFar = <J extends Pick<JobView, 'done' | 'failed'>>(job: J): J => ({ ...job, done: job.done + job.failed });
