import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';

export type ReportsPage = Value<AdminApi['reports']['find']>;
export type ReportRow = ReportsPage['items'][number];

export const reasonWords = { spam: 'Spam', abuse: 'Abuse' } as const;
export const stateLooks = {
  open: { status: 'degraded', word: 'Open' },
  closed: { status: 'off', word: 'Closed' },
} as const;
