import { z } from 'zod';
import { instant } from '../shared/fields.ts';
import { directoryKinds, directorySecurities } from './inputs.ts';

export const serverView = z.object({
  host: z.string(),
  port: z.int(),
  state: z.enum(['unused', 'up', 'down']),
  since: instant.nullable(),
  why: z.string(),
});
export const directoryView = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  kind: z.enum(directoryKinds),
  servers: z.array(serverView),
  security: z.enum(directorySecurities),
  caPem: z.string(),
  bindDn: z.string(),
  hasPassword: z.boolean(),
  base: z.string(),
  filter: z.string(),
  keyAttribute: z.string(),
  userIdAttribute: z.string(),
  nameAttribute: z.string(),
  mailAttribute: z.string(),
  uriAttribute: z.string(),
  phoneAttribute: z.string(),
  departmentAttribute: z.string(),
  titleAttribute: z.string(),
  photoAttribute: z.string(),
  controlAttribute: z.string(),
  connectTimeoutMs: z.int(),
  operationTimeoutMs: z.int(),
  pageSize: z.int(),
  maxBinds: z.int(),
  rememberMinutes: z.int(),
  signIn: z.boolean(),
  search: z.boolean(),
  cards: z.boolean(),
  groups: z.array(z.string()),
  agreements: z.int(),
  people: z.int(),
  createdAt: instant,
  version: z.int(),
});
export type DirectoryView = z.output<typeof directoryView>;

export const countsView = z.object({
  created: z.int(),
  changed: z.int(),
  enabled: z.int(),
  disabled: z.int(),
  gone: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  faulty: z.int(),
});
export const runView = z.object({
  id: z.string(),
  agreement: z.string(),
  jobId: z.string(),
  isTrial: z.boolean(),
  state: z.enum(['running', 'done', 'held', 'failed']),
  by: z.string(),
  at: instant,
  endedAt: instant.nullable(),
  counts: countsView,
  why: z.string(),
  changes: z.array(
    z.object({
      what: z.enum(['create', 'change', 'enable', 'disable', 'gone', 'remove', 'fault']),
      userId: z.string(),
      detail: z.string(),
    }),
  ),
});
export type RunView = z.output<typeof runView>;

export const agreementView = z.object({
  id: z.string(),
  directoryId: z.string(),
  directory: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  base: z.string(),
  filter: z.string(),
  domain: z.string(),
  everyMinutes: z.int(),
  graceDays: z.int(),
  maxLossPercent: z.int(),
  adopt: z.boolean(),
  nextAt: instant.nullable(),
  people: z.int(),
  gone: z.int(),
  last: runView.omit({ changes: true }).nullable(),
  createdAt: instant,
  version: z.int(),
});
export type AgreementView = z.output<typeof agreementView>;

const stepName = z.enum(['resolve', 'connect', 'tls', 'bind', 'search', 'user', 'sign-in']);
export const testView = z.object({
  /** Of all servers, one after the other. */
  steps: z.array(z.object({ server: z.string(), step: stepName, ok: z.boolean(), ms: z.number(), says: z.string() })),
  servers: z.array(
    z.object({
      host: z.string(),
      port: z.int(),
      ok: z.boolean(),
      steps: z.array(
        z.object({
          step: stepName,
          ok: z.boolean(),
          ms: z.number(),
          says: z.string(),
        }),
      ),
      certificate: z
        .object({
          subject: z.string(),
          issuer: z.string(),
          names: z.string(),
          validTo: z.string(),
          fingerprint: z.string(),
          trusted: z.boolean(),
        })
        .nullable(),
      person: z
        .object({
          dn: z.string(),
          userId: z.string(),
          name: z.string(),
          mail: z.string(),
          uri: z.string(),
          phone: z.string(),
          department: z.string(),
          title: z.string(),
          enabled: z.boolean(),
        })
        .nullable(),
    }),
  ),
});
export type TestView = z.output<typeof testView>;
