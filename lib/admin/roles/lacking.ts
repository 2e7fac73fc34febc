import type { Permission, Viewer } from '../shared/viewer.ts';

/** Which of these the viewer does not have, and so must not give to anybody. */
export const lacking = (viewer: Viewer, permissions: readonly Permission[]): readonly Permission[] =>
  permissions.filter((permission) => !viewer.permissions.includes(permission));
