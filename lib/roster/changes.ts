/** Saves roster changes and runs what follows from them once they are committed, in the order of the changes. */
import type { Log } from '../kernel/log.ts';
import type { RosterChange, RosterStore } from './ports.ts';
import type { RosterState } from './state.ts';

export type Saved = 'saved' | 'lost';

export interface Changes {
  /**
   * Saves what changed under the roster's present version; `then` runs after the commit, once, with what became of it. A client never
   * learns a version that a restart could give to another change.
   */
  save(state: RosterState, change: Omit<RosterChange, 'accountId' | 'version'>, then: (saved: Saved) => void): void;
  /** The state of an account whose changes are not all committed: the database does not know it yet, so it must not be read anew. */
  uncommitted(accountId: number): RosterState | undefined;
}

export function createChanges(deps: { store: RosterStore; log: Log }): Changes {
  const inFlight = new Map<number, RosterState>();
  return {
    uncommitted: (accountId) => inFlight.get(accountId),
    save(state, change, then) {
      const run = (saved: Saved): void => {
        if (state.committing === done) {
          state.committing = null;
          inFlight.delete(state.accountId);
        }
        try {
          then(saved);
        } catch (error) {
          deps.log.error('roster.effect-failed', { accountId: state.accountId, error: String(error) });
        }
      };
      const done: Promise<void> = deps.store.save({ accountId: state.accountId, version: state.version, ...change }).then(
        () => run('saved'),
        (error: unknown) => {
          deps.log.error('roster.save-failed', { accountId: state.accountId, version: state.version, error: String(error) });
          run('lost');
        },
      );
      state.committing = done;
      inFlight.set(state.accountId, state);
    },
  };
}
