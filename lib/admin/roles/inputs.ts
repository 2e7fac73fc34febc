import { z } from 'zod';
import { permissions } from '../shared/viewer.ts';

const role = z.string().trim().min(1).max(100).describe('Id of the role, or its name');
const name = z.string().trim().min(1).max(64).describe('What the role is called');
const description = z.string().trim().max(500).describe('What it is for');
const chosen = z.array(z.enum(permissions)).min(1).max(permissions.length).describe('Permissions of the role, for example users.read');

export const listRolesInput = z.strictObject({});
export const getRoleInput = z.strictObject({ role });
export const createRoleInput = z.strictObject({ name, description: description.default(''), permissions: chosen });
export const updateRoleInput = z.strictObject({
  role,
  version: z.int().optional().describe('The version seen; an older one than the stored is refused'),
  name: name.optional(),
  description: description.optional(),
  permissions: chosen.optional(),
});
export const deleteRoleInput = z.strictObject({ role });
