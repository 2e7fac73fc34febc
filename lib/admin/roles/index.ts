import { z } from 'zod';
import type { Fault } from '../../kernel/faults.ts';
import { sortableId } from '../../kernel/ids.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { CustomRole, Operator, RoleName } from '../../security/ports.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { type Permission, rolePermissions } from '../shared/viewer.ts';
import { builtInRoles } from './built-in.ts';
import { roleFaults } from './faults.ts';
import { createRoleInput, deleteRoleInput, getRoleInput, listRolesInput, updateRoleInput } from './inputs.ts';
import { lacking } from './lacking.ts';
import { type RoleView, roleView } from './outputs.ts';
import { isPermission } from './roles.ts';

type Context = UseCaseContext<AdminDeps>;

const holders = (operators: readonly Operator[], role: string) => operators.filter((operator) => operator.role === role);

const builtInView = (id: RoleName, operators: readonly Operator[]): RoleView => ({
  id,
  ...builtInRoles[id],
  permissions: [...rolePermissions[id]],
  builtIn: true,
  operators: holders(operators, id).length,
  createdAt: null,
  version: 1,
});
const view = (role: CustomRole, operators: readonly Operator[]): RoleView => ({
  id: role.id,
  name: role.name,
  description: role.description,
  permissions: role.permissions.filter(isPermission),
  builtIn: false,
  operators: holders(operators, role.id).length,
  createdAt: role.createdAt,
  version: role.version,
});

/** By id, or by name in any letter case. */
async function find(stores: AdminStores, reference: string): Promise<Result<CustomRole | RoleName, Fault>> {
  const wanted = reference.toLowerCase();
  for (const id of Object.keys(builtInRoles) as RoleName[])
    if (wanted === id || wanted === builtInRoles[id].name.toLowerCase()) return ok(id);
  const found = (await stores.roles.list()).find((role) => role.id === reference || role.name.toLowerCase() === wanted);
  return found ? ok(found) : refuse(roleFaults.missing({ role: reference }));
}

async function findCustom(ctx: Context, reference: string): Promise<Result<CustomRole, Fault>> {
  ctx.audit({ target: reference });
  const found = await find(ctx.stores, reference);
  if (!found.ok) return found;
  if (typeof found.value === 'string') return refuse(roleFaults.builtIn({ name: builtInRoles[found.value].name }));
  ctx.audit({ target: found.value.name, targetKey: `role:${found.value.id}` });
  return ok(found.value);
}

const isTakenByBuiltIn = (name: string) => Object.values(builtInRoles).some((role) => role.name.toLowerCase() === name.toLowerCase());
const taken = (name: string): Fault => roleFaults.taken({ name }, { fields: { name: 'This name is taken.' } });

function beyond(ctx: Context, permissions: readonly Permission[]): Fault | null {
  const missing = lacking(ctx.viewer, permissions);
  return missing.length === 0 ? null : roleFaults.beyondOwn({ permissions: missing.join(', ') });
}

/** Whoever has the role has more or less from now on: open pages and sessions are looked at again. */
function announce(ctx: Context, roleId: string, what: 'created' | 'updated' | 'removed', operators: readonly Operator[] = []): void {
  ctx.afterCommit(() => {
    ctx.deps.events.emit('role.changed', { roleId, what });
    for (const { id } of operators) ctx.deps.events.emit('operator.changed', { operatorId: id, what: 'role-changed' });
  });
}

const table = { path: 'items', columns: ['id', 'name', 'builtIn', 'operators', 'permissions'] };

const listRoles = defineUseCase({
  id: 'roles.list',
  title: 'List roles',
  summary: 'Built-in roles and those made here, with what each may do and how many have it.',
  may: 'operators.read',
  kind: 'read',
  input: listRolesInput,
  output: z.object({ items: z.array(roleView) }),
  rest: { method: 'GET', path: '/roles' },
  cli: { words: ['roles', 'list'], table },
  async run(_input, { stores }) {
    const [custom, operators] = await Promise.all([stores.roles.list(), stores.operators.list()]);
    return ok({
      items: [
        ...(Object.keys(builtInRoles) as RoleName[]).map((id) => builtInView(id, operators)),
        ...custom.map((role) => view(role, operators)),
      ],
    });
  },
});

const getRole = defineUseCase({
  id: 'roles.get',
  title: 'Show a role',
  summary: 'One role and what it may do.',
  may: 'operators.read',
  kind: 'read',
  input: getRoleInput,
  output: roleView,
  rest: { method: 'GET', path: '/roles/{role}' },
  cli: { words: ['roles', 'show'], positionals: [{ field: 'role', name: 'ROLE' }] },
  async run({ role }, { stores }) {
    const found = await find(stores, role);
    if (!found.ok) return found;
    const operators = await stores.operators.list();
    return ok(typeof found.value === 'string' ? builtInView(found.value, operators) : view(found.value, operators));
  },
});

const createRole = defineUseCase({
  id: 'roles.create',
  title: 'Make a role',
  summary: 'Makes a role from permissions. Nobody can put in what his own role lacks.',
  may: 'roles.write',
  audit: 'role.create',
  kind: 'change',
  input: createRoleInput,
  output: roleView,
  rest: { method: 'POST', path: '/roles', status: 201 },
  cli: {
    words: ['roles', 'add'],
    positionals: [{ field: 'name', name: 'NAME' }],
    examples: ['rollcall roles add "Help desk" --permissions users.read,users.password,sessions.read,sessions.end'],
  },
  async run({ name, description, permissions }, ctx) {
    ctx.audit({ target: name });
    const more = beyond(ctx, permissions);
    if (more) return refuse(more);
    const unique = [...new Set(permissions)];
    const made = isTakenByBuiltIn(name)
      ? 'taken'
      : await ctx.stores.roles.create({ id: `role-${sortableId()}`, name, description, permissions: unique });
    if (made === 'taken') return refuse(taken(name));
    ctx.audit({ targetKey: `role:${made.id}`, after: { name, description, permissions: unique } });
    announce(ctx, made.id, 'created');
    return ok(view(made, []));
  },
});

const updateRole = defineUseCase({
  id: 'roles.update',
  title: 'Change a role',
  summary: 'Changes name, description or permissions. Whoever has the role has more or less at once, in open pages too.',
  may: 'roles.write',
  audit: 'role.update',
  kind: 'change',
  input: updateRoleInput,
  output: roleView,
  rest: { method: 'PATCH', path: '/roles/{role}' },
  cli: {
    words: ['roles', 'update'],
    positionals: [{ field: 'role', name: 'ROLE' }],
    examples: ['rollcall roles update "Help desk" --permissions users.read,users.password'],
  },
  async run({ role, version, name, description, permissions }, ctx) {
    const found = await findCustom(ctx, role);
    if (!found.ok) return found;
    const was = found.value;
    const unique = permissions === undefined ? undefined : [...new Set(permissions)];
    // What was in there stays out of question: only what is added must be one's own.
    const more = beyond(ctx, unique?.filter((permission) => !was.permissions.includes(permission)) ?? []);
    if (more) return refuse(more);
    if (name !== undefined && isTakenByBuiltIn(name)) return refuse(taken(name));
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(unique === undefined ? {} : { permissions: unique }),
    };
    const now = await ctx.stores.roles.update(was.id, patch, version);
    if (now === null) return refuse(roleFaults.missing({ role }));
    if (now === 'conflict') return refuse(roleFaults.conflict({ name: was.name }));
    if (now === 'taken') return refuse(taken(name ?? was.name));
    ctx.audit({
      before: { name: was.name, description: was.description, permissions: was.permissions },
      after: { name: now.name, description: now.description, permissions: now.permissions },
    });
    const operators = await ctx.stores.operators.list();
    announce(ctx, now.id, 'updated', holders(operators, now.id));
    return ok(view(now, operators));
  },
});

const deleteRole = defineUseCase({
  id: 'roles.delete',
  title: 'Delete a role',
  summary: 'Removes a role that nobody has.',
  may: 'roles.write',
  audit: 'role.delete',
  kind: 'change',
  input: deleteRoleInput,
  output: z.object({ name: z.string() }),
  rest: { method: 'DELETE', path: '/roles/{role}' },
  cli: { words: ['roles', 'remove'], positionals: [{ field: 'role', name: 'ROLE' }] },
  async run({ role }, ctx) {
    const found = await findCustom(ctx, role);
    if (!found.ok) return found;
    const { id, name, description, permissions } = found.value;
    ctx.audit({ before: { name, description, permissions } });
    const having = holders(await ctx.stores.operators.list(), id);
    if (having.length > 0) {
      const who = having.slice(0, 5).map((operator) => operator.username);
      return refuse(
        roleFaults.inUse({
          name,
          count: having.length === 1 ? '1 person' : `${having.length} people`,
          who: having.length > 5 ? `${who.join(', ')} and others` : who.join(', '),
        }),
      );
    }
    await ctx.stores.roles.remove(id);
    announce(ctx, id, 'removed');
    return ok({ name });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const roles = { list: listRoles, get: getRole, create: createRole, update: updateRole, delete: deleteRole } as const;
