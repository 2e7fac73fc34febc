import { z } from 'zod';
import { secretText } from '../shared/fields.ts';

const role = z.string().trim().min(1).max(100);
const operator = z.string().trim().min(1).max(300).describe('User name of the operator, or id:ID');
const username = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\s\p{Cc}:]+$/u, 'Must be without spaces, colons and control characters.')
  .describe('What the operator types at sign-in');

export const listOperatorsInput = z.strictObject({});
export const getOperatorInput = z.strictObject({ operator });
export const createOperatorInput = z.strictObject({
  username,
  password: secretText('At least 8 characters, not the user name'),
  name: z.string().trim().max(255).default('').describe('Full name'),
  role: role.default('read-only').describe('Id of a role: administrator, operator, read-only, or one made here'),
  mustChangePassword: z.boolean().default(true).describe('Must choose an own password at the first sign-in'),
});
export const updateOperatorInput = z.strictObject({
  operator,
  version: z.int().optional().describe('The version seen; an older one than the stored is refused'),
  name: z.string().trim().max(255).optional().describe('Full name'),
  role: role.optional().describe('Id of a role: administrator, operator, read-only, or one made here'),
  enabled: z.boolean().optional().describe('May sign in'),
});
export const deleteOperatorInput = z.strictObject({ operator });
export const setOperatorPasswordInput = z.strictObject({
  operator,
  password: secretText('The new password: at least 8 characters, not the user name'),
  mustChangePassword: z.boolean().default(true).describe('Must choose an own password at the next sign-in'),
});
export const changePasswordInput = z.strictObject({
  current: secretText('The present password'),
  password: secretText('The new password: at least 8 characters, not the user name'),
});

const code = z.string().trim().min(6).max(32).describe('The code that the authenticator app shows now, or a recovery code');
export const secondFactorInput = z.strictObject({});
export const proposeSecondFactorInput = z.strictObject({});
export const enableSecondFactorInput = z.strictObject({
  secret: secretText('The secret proposed before'),
  code,
  password: secretText('The present password'),
});
export const disableSecondFactorInput = z.strictObject({ code });
export const renewRecoveryCodesInput = z.strictObject({ code });
export const resetSecondFactorInput = z.strictObject({ operator });

export const findLocksInput = z.strictObject({
  kind: z.enum(['xmpp', 'console']).optional().describe('Only locks of chat clients (xmpp) or of the console'),
  search: z.string().trim().max(300).optional().describe('Part of the account or address'),
});
export const liftLockInput = z.strictObject({ id: z.string().min(1).max(1_000).describe('Id of the lock, from the list') });

export const listConsoleSessionsInput = z.strictObject({
  all: z.boolean().default(false).describe('Of everybody, not only your own; needs the permission operators.read'),
});
export const endConsoleSessionsInput = z.strictObject({
  ids: z.array(z.string().min(1).max(100)).min(1).max(500).describe('Ids of the sessions, from the list'),
});
export const recentSignInsInput = z.strictObject({
  name: z.string().trim().max(3_100).optional().describe('Only of this account or operator'),
  limit: z.int().min(1).max(500).default(100).describe('How many at most (1 to 500)'),
});
