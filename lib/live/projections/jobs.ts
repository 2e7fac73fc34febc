import { projection } from '../projection.ts';

export const jobsProjection = projection({
  channel: 'jobs',
  on: ['job.changed'],
  read: (api, viewer, params) => api.jobs.find(viewer, params),
});
export const jobProjection = projection({
  channel: 'job',
  on: ['job.changed'],
  read: (api, viewer, params) => api.jobs.get(viewer, params),
});
