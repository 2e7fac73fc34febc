import { projection } from '../projection.ts';

/** Clocks and heartbeats move without events. */
export const redundancyProjection = projection({
  channel: 'redundancy',
  on: ['redundancy.changed', 'assignment.changed', 'service.changed'],
  everyMs: 2000,
  read: (api, viewer, params) => api.redundancy.list(viewer, params),
});
export const assignmentProjection = projection({
  channel: 'assignment',
  on: ['assignment.changed', 'redundancy.changed', 'users.imported', 'settings.changed'],
  everyMs: 5000,
  read: (api, viewer, params) => api.assignment.show(viewer, params),
});
export const assignedPeopleProjection = projection({
  channel: 'assignment:users',
  on: ['assignment.changed', 'users.imported'],
  everyMs: 5000,
  read: (api, viewer, params) => api.assignment.people(viewer, params),
});
export const dataMonitorProjection = projection({
  channel: 'data-monitor',
  on: ['database.changed'],
  everyMs: 5000,
  read: (api, viewer, params) => api.dataMonitor.show(viewer, params),
});
