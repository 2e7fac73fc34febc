import { ok } from '../../kernel/result.ts';
import { projection } from '../projection.ts';

/** Forms are not overwritten under anyone's hands: they hear that there is something newer and by whom. */
export const settingsVersionProjection = projection({
  channel: 'settings:version',
  on: ['settings.changed'],
  async read(api, viewer) {
    const history = await api.settings.history(viewer, { limit: 1 });
    if (!history.ok) return history;
    const last = history.value.items[0];
    return ok({ version: last?.version ?? 0, by: last?.by ?? '', at: last?.at ?? 0 });
  },
});
