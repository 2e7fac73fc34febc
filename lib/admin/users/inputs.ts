import { z } from 'zod';
import { pageCursor, pageLimit, secretFields, secretText } from '../shared/fields.ts';

/** How a user is named everywhere: user ID (`anna`), address (`anna@example.com`) or number (`id:42`). */
export const userRef = z.string().trim().min(1).max(3100).describe('User ID, address, or id:NUMBER');
const userRefs = z.array(userRef).min(1).max(500).describe('Users, each as user ID, address, or id:NUMBER');

const userId = z.string().trim().min(1).max(255).describe('What the person types at sign-in');
const name = z.string().trim().max(255).describe('Full name');
const mail = z
  .string()
  .trim()
  .max(320)
  .regex(/^$|^[^\s@]+@[^\s@]+$/, 'Must look like name@example.com.')
  .describe('Mail address');
const domain = z.string().trim().min(1).max(255).describe('IM domain; the default domain when left out');

const search = z.string().trim().max(255).optional().describe('Start of the user ID, address, or any word of name or mail');
const filterFields = {
  search,
  domain: domain.optional().describe('Only users of this IM domain'),
  enabled: z.boolean().optional().describe('Only enabled (true) or disabled (false) users'),
};

export const findUsersInput = z.strictObject({
  ...filterFields,
  online: z.literal(true).optional().describe('Only users with a session now'),
  sort: z.enum(['userId', 'name', 'createdAt', 'lastSignInAt']).default('userId').describe('Order of the list'),
  descending: z.boolean().default(false).describe('Last first'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const exportUsersInput = z.strictObject(filterFields);

export const getUserInput = z.strictObject({ user: userRef });

export const createUserInput = z.strictObject({
  userId,
  password: secretText('At least 8 characters, not the user ID'),
  name: name.default(''),
  mail: mail.default(''),
  domain: domain.optional(),
  enabled: z.boolean().default(true).describe('May sign in'),
  admin: z.boolean().default(false).describe('May use administrator commands from a chat client (XEP-0133)'),
});

export const updateUserInput = z.strictObject({
  user: userRef,
  version: z.int().optional().describe('The version seen; an older one than the stored is refused'),
  userId: userId.optional(),
  name: name.optional(),
  mail: mail.optional(),
  domain: domain.optional().describe('New IM domain; changes the address'),
  admin: z.boolean().optional().describe('May use administrator commands from a chat client (XEP-0133)'),
});

export const setPasswordInput = z.strictObject({
  user: userRef,
  password: secretText('The new password: at least 8 characters, not the user ID'),
});
export const revokeClientInput = z.strictObject({ user: userRef, client: z.string().trim().min(1).max(100).describe('Id of the client') });
export const signOutInput = z.strictObject({
  user: userRef,
  reason: z.string().trim().max(255).default('An administrator signed this user out.').describe('Told to the clients'),
});
export const usersInput = z.strictObject({ users: userRefs });

/** 25 MiB as UTF-8 (limits §3.4); characters are counted here, bytes where the body is read. */
export const csvText = z
  .string()
  .min(1)
  .max(25 * 1024 * 1024)
  .describe('CSV text with a header line; columns userId (required), name, mail, domain, password, enabled')
  .register(secretFields, { secret: true });
export const importUsersInput = z.strictObject({ csv: csvText });

export const generateUsersInput = z.strictObject({
  prefix: z.string().trim().min(1).max(200).describe('User IDs become PREFIX1, PREFIX2, ...'),
  count: z.int().min(1).max(100_000).describe('How many'),
  passwordPrefix: secretText('Passwords become PREFIX1, PREFIX2, ...'),
  domain: domain.optional(),
});

export const bulkActions = ['enable', 'disable', 'delete', 'setDomain'] as const;
export type BulkAction = (typeof bulkActions)[number];

const bulkFields = {
  action: z.enum(bulkActions).describe('What to do with each user'),
  toDomain: domain.optional().describe('The new IM domain, for setDomain'),
  users: z.array(userRef).min(1).max(10_000).optional().describe('These users'),
  ...filterFields,
  all: z.boolean().default(false).describe('Really all users, when there is no other filter'),
};
export interface BulkTarget {
  readonly action: BulkAction;
  readonly toDomain?: string | undefined;
  readonly users?: readonly string[] | undefined;
  readonly search?: string | undefined;
  readonly domain?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly all: boolean;
}
const isFiltered = (input: BulkTarget) => Boolean(input.search) || input.domain !== undefined || input.enabled !== undefined;
const namesTarget = (input: BulkTarget) => Number(input.users !== undefined) + Number(isFiltered(input)) + Number(input.all) === 1;
const targetProblem = { message: 'Name either users, or a filter (search, domain, enabled), or all.', path: ['users'] };
const namesDomain = (input: BulkTarget) => (input.action === 'setDomain') === (input.toDomain !== undefined);
const domainProblem = { message: 'Goes with the action setDomain, and only with it.', path: ['toDomain'] };

export const previewBulkInput = z.strictObject(bulkFields).refine(namesTarget, targetProblem).refine(namesDomain, domainProblem);
export const runBulkInput = z
  .strictObject({ ...bulkFields, expect: z.int().optional().describe('Refuse when more users than this would change') })
  .refine(namesTarget, targetProblem)
  .refine(namesDomain, domainProblem);
