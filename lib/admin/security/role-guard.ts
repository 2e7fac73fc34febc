import type { Fault } from '../../kernel/faults.ts';
import type { Operator } from '../../security/ports.ts';
import { roleFaults } from '../roles/faults.ts';
import { lacking } from '../roles/lacking.ts';
import { isPermission } from '../roles/roles.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { isBuiltInRole, type Permission, rolePermissions } from '../shared/viewer.ts';
import { operatorFaults } from './faults.ts';

type Context = UseCaseContext<AdminDeps>;

/** Null for a role that does not exist. */
export async function permissionsOf(ctx: Context, role: string): Promise<readonly Permission[] | null> {
  if (isBuiltInRole(role)) return rolePermissions[role];
  return (await ctx.stores.roles.get(role))?.permissions.filter(isPermission) ?? null;
}

/** Null when the viewer may give this role: it exists, and holds nothing that he lacks. */
export async function refuseRole(ctx: Context, role: string): Promise<Fault | null> {
  const permissions = await permissionsOf(ctx, role);
  if (permissions === null) return operatorFaults.unknownRole({ role }, { fields: { role: 'There is no such role.' } });
  const missing = lacking(ctx.viewer, permissions);
  return missing.length === 0 ? null : roleFaults.beyondOwn({ permissions: missing.join(', ') });
}

/** Null when the viewer may act on this operator: whoever could give somebody who may do more a new password could do more himself. */
export async function refuseAbove(ctx: Context, operator: Operator): Promise<Fault | null> {
  const missing = lacking(ctx.viewer, (await permissionsOf(ctx, operator.role)) ?? []);
  return missing.length === 0 ? null : operatorFaults.mayDoMore({ username: operator.username });
}
