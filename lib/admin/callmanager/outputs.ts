import { z } from 'zod';
import type { CallManagerUser, StagedUser, SyncRun } from '../../callmanager/ports.ts';
import { instant, pageOf } from '../shared/fields.ts';

const counts = z.object({
  read: z.int(),
  unchanged: z.int(),
  planned: z.object({
    create: z.int(),
    adopt: z.int(),
    update: z.int(),
    enable: z.int(),
    disable: z.int(),
    gone: z.int(),
    note: z.int(),
  }),
  applied: z.int(),
  problems: z.int(),
  devices: z.int(),
  lines: z.int(),
  equipmentChanged: z.int(),
  requests: z.int(),
  retries: z.int(),
});
export const runView = z.object({
  id: z.string(),
  kind: z.enum(['full', 'changes']),
  trigger: z.enum(['schedule', 'administrator', 'preview', 'first']),
  by: z.string(),
  state: z.enum(['reading', 'waiting', 'applying', 'done', 'failed', 'discarded', 'cancelled']),
  startedAt: instant,
  endedAt: instant.nullable(),
  counts,
  says: z.string(),
});
export type RunView = z.output<typeof runView>;
export const presentRun = (run: SyncRun): RunView => ({
  ...run,
  endedAt: run.endedAt === 0 ? null : run.endedAt,
  counts: { ...run.counts, planned: { ...run.counts.planned } },
});

export const certificateView = z.object({
  subject: z.string(),
  issuer: z.string(),
  names: z.string(),
  notBefore: instant,
  notAfter: instant,
  sha256: z.string(),
  selfSigned: z.boolean(),
  pem: z.string(),
});
export type CertificateView = z.output<typeof certificateView>;

export const publisherView = z.object({
  host: z.string(),
  port: z.int(),
  username: z.string(),
  caPem: z.string(),
  /** Those of `caPem`, read. */
  authorities: z.array(certificateView.omit({ pem: true })),
  serverName: z.string(),
  schemaVersion: z.string(),
  enabled: z.boolean(),
  updatedAt: instant,
});
export const statusView = z.object({
  publisher: publisherView.nullable(),
  agent: z.enum(['stopped', 'idle', 'reading', 'waiting', 'applying']),
  /** The run under way, or the one that waits for a decision. */
  run: runView.nullable(),
  lastFullAt: instant.nullable(),
  lastGoodAt: instant.nullable(),
  nextFullAt: instant.nullable(),
  spoken: z.string(),
  release: z.string(),
  failure: z.object({ at: instant, since: instant, says: z.string() }).nullable(),
  /** Why clients cannot sign in yet. */
  gate: z.string().nullable(),
  counts: z.object({
    known: z.int(),
    entitled: z.int(),
    served: z.int(),
    problems: z.int(),
    gone: z.int(),
    devices: z.int(),
    lines: z.int(),
  }),
});
export type StatusView = z.output<typeof statusView>;

export const plannedView = z.object({
  uuid: z.string(),
  action: z.string(),
  userId: z.string(),
  name: z.string(),
  says: z.string(),
  problem: z.string(),
});
export type PlannedView = z.output<typeof plannedView>;
export const presentPlanned = ({ incoming, ...row }: StagedUser): PlannedView => ({ ...row, name: incoming?.name ?? '' });
export const problemView = z.object({ index: z.int(), uuid: z.string(), userId: z.string(), kind: z.string(), says: z.string() });
export const stepView = z.object({ name: z.string(), ok: z.boolean(), ms: z.int(), says: z.string() });

export const callManagerUserView = z.object({
  uuid: z.string(),
  userId: z.string(),
  name: z.string(),
  mail: z.string(),
  department: z.string(),
  title: z.string(),
  telephone: z.string(),
  mobile: z.string(),
  directoryUri: z.string(),
  homeCluster: z.boolean(),
  imEnabled: z.boolean(),
  active: z.boolean(),
  /** May they use IM and presence here: active, at home in this cluster and enabled for it. */
  entitled: z.boolean(),
  extension: z.string(),
  partition: z.string(),
  serviceProfile: z.string(),
  accountId: z.int().nullable(),
  problem: z.string(),
  goneAt: instant.nullable(),
});
export type CallManagerUserView = z.output<typeof callManagerUserView>;
export const callManagerUserPage = pageOf(callManagerUserView);
export const presentCallManagerUser = ({ digest: _, ...user }: CallManagerUser): CallManagerUserView => ({
  ...user,
  entitled: user.active && user.homeCluster && user.imEnabled,
  goneAt: user.goneAt === 0 ? null : user.goneAt,
});
export const deviceView = z.object({
  name: z.string(),
  description: z.string(),
  model: z.string(),
  protocol: z.string(),
  owner: z.string(),
  lines: z.array(z.object({ pattern: z.string(), partition: z.string(), description: z.string() })),
});
