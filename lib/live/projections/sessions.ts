import { projection } from '../projection.ts';

/** Sessions come and go by the thousand in a sign-in storm, so that only the gap between reads limits the work. */
export const sessionsProjection = projection({
  channel: 'sessions',
  on: ['session.started', 'session.ended', 'session.changed'],
  read: (api, viewer, params) => api.sessions.find(viewer, params),
});
