/** Facts after commit: small, serialisable, past tense. They feed diagnostics, live pages and other nodes. */
export interface Events {
  'settings.changed': { readonly version: number; readonly keys: readonly string[]; readonly by: string; readonly at: number };
  'user.changed': {
    readonly accountId: number;
    readonly bare: string;
    readonly what: 'created' | 'updated' | 'disabled' | 'enabled' | 'removed' | 'password-changed' | 'moved';
    /** The new address, when the old one was moved. */
    readonly movedTo?: string;
    readonly by: string;
  };
  'users.imported': { readonly count: number; readonly by: string };
  'domain.changed': { readonly domain: string; readonly what: 'added' | 'renamed' | 'removed'; readonly by: string };
  'component.changed': { readonly domain: string; readonly what: 'added' | 'updated' | 'removed' | 'connection'; readonly by: string };
  'session.started': { readonly sessionId: string; readonly jid: string };
  'session.ended': { readonly sessionId: string; readonly jid: string };
  'session.changed': { readonly sessionId: string; readonly jid: string };
  'service.changed': { readonly name: string; readonly state: string };
  'certificate.changed': { readonly use: string; readonly fingerprint: string; readonly by: string };
  'operator.changed': { readonly operatorId: string; readonly what: string };
  'role.changed': { readonly roleId: string; readonly what: 'created' | 'updated' | 'removed' };
  'console-session.ended': { readonly sessionId: string };
  'token.changed': { readonly tokenId: string; readonly what: 'created' | 'revoked' };
  'job.changed': { readonly jobId: string; readonly state: string; readonly done: number; readonly total: number };
  'database.changed': { readonly state: 'up' | 'down'; readonly why: string };
  'room.changed': {
    readonly room: string;
    readonly what: 'created' | 'configured' | 'members' | 'occupants' | 'subject' | 'destroyed';
    readonly by: string;
  };
  'audit.appended': { readonly id: string };
  'report.changed': { readonly id: string; readonly what: 'received' | 'closed' };
  /** A step of a redundancy group, or a change of the group itself. */
  'redundancy.changed': { readonly groupId: number; readonly says: string; readonly by: string };
  'assignment.changed': { readonly count: number; readonly by: string };
  'directory.changed': {
    readonly directoryId: string;
    /** `server`: one came or went. */
    readonly what: 'added' | 'updated' | 'removed' | 'agreements' | 'synchronised' | 'server';
    readonly by: string;
  };
  'callManager.changed': { readonly what: 'configured' | 'removed' | 'run' };
  'notice.changed': { readonly kind: 'motd' | 'welcome'; readonly by: string };
}
export type EventName = keyof Events;
export interface EventHub {
  emit<K extends EventName>(name: K, payload: Events[K]): void;
  on<K extends EventName>(name: K, fn: (payload: Events[K]) => void): () => void;
}
export function createEventHub(onError: (name: string, error: unknown) => void): EventHub {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  return {
    emit(name, payload) {
      for (const fn of listeners.get(name) ?? []) {
        try {
          (fn as (p: typeof payload) => void)(payload);
        } catch (error) {
          onError(name, error);
        }
      }
    },
    on(name, fn) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(fn);
      return () => set.delete(fn);
    },
  };
}
