import { projection } from '../projection.ts';

/**
 * People enter and leave by the thousand; events for each would cost the engine more than looking while somebody watches. What
 * administrators change comes at once.
 */
export const roomsProjection = projection({
  channel: 'rooms',
  on: ['room.changed'],
  everyMs: 2000,
  read: (api, viewer, params) => api.rooms.find(viewer, params),
});
export const roomProjection = projection({
  channel: 'room',
  on: ['room.changed'],
  everyMs: 2000,
  read: (api, viewer, params) => api.rooms.get(viewer, params),
});
export const occupantsProjection = projection({
  channel: 'room:occupants',
  on: ['room.changed'],
  everyMs: 1000,
  read: (api, viewer, params) => api.rooms.occupants(viewer, params),
});
export const roomMembersProjection = projection({
  channel: 'room:members',
  on: ['room.changed'],
  everyMs: 2000,
  read: (api, viewer, params) => api.rooms.members(viewer, params),
});
