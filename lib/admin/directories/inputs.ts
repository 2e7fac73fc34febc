import { z } from 'zod';
import { secretText } from '../shared/fields.ts';

export const directoryKinds = ['active-directory', 'generic'] as const;
export const directorySecurities = ['ldaps', 'starttls', 'none'] as const;

const directory = z.string().trim().min(1).max(100).describe('Name or id of the directory');
const agreement = z.string().trim().min(1).max(100).describe('Name or id of the agreement');
const version = z.int().min(1).optional().describe('The version that was read; refused when it has changed since');
const dn = z.string().trim().max(2_000);
const attribute = z
  .string()
  .trim()
  .max(128)
  .regex(/^$|^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*$/, 'Must be the name of an attribute, for example mail.');
const named = (what: string) => attribute.min(1).describe(`Attribute that holds ${what}`);
const maybe = (what: string) => attribute.describe(`Attribute that holds ${what}; empty for none`);

const directoryFields = {
  name: z.string().trim().min(1).max(100).describe('What it is called here'),
  enabled: z.boolean().describe('Is it used?'),
  servers: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(300)
        .regex(/^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/, 'Must be HOST:PORT, for example ldap1.example.com:636.'),
    )
    .min(1)
    .max(8)
    .describe('Servers as HOST:PORT, in order: the first that answers serves'),
  security: z.enum(directorySecurities).describe('ldaps, starttls, or none: then passwords cross the network in clear text'),
  caPem: z
    .string()
    .trim()
    .max(200_000)
    .describe('Certificates (PEM) of the authorities that sign those of the servers; empty for the public ones'),
  bindDn: dn.describe('Distinguished name that searches sign in with; empty for anonymous'),
  base: dn.min(1).describe('Where people are searched, for example ou=People,dc=example,dc=com'),
  filter: z.string().trim().min(1).max(4_000).describe('Which entries are people (RFC 4515)'),
  keyAttribute: named('what never changes (objectGUID, entryUUID)'),
  userIdAttribute: named('the user ID (sAMAccountName, uid, mail)'),
  nameAttribute: named('the name'),
  mailAttribute: maybe('the mail address'),
  uriAttribute: maybe('the SIP or directory address'),
  phoneAttribute: maybe('the telephone number'),
  departmentAttribute: maybe('the department'),
  titleAttribute: maybe('the title'),
  photoAttribute: maybe('the picture'),
  controlAttribute: maybe('userAccountControl, whose second bit disables'),
  connectTimeoutMs: z.int().min(200).max(30_000).describe('Milliseconds to connect'),
  operationTimeoutMs: z.int().min(500).max(120_000).describe('Milliseconds for one answer'),
  pageSize: z.int().min(10).max(1_000).describe('Entries a page (RFC 2696)'),
  maxBinds: z.int().min(1).max(200).describe('People whose passwords are checked at a time'),
  rememberMinutes: z
    .int()
    .min(0)
    .max(1_440)
    .describe('Minutes for which a right password is taken again without asking, also when the directory is away; 0 asks each time'),
  signIn: z.boolean().describe('Its people sign in with their password there'),
  search: z.boolean().describe('Clients find its people'),
  cards: z.boolean().describe('Its people who made no vCard have one from the directory'),
  groups: z
    .array(
      z
        .string()
        .trim()
        .min(3)
        .max(2_100)
        .regex(/^[\w-]+=.+=.+$/, 'Must be ROLE=GROUP, for example operator=cn=Helpdesk,ou=Groups,dc=example,dc=com.'),
    )
    .max(50)
    .describe('Groups whose members use the console, as ROLE=DN of the group; the first that fits counts'),
};
const bindPassword = secretText('Password of the bind DN').optional();

const defaults = {
  enabled: directoryFields.enabled.default(true),
  security: directoryFields.security.default('ldaps'),
  caPem: directoryFields.caPem.default(''),
  bindDn: directoryFields.bindDn.default(''),
  connectTimeoutMs: directoryFields.connectTimeoutMs.default(5_000),
  operationTimeoutMs: directoryFields.operationTimeoutMs.default(15_000),
  pageSize: directoryFields.pageSize.default(500),
  maxBinds: directoryFields.maxBinds.default(16),
  rememberMinutes: directoryFields.rememberMinutes.default(0),
  signIn: directoryFields.signIn.default(true),
  search: directoryFields.search.default(false),
  cards: directoryFields.cards.default(false),
  groups: directoryFields.groups.default([]),
};
const attributeFields = [
  'keyAttribute',
  'userIdAttribute',
  'nameAttribute',
  'mailAttribute',
  'uriAttribute',
  'phoneAttribute',
  'departmentAttribute',
  'titleAttribute',
  'photoAttribute',
  'controlAttribute',
] as const;
type Attributes = { [K in (typeof attributeFields)[number]]: z.ZodOptional<z.ZodString> };
/** Left out, they are what the kind of directory has. */
const ownAttributes = Object.fromEntries(attributeFields.map((field) => [field, directoryFields[field].optional()])) as Attributes;

export const listDirectoriesInput = z.strictObject({});
export const getDirectoryInput = z.strictObject({ directory });
export const addDirectoryInput = z.strictObject({
  ...directoryFields,
  ...defaults,
  kind: z.enum(directoryKinds).default('active-directory').describe('Whose attributes and filters are meant when none are given'),
  filter: directoryFields.filter.optional(),
  ...ownAttributes,
  bindPassword,
});
export const updateDirectoryInput = z.strictObject({
  directory,
  version,
  ...z.object(directoryFields).partial().shape,
  kind: z.enum(directoryKinds).optional().describe('Kind of the directory'),
  bindPassword,
});
export const deleteDirectoryInput = z.strictObject({ directory });
export const testDirectoryInput = z.strictObject({
  directory,
  userId: z.string().trim().max(256).default('').describe('User ID to look up; empty tests without one'),
  password: secretText('Password of that user, to try a sign-in').optional(),
});

const agreementFields = {
  name: z.string().trim().min(1).max(100).describe('What it is called'),
  enabled: z.boolean().describe('Does it run by schedule?'),
  base: dn.describe('Where its people are; empty for the base of the directory'),
  filter: z.string().trim().max(4_000).describe('Which entries get accounts; empty for the filter of the directory'),
  domain: z.string().trim().max(1_100).describe('IM domain of their addresses; empty for the default'),
  everyMinutes: z.int().min(0).max(10_080).describe('Minutes between two runs; 0 runs by hand only'),
  graceDays: z.int().min(-1).max(3_650).describe('Days between leaving the directory and the removal of the account; -1 never removes'),
  maxLossPercent: z.int().min(0).max(100).describe('Share of people disabled or removed at once above which somebody is asked'),
  adopt: z.boolean().describe('Accounts made here become the directory’s when the user ID is the same; they lose their password'),
};
export const listAgreementsInput = z.strictObject({ directory: directory.optional() });
export const getAgreementInput = z.strictObject({ agreement });
export const addAgreementInput = z.strictObject({
  directory,
  ...agreementFields,
  enabled: agreementFields.enabled.default(true),
  base: agreementFields.base.default(''),
  filter: agreementFields.filter.default(''),
  domain: agreementFields.domain.default(''),
  everyMinutes: agreementFields.everyMinutes.default(60),
  graceDays: agreementFields.graceDays.default(30),
  maxLossPercent: agreementFields.maxLossPercent.default(10),
  adopt: agreementFields.adopt.default(false),
});
export const updateAgreementInput = z.strictObject({ agreement, version, ...z.object(agreementFields).partial().shape });
export const deleteAgreementInput = z.strictObject({ agreement });
export const syncAgreementInput = z.strictObject({
  agreement,
  trial: z.boolean().default(false).describe('Tells what would change, and changes nothing'),
  confirm: z.boolean().default(false).describe('Applies it although many people would be disabled or removed'),
});
export const listRunsInput = z.strictObject({
  agreement,
  limit: z.int().min(1).max(100).default(20).describe('How many at most (1 to 100)'),
});
export const getRunInput = z.strictObject({ run: z.string().min(1).max(64).describe('Id of the run') });
