import { z } from 'zod';
import { instant } from '../shared/fields.ts';

export const operatorView = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  /** Id of the role. */
  role: z.string(),
  enabled: z.boolean(),
  mustChangePassword: z.boolean(),
  source: z.enum(['local', 'directory']),
  /** Signs in with a code besides the password. */
  secondFactor: z.boolean(),
  createdAt: instant,
  lastSignInAt: instant.nullable(),
  version: z.int(),
  /** Open console sessions. */
  sessions: z.int(),
});
export type OperatorView = z.output<typeof operatorView>;

export const secondFactorView = z.object({
  enabled: z.boolean(),
  enabledAt: instant.nullable(),
  /** Recovery codes not used yet. */
  recoveryCodes: z.int(),
  /** The settings ask this operator for one. */
  asked: z.boolean(),
});
export type SecondFactorView = z.output<typeof secondFactorView>;
export const secondFactorProposal = z.object({ secret: z.string(), uri: z.string() });
/** Shown once. */
export const recoveryCodes = z.object({ codes: z.array(z.string()) });

export const lockView = z.object({
  id: z.string(),
  kind: z.enum(['xmpp', 'console']),
  what: z.enum(['account-and-address', 'address', 'account']),
  name: z.string(),
  address: z.string(),
  failures: z.int(),
  until: instant,
  /** The lock in one sentence. */
  says: z.string(),
});
export type LockView = z.output<typeof lockView>;

export const consoleSessionView = z.object({
  id: z.string(),
  username: z.string(),
  operatorId: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  address: z.string(),
  agent: z.string(),
  /** The session that asks. */
  current: z.boolean(),
});
export type ConsoleSessionView = z.output<typeof consoleSessionView>;

export const signInView = z.object({
  at: instant,
  kind: z.enum(['xmpp', 'console', 'token']),
  name: z.string(),
  address: z.string(),
  mechanism: z.string(),
  outcome: z.string(),
  /** The outcome in words. */
  says: z.string(),
});
