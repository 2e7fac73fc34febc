import type { z } from 'zod';
import type { Fault } from '../kernel/faults.ts';
import type { Result } from '../kernel/result.ts';
import { announcements } from './announcements/index.ts';
import { assignment } from './assignment/index.ts';
import { audit } from './audit/index.ts';
import { callManager } from './callmanager/index.ts';
import { certificates } from './certificates/index.ts';
import { components } from './components/index.ts';
import { dataMonitor } from './data-monitor/index.ts';
import { diagnostics } from './diagnostics/index.ts';
import { directories } from './directories/index.ts';
import { domains } from './domains/index.ts';
import { files } from './files/index.ts';
import { jobs } from './jobs/index.ts';
import { overview } from './overview/index.ts';
import { pubsub } from './pubsub/index.ts';
import { redundancy } from './redundancy/index.ts';
import { reports } from './reports/index.ts';
import { roles } from './roles/index.ts';
import { rooms } from './rooms/index.ts';
import { consoleSessions, locks, operators, self } from './security/index.ts';
import { services } from './services/index.ts';
import { sessions } from './sessions/index.ts';
import { settings } from './settings/index.ts';
import type { AdminDeps } from './shared/define.ts';
import type { AuthDoor, Reference, RestAnswer, RestRequest } from './shared/door.ts';
import type { UseCase } from './shared/use-case.ts';
import type { Viewer } from './shared/viewer.ts';
import { tokens } from './tokens/index.ts';
import { topology } from './topology/index.ts';
import { users } from './users/index.ts';

/**
 * Every use case, by area. A new one is added in its area's `index.ts`, a new area here: console, REST, command line, reference
 * and the permission test follow from this object. Key path and id are the same (`users.find` is `useCases.users.find`).
 */
export const useCases = {
  announcements,
  audit,
  certificates,
  components,
  consoleSessions,
  diagnostics,
  domains,
  files,
  jobs,
  locks,
  operators,
  overview,
  roles,
  rooms,
  reports,
  self,
  services,
  sessions,
  settings,
  tokens,
  users,
  pubsub,
  topology,
  redundancy,
  assignment,
  dataMonitor,
  directories,
  callManager,
} as const;

type Areas = typeof useCases;
type Call<U> =
  U extends UseCase<infer I, infer O, AdminDeps> ? (viewer: Viewer, input: z.input<I>) => Promise<Result<z.output<O>, Fault>> : never;

export type UseCaseCalls = { readonly [A in keyof Areas]: { readonly [V in keyof Areas[A]]: Call<Areas[A][V]> } };

/** What pages and routes see of the running server: plain data in, plain data out. */
export type AdminApi = UseCaseCalls & {
  readonly auth: AuthDoor;
  /** `viewer` is the one of the console session; null lets only a bearer token in. */
  rest(request: RestRequest, viewer: Viewer | null): Promise<RestAnswer>;
  reference(): Reference;
  /** Goes with changes that a page sends to REST with the session cookie, as the header `x-csrf-token` (W-14). Empty without a session. */
  csrfToken(viewer: Viewer): string;
  readonly nodeName: string;
};
