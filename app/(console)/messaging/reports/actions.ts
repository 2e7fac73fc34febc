'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { closeReportInput } from '@/lib/admin/reports/inputs.ts';

export const closeReport = consoleAction(closeReportInput, (input, viewer) => admin().reports.close(viewer, input));
