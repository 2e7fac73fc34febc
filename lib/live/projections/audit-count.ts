import { ok } from '../../kernel/result.ts';
import { projection } from '../projection.ts';

/** The audit page shows "3 new" and reads the records itself when asked. The read of one record is the permission check. */
export const auditCountProjection = projection({
  channel: 'audit:count',
  on: ['audit.appended'],
  async read(api, viewer, _params, count) {
    const allowed = await api.audit.find(viewer, { limit: 1 });
    return allowed.ok ? ok({ added: count }) : allowed;
  },
});
