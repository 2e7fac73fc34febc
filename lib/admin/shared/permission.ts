import type { Fault } from '../../kernel/faults.ts';
import type { RoleName } from '../../security/ports.ts';
import { adminFaults } from './faults.ts';
import { type Permission, rolePermissions, type Viewer } from './viewer.ts';

const roleTitles: Readonly<Record<RoleName, string>> = { administrator: 'Administrator', operator: 'Operator', 'read-only': 'Read-only' };

/** Null when the viewer may; else a refusal that names the permission and who can grant it. */
export function checkPermission(viewer: Viewer, permission: Permission): Fault | null {
  if (viewer.permissions.includes(permission)) return null;
  const roles = rolesWith(permission);
  const titles = roles.map((role) => roleTitles[role]).join(' and ');
  const who =
    viewer.kind === 'token'
      ? 'This token does not have it. Make a token with that scope.'
      : `The role ${titles} has it. An administrator can change your role.`;
  return adminFaults.notPermitted({ permission, who }, { details: { permission, roles } });
}

export const rolesWith = (permission: Permission): RoleName[] =>
  (Object.keys(rolePermissions) as RoleName[]).filter((role) => rolePermissions[role].includes(permission));
