import type { RoleView } from '@/lib/admin/roles/outputs.ts';

export type Role = 'administrator' | 'operator' | 'read-only';

/** Roles to choose from, the built-in ones first. */
export const optionsOf = (roles: readonly RoleView[]) =>
  roles.map(({ id, name, description }) => ({ value: id, label: name, help: description }));
/** What a role is called; its id when it is not among those that exist. */
/** Who lost the groups of the directory has the role `none`, which is no entry of the list. */
export const nameOfRole = (roles: readonly RoleView[], id: string): string =>
  roles.find((role) => role.id === id)?.name ?? (id === 'none' ? 'No role' : id);

export const roleWords: Readonly<Record<Role, string>> = { administrator: 'Administrator', operator: 'Operator', 'read-only': 'Read only' };
export const roleOptions = [
  { value: 'administrator', label: roleWords.administrator, help: 'May do everything, also make other administrators.' },
  {
    value: 'operator',
    label: roleWords.operator,
    help: 'Sees everything; sets passwords, ends sessions, controls services, lifts locks. Changes no settings and no users.',
  },
  { value: 'read-only', label: roleWords['read-only'], help: 'Sees everything but administrators and API tokens; changes nothing.' },
] as const;

/** What each permission allows, in words; the areas in the order of the menu. */
export const sayPermission = (permission: string): { area: string; verb: string } => {
  const [area = '', verb = ''] = permission.split('.', 2);
  return { area: areaWords[area] ?? area, verb: verbWords[permission] ?? verbWords[verb] ?? verb };
};
const areaWords: Readonly<Record<string, string>> = {
  overview: 'Overview',
  users: 'Users',
  sessions: 'Sessions',
  domains: 'Domains',
  settings: 'Settings',
  services: 'Services',
  audit: 'Audit',
  certificates: 'Certificates',
  tokens: 'API tokens',
  operators: 'Administrators',
  rooms: 'Chat rooms',
  jobs: 'Jobs',
  locks: 'Locks',
  roles: 'Roles',
  diagnostics: 'Diagnostics',
  self: 'Own account',
  announcements: 'Announcements',
  reports: 'Reports',
  directories: 'Directories',
  cluster: 'Cluster',
  redundancy: 'Redundancy groups',
  assignment: 'User assignment',
};
const verbWords: Readonly<Record<string, string>> = {
  read: 'see',
  write: 'change',
  'users.password': 'set passwords',
  'sessions.end': 'end',
  'services.control': 'start and stop',
  'audit.export': 'export',
  'rooms.transcripts': 'read transcripts',
  'locks.write': 'lift',
  'jobs.write': 'cancel and retry',
  'announcements.write': 'send and change',
  'reports.write': 'close',
  'redundancy.write': 'change, fail over and fall back',
};
