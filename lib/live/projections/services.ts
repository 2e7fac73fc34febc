import { projection } from '../projection.ts';

export const servicesProjection = projection({
  channel: 'services',
  on: ['service.changed'],
  everyMs: 5000,
  read: (api, viewer) => api.services.list(viewer, {}),
});
