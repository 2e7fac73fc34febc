import { z } from 'zod';
import { permissions } from '../shared/viewer.ts';

export const listTokensInput = z.strictObject({});
export const createTokenInput = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('What it is for'),
  scopes: z.array(z.enum(permissions)).min(1).describe('Permissions the token has, never more than its maker'),
  expiresInDays: z.int().min(1).max(3650).nullable().default(90).describe('Days until it expires; null for never'),
});
export const revokeTokenInput = z.strictObject({ token: z.string().min(1).max(100).describe('Id of the token') });
