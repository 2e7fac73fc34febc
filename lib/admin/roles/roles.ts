import type { EventHub } from '../../kernel/events.ts';
import type { Log } from '../../kernel/log.ts';
import type { RoleStore } from '../../security/ports.ts';
import { isBuiltInRole, type Permission, permissions, rolePermissions } from '../shared/viewer.ts';

/** What each role may do, held in memory because it is asked at every request. */
export interface Roles {
  /** Empty for a role that does not exist (any more): whoever has it may do nothing. */
  permissionsOf(role: string): readonly Permission[];
  load(): Promise<void>;
  stop(): void;
}

/** What an administrator of a directory has whom no group gives a role any more. Unlike who is disabled, he has one again when a group gives it. */
export const noRole = 'none';

const known: ReadonlySet<string> = new Set(permissions);
export const isPermission = (name: string): name is Permission => known.has(name);

export function createRoles(deps: { readonly store: RoleStore; readonly events: EventHub; readonly log: Log }): Roles {
  let custom: ReadonlyMap<string, readonly Permission[]> = new Map();
  async function load(): Promise<void> {
    // A permission that this version does not know is left out, never guessed.
    custom = new Map((await deps.store.list()).map((role) => [role.id, role.permissions.filter(isPermission)]));
  }
  const off = deps.events.on('role.changed', () => {
    load().catch((error: unknown) => deps.log.error('roles.load-failed', { error }));
  });
  return {
    permissionsOf: (role) => (isBuiltInRole(role) ? rolePermissions[role] : (custom.get(role) ?? [])),
    load,
    stop: off,
  };
}
