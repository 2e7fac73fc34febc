import { z } from 'zod';
import { instant } from '../shared/fields.ts';
import { permissions } from '../shared/viewer.ts';

export const roleView = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  permissions: z.array(z.enum(permissions)),
  /** One that every installation has and nobody changes. */
  builtIn: z.boolean(),
  /** Operators who have it. */
  operators: z.int(),
  /** Null for a built-in one. */
  createdAt: instant.nullable(),
  version: z.int(),
});
export type RoleView = z.output<typeof roleView>;
