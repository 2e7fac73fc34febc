import type { Log } from '../../kernel/log.ts';
import type { HookRegistration, RouterHooks, Stage } from './hooks.ts';

const stages: readonly Stage[] = ['guard', 'enrich', 'decide', 'record', 'observe'];

/** The hooks of all rooms, each list in stage order, as plain arrays that the hot path walks. */
export interface HookTable {
  readonly lists: { readonly [K in keyof RouterHooks]: RouterHooks[K][] };
  add(registrations: readonly HookRegistration[]): void;
  /** Runs one listener of a `tell` hook; what it throws is logged and keeps nobody else from hearing. */
  tell(name: keyof RouterHooks, run: () => void): void;
}

const names: readonly (keyof RouterHooks)[] = [
  'stanza.leaving',
  'stanza.arriving',
  'message.sent',
  'message.crossing',
  'message.arriving',
  'message.toServer',
  'presence.broadcast',
  'presence.sent',
  'presence.arriving',
  'iq.mayReach',
  'session.bound',
  'session.resumed',
  'session.hibernated',
  'session.ended',
  'stanza.settled',
];

export function createHookTable(log: Log): HookTable {
  const lists = Object.fromEntries(names.map((name) => [name, []])) as unknown as HookTable['lists'];
  const all: HookRegistration[] = [];
  return {
    lists,
    add(registrations) {
      all.push(...registrations);
      for (const name of names) {
        const list = lists[name] as RouterHooks[typeof name][];
        list.length = 0;
        for (const stage of stages) for (const one of all) if (one.hook === name && one.stage === stage) list.push(one.run);
      }
    },
    tell(name, run) {
      try {
        run();
      } catch (error) {
        log.error('hook.failed', { hook: name, error });
      }
    },
  };
}
