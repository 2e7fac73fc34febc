'use server';
import { consoleAction } from '@/app/_shared/console-action.ts';
import { findAuditInput, verifyAuditInput } from '@/lib/admin/audit/inputs.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export const readAudit = consoleAction(findAuditInput, (input, viewer) => admin().audit.find(viewer, input));
export const verifyAudit = consoleAction(verifyAuditInput, (input, viewer) => admin().audit.verify(viewer, input));
