import type { AdminApi } from '../admin/api.ts';

/**
 * What pages may watch. A channel carries the same value as the use case a page reads first: the snapshot on joining, then the
 * whole value again when it changed, at most twice a second. `params` narrow it as they narrow the page.
 */
type Call = (viewer: never, input: never) => Promise<unknown>;
type ValueOf<F extends Call> = Extract<Awaited<ReturnType<F>>, { readonly ok: true }> extends { readonly value: infer V } ? V : never;
type InputOf<F extends Call> = Parameters<F>[1];

export interface Channels {
  alarms: { readonly params: InputOf<AdminApi['diagnostics']['alarms']>; readonly value: ValueOf<AdminApi['diagnostics']['alarms']> };
  overview: { readonly params: InputOf<AdminApi['overview']['get']>; readonly value: ValueOf<AdminApi['overview']['get']> };
  sessions: { readonly params: InputOf<AdminApi['sessions']['find']>; readonly value: ValueOf<AdminApi['sessions']['find']> };
  users: { readonly params: InputOf<AdminApi['users']['find']>; readonly value: ValueOf<AdminApi['users']['find']> };
  files: { readonly params: InputOf<AdminApi['files']['find']>; readonly value: ValueOf<AdminApi['files']['find']> };
  domains: { readonly params: InputOf<AdminApi['domains']['list']>; readonly value: ValueOf<AdminApi['domains']['list']> };
  components: { readonly params: InputOf<AdminApi['components']['list']>; readonly value: ValueOf<AdminApi['components']['list']> };
  directories: { readonly params: InputOf<AdminApi['directories']['list']>; readonly value: ValueOf<AdminApi['directories']['list']> };
  directory: { readonly params: InputOf<AdminApi['directories']['get']>; readonly value: ValueOf<AdminApi['directories']['get']> };
  agreements: {
    readonly params: InputOf<AdminApi['directories']['listAgreements']>;
    readonly value: ValueOf<AdminApi['directories']['listAgreements']>;
  };
  callManager: { readonly params: InputOf<AdminApi['callManager']['show']>; readonly value: ValueOf<AdminApi['callManager']['show']> };
  tokens: { readonly params: InputOf<AdminApi['tokens']['list']>; readonly value: ValueOf<AdminApi['tokens']['list']> };
  operators: { readonly params: InputOf<AdminApi['operators']['list']>; readonly value: ValueOf<AdminApi['operators']['list']> };
  roles: { readonly params: InputOf<AdminApi['roles']['list']>; readonly value: ValueOf<AdminApi['roles']['list']> };
  rooms: { readonly params: InputOf<AdminApi['rooms']['find']>; readonly value: ValueOf<AdminApi['rooms']['find']> };
  room: { readonly params: InputOf<AdminApi['rooms']['get']>; readonly value: ValueOf<AdminApi['rooms']['get']> };
  'room:occupants': {
    readonly params: InputOf<AdminApi['rooms']['occupants']>;
    readonly value: ValueOf<AdminApi['rooms']['occupants']>;
  };
  'room:members': { readonly params: InputOf<AdminApi['rooms']['members']>; readonly value: ValueOf<AdminApi['rooms']['members']> };
  jobs: { readonly params: InputOf<AdminApi['jobs']['find']>; readonly value: ValueOf<AdminApi['jobs']['find']> };
  job: { readonly params: InputOf<AdminApi['jobs']['get']>; readonly value: ValueOf<AdminApi['jobs']['get']> };
  services: { readonly params: InputOf<AdminApi['services']['list']>; readonly value: ValueOf<AdminApi['services']['list']> };
  topology: { readonly params: InputOf<AdminApi['topology']['show']>; readonly value: ValueOf<AdminApi['topology']['show']> };
  redundancy: { readonly params: InputOf<AdminApi['redundancy']['list']>; readonly value: ValueOf<AdminApi['redundancy']['list']> };
  assignment: { readonly params: InputOf<AdminApi['assignment']['show']>; readonly value: ValueOf<AdminApi['assignment']['show']> };
  'assignment:users': {
    readonly params: InputOf<AdminApi['assignment']['people']>;
    readonly value: ValueOf<AdminApi['assignment']['people']>;
  };
  'data-monitor': { readonly params: InputOf<AdminApi['dataMonitor']['show']>; readonly value: ValueOf<AdminApi['dataMonitor']['show']> };
  /** Version of all settings, and who made the last save: a form compares it with its own. */
  'settings:version': {
    readonly params: undefined;
    readonly value: { readonly version: number; readonly by: string; readonly at: number };
  };
  /** How many records were added since this page joined. */
  'audit:count': { readonly params: undefined; readonly value: { readonly added: number } };
}
export type ChannelName = keyof Channels;

/** Server to browser and back, as socket.io wants its event maps. */
export interface ServerEvents {
  changed: (subscription: string, value: unknown) => void;
  /** The channel is over for this person: the session ended or the role no longer covers it. */
  dropped: (subscription: string, message: string) => void;
}
export interface ClientEvents {
  join: (request: { channel: string; params: unknown }, answer: (outcome: JoinOutcome) => void) => void;
  leave: (subscription: string) => void;
}
export type JoinOutcome =
  | { readonly ok: true; readonly subscription: string; readonly value: unknown }
  | { readonly ok: false; readonly code: 'unknown' | 'refused' | 'failed' | 'too-many'; readonly message: string };

/** Says on connecting that the cookie opens nothing (any more). */
export const SIGNED_OUT = 'signed-out';
