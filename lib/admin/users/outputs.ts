import { z } from 'zod';
import { instant } from '../shared/fields.ts';

export const userRow = z.object({
  id: z.int(),
  userId: z.string(),
  address: z.string(),
  domain: z.string(),
  name: z.string(),
  mail: z.string(),
  enabled: z.boolean(),
  source: z.enum(['local', 'ldap', 'call-manager']),
  createdAt: instant,
  updatedAt: instant,
  lastSignInAt: instant.nullable(),
  version: z.int(),
  /** Sessions now; 0 is offline. */
  sessions: z.int(),
});
export type UserRow = z.output<typeof userRow>;

export const sessionRow = z.object({
  id: z.string(),
  user: z.string(),
  userId: z.int(),
  resource: z.string(),
  state: z.enum(['live', 'hibernating']),
  address: z.string(),
  transport: z.enum(['tcp', 'direct-tls', 'websocket', 'bosh']),
  tlsVersion: z.string(),
  cipher: z.string(),
  mechanism: z.string(),
  client: z.string(),
  since: instant,
  show: z.enum(['', 'available', 'away', 'chat', 'dnd', 'xa']),
  status: z.string(),
  priority: z.int(),
});
export type SessionRow = z.output<typeof sessionRow>;

export const contactRow = z.object({
  contact: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  subscription: z.string(),
  ask: z.boolean(),
  approved: z.boolean(),
});

export const signInRow = z.object({
  at: instant,
  kind: z.string(),
  address: z.string(),
  mechanism: z.string(),
  outcome: z.string(),
  reason: z.string(),
});

/** A client that signs in by a token. */
export const clientRow = z.object({
  id: z.string(),
  software: z.string(),
  device: z.string(),
  address: z.string(),
  since: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  mechanism: z.string(),
  /** Sessions of this client now. */
  sessions: z.int(),
});
export type ClientRow = z.output<typeof clientRow>;

export const userDetail = z.object({
  user: userRow,
  isXmppAdministrator: z.boolean(),
  hasPassword: z.boolean(),
  /** What contacts see: the session with the highest priority decides. */
  presence: z.object({ show: z.enum(['offline', 'available', 'away', 'chat', 'dnd', 'xa']), status: z.string() }),
  sessions: z.array(sessionRow),
  contacts: z.array(contactRow),
  offlineMessages: z.int(),
  signIns: z.array(signInRow),
  clients: z.array(clientRow),
});

export const bulkOutcome = z.object({
  changed: z.array(z.object({ id: z.int(), userId: z.string(), address: z.string() })),
  skipped: z.array(z.object({ user: z.string(), why: z.string() })),
});

export const rowProblem = z.object({ line: z.int(), userId: z.string(), message: z.string() });
export const importPreview = z.object({
  rows: z.int(),
  willCreate: z.int(),
  withoutPassword: z.int(),
  willSkip: z.int(),
  willFail: z.int(),
  newDomains: z.array(z.string()),
  /** The first 200, by line. */
  problems: z.array(rowProblem),
  skips: z.array(rowProblem),
});

export const bulkPreview = z.object({
  matching: z.int(),
  willChange: z.int(),
  sessionsTouched: z.int(),
  skipped: z.array(z.object({ why: z.string(), count: z.int() })),
  /** The first 20 that change. */
  sample: z.array(z.object({ id: z.int(), userId: z.string(), address: z.string(), becomes: z.string() })),
});
