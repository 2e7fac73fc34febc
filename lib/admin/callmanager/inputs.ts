import { z } from 'zod';
import { pageCursor, pageLimit, secretText } from '../shared/fields.ts';

export const schemaVersionChoices = ['', '10.0', '10.5', '11.0', '11.5', '12.0', '12.5', '14.0', '15.0'] as const;

const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^[\p{L}\p{N}.:_-]+$/u, 'Give a host name or an address, without https:// and without a port.')
  .describe('Host name or address of the publisher');
const port = z.int().min(1).max(65_535).default(8443).describe('Port of its AXL service');
const serverName = z
  .string()
  .trim()
  .max(253)
  .regex(/^[\p{L}\p{N}.:_-]*$/u, 'Give a host name, or leave it empty.')
  .default('')
  .describe('Name in its certificate, where that is another one');

export const showCallManagerInput = z.strictObject({});
export const configureCallManagerInput = z.strictObject({
  host,
  port,
  username: z.string().trim().min(1).max(128).describe('Application user with the role Standard AXL API Access'),
  password: secretText('Password of that user; the stored one stays when it is left out').optional(),
  caPem: z.string().max(65_536).default('').describe('Certificates of the authorities it is trusted by, PEM; empty: the public ones'),
  serverName,
  schemaVersion: z.enum(schemaVersionChoices).default('').describe('AXL schema version; empty: found out'),
  enabled: z.boolean().default(true).describe('Synchronise by schedule?'),
});
export const removeCallManagerInput = z.strictObject({});
export const testCallManagerInput = z.strictObject({});
export const fetchCertificateInput = z.strictObject({ host, port, serverName });
export const syncCallManagerInput = z.strictObject({
  kind: z.enum(['full', 'changes']).default('full').describe('full: read and compare everything; changes: only what changed'),
  preview: z.boolean().default(false).describe('Find out what would change, and wait for a decision'),
});
const run = z.string().trim().min(1).max(64).describe('Id of the run');
export const listRunsInput = z.strictObject({
  limit: pageLimit,
  before: z.string().max(64).optional().describe('Only runs older than this one'),
});
export const getRunInput = z.strictObject({ run });
export const plannedInput = z.strictObject({
  run,
  action: z
    .enum(['create', 'adopt', 'update', 'enable', 'disable', 'gone', 'note'])
    .optional()
    .describe('Only people for whom this is planned'),
  limit: pageLimit,
  after: z.string().max(64).optional().describe('Where to go on: `next` of the page before'),
});
export const runProblemsInput = z.strictObject({
  run,
  limit: pageLimit,
  after: z.coerce.number().int().min(-1).default(-1).describe('Where to go on: `next` of the page before'),
});
export const decideRunInput = z.strictObject({ run });
export const cancelSyncInput = z.strictObject({});
export const findCallManagerUsersInput = z.strictObject({
  search: z.string().trim().max(200).optional().describe('Start of the user ID'),
  show: z.enum(['all', 'entitled', 'not-entitled', 'problems', 'gone']).default('all').describe('Which of them'),
  limit: pageLimit,
  cursor: pageCursor,
});
export const getCallManagerUserInput = z.strictObject({ user: z.string().trim().min(1).max(512).describe('User ID') });
