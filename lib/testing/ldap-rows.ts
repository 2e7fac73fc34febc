import { usualAttributes, usualFilter } from '../ldap/index.ts';
import type { Agreement, Directory, LinkedPerson, SyncRun } from '../ldap/ports.ts';

/** Rows of directories for tests. */
export const directoryRow = (more: Partial<Directory> = {}): Directory => ({
  id: 'dir-1',
  name: 'Head office',
  enabled: true,
  kind: 'active-directory',
  servers: [{ host: '127.0.0.1', port: 389 }],
  security: 'none',
  caPem: '',
  bindDn: '',
  sealedPassword: '',
  base: 'dc=example,dc=test',
  filter: usualFilter['active-directory'],
  attributes: usualAttributes['active-directory'],
  connectTimeoutMs: 2_000,
  operationTimeoutMs: 5_000,
  pageSize: 500,
  maxBinds: 8,
  rememberMinutes: 0,
  signIn: true,
  search: false,
  cards: false,
  groups: [],
  createdAt: 1_700_000_000_000,
  version: 1,
  ...more,
});

export const agreementRow = (more: Partial<Agreement> = {}): Agreement => ({
  id: 'agr-1',
  directoryId: 'dir-1',
  name: 'Staff',
  enabled: true,
  base: '',
  filter: '',
  domain: '',
  everyMinutes: 0,
  graceDays: 7,
  maxLossPercent: 10,
  adopt: false,
  nextAt: 0,
  createdAt: 1_700_000_000_000,
  version: 1,
  ...more,
});

export const linkRow = (accountId: number, more: Partial<LinkedPerson> = {}): LinkedPerson => ({
  accountId,
  agreementId: 'agr-1',
  directoryId: 'dir-1',
  key: `key-${accountId}`,
  dn: `cn=${accountId},dc=example,dc=test`,
  uri: '',
  phone: '',
  department: '',
  title: '',
  goneAt: null,
  ...more,
});

export const noCounts = { created: 0, changed: 0, enabled: 0, disabled: 0, gone: 0, removed: 0, unchanged: 0, faulty: 0 };
export const runRow = (id: string, more: Partial<SyncRun> = {}): SyncRun => ({
  id,
  agreementId: 'agr-1',
  jobId: '',
  isTrial: false,
  state: 'running',
  by: 'ana',
  at: 1_700_000_000_000,
  endedAt: null,
  counts: noCounts,
  why: '',
  changes: [],
  ...more,
});
