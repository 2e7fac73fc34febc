import type { NewAudit } from '../../admin/shared/ports.ts';

/** What a search of the audit looks at, by the start of words. */
export const auditText = (record: Pick<NewAudit, 'actor' | 'action' | 'target' | 'targetKey' | 'detail' | 'address'>): string =>
  [record.actor, record.action, record.target, record.targetKey, record.detail, record.address].join('\n');
