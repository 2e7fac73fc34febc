import type { RoleName } from '../../security/ports.ts';

/** Who acts. Plain data, so that it crosses the door between server and pages. */
export interface Viewer {
  readonly kind: 'person' | 'token' | 'command-line' | 'xmpp' | 'system';
  /** Stable id: operator id, token id, `command-line`, bare JID, `system`. */
  readonly id: string;
  /** For audit and screens. */
  readonly name: string;
  /** A `RoleName`, the id of a custom role, or `system`. */
  readonly role: string;
  readonly permissions: readonly Permission[];
  /** Where from; empty on the machine itself. */
  readonly address: string;
  /** Console session, when there is one. */
  readonly sessionId?: string;
}

/** `area.read` sees, `area.write` changes. A closed list: an unknown one does not compile. */
export const permissions = [
  'overview.read',
  'users.read',
  'users.write',
  'users.password',
  'sessions.read',
  'sessions.end',
  'domains.read',
  'domains.write',
  'settings.read',
  'settings.write',
  'services.read',
  'services.control',
  'audit.read',
  'audit.export',
  'certificates.read',
  'certificates.write',
  'tokens.read',
  'tokens.write',
  'operators.read',
  'operators.write',
  'roles.write',
  'jobs.read',
  'jobs.write',
  'locks.read',
  'locks.write',
  'diagnostics.read',
  'rooms.read',
  'rooms.write',
  'rooms.transcripts',
  'files.read',
  'files.write',
  'components.read',
  'components.write',
  'self.read',
  'self.write',
  'pubsub.read',
  'pubsub.write',
  'announcements.read',
  'announcements.write',
  'reports.read',
  'reports.write',
  'cluster.read',
  'cluster.write',
  'redundancy.read',
  'redundancy.write',
  'assignment.read',
  'assignment.write',
  'directories.read',
  'directories.write',
  'callManager.read',
  'callManager.write',
] as const;
export type Permission = (typeof permissions)[number];

const reads = permissions.filter((p) => p.endsWith('.read'));
export const rolePermissions: Readonly<Record<RoleName, readonly Permission[]>> = {
  administrator: permissions,
  operator: [
    ...reads,
    'users.password',
    'sessions.end',
    'services.control',
    'jobs.write',
    'locks.write',
    'audit.export',
    'self.write',
    'announcements.write',
    'reports.write',
  ],
  'read-only': [...reads.filter((p) => p !== 'tokens.read' && p !== 'operators.read'), 'self.write'],
};

export const isBuiltInRole = (role: string): role is RoleName => Object.hasOwn(rolePermissions, role);

export const systemViewer: Viewer = { kind: 'system', id: 'system', name: 'System', role: 'system', permissions, address: '' };
export const commandLineViewer: Viewer = {
  kind: 'command-line',
  id: 'command-line',
  name: 'Command line',
  role: 'administrator',
  permissions,
  address: '',
};
