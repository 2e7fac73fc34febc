import { projection } from '../projection.ts';

/** Sign-ins come by the thousand after a restart: who is signed in is read again at its own pace, not after each. */
export const usersProjection = projection({
  channel: 'users',
  on: ['user.changed', 'users.imported'],
  everyMs: 5000,
  read: (api, viewer, params) => api.users.find(viewer, params),
});
/** Files come from clients, not by events: read at their own pace. */
export const filesProjection = projection({
  channel: 'files',
  on: [],
  everyMs: 5000,
  read: (api, viewer, params) => api.files.find(viewer, params),
});
export const domainsProjection = projection({
  channel: 'domains',
  on: ['domain.changed', 'user.changed', 'users.imported'],
  read: (api, viewer, params) => api.domains.list(viewer, params),
});
/** How much they carry moves without events. */
export const componentsProjection = projection({
  channel: 'components',
  on: ['component.changed', 'settings.changed'],
  everyMs: 5000,
  read: (api, viewer, params) => api.components.list(viewer, params),
});
/** Servers come and go without anybody's doing. */
export const directoriesProjection = projection({
  channel: 'directories',
  on: ['directory.changed'],
  everyMs: 5000,
  read: (api, viewer, params) => api.directories.list(viewer, params),
});
export const directoryProjection = projection({
  channel: 'directory',
  on: ['directory.changed'],
  everyMs: 5000,
  read: (api, viewer, params) => api.directories.get(viewer, params),
});
export const agreementsProjection = projection({
  channel: 'agreements',
  on: ['directory.changed'],
  everyMs: 10_000,
  read: (api, viewer, params) => api.directories.listAgreements(viewer, params),
});
/** A run moves many times a second, and what it counts is worth a look every other one. */
export const callManagerProjection = projection({
  channel: 'callManager',
  on: ['callManager.changed', 'service.changed', 'settings.changed'],
  everyMs: 10_000,
  read: (api, viewer, params) => api.callManager.show(viewer, params),
});
export const tokensProjection = projection({
  channel: 'tokens',
  on: ['token.changed'],
  everyMs: 15_000,
  read: (api, viewer, params) => api.tokens.list(viewer, params),
});
export const rolesProjection = projection({
  channel: 'roles',
  on: ['role.changed', 'operator.changed'],
  read: (api, viewer, params) => api.roles.list(viewer, params),
});
export const operatorsProjection = projection({
  channel: 'operators',
  on: ['operator.changed', 'console-session.ended'],
  everyMs: 15_000,
  read: (api, viewer, params) => api.operators.list(viewer, params),
});
