import { projection } from '../projection.ts';

/** Numbers move without events; what changes the sentences comes at once. */
export const overviewProjection = projection({
  channel: 'overview',
  on: ['service.changed', 'database.changed', 'certificate.changed', 'settings.changed'],
  everyMs: 2000,
  read: (api, viewer) => api.overview.get(viewer, {}),
});

/** For the bell in the top bar, on every page. */
export const alarmsProjection = projection({
  channel: 'alarms',
  on: ['service.changed', 'database.changed', 'certificate.changed'],
  everyMs: 3000,
  read: (api, viewer) => api.diagnostics.alarms(viewer, {}),
});
