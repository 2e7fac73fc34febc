import { projection } from '../projection.ts';

export const topologyProjection = projection({
  channel: 'topology',
  on: ['service.changed', 'database.changed'],
  everyMs: 1000,
  read: (api, viewer) => api.topology.show(viewer, {}),
});
