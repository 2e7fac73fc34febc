/** What happens here when others begin to act for people, or we do. */
import type { NodeName, OwnerChange, Ownership } from '../../cluster/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { Log } from '../../kernel/log.ts';
import type { BuiltUsers } from '../router/create-users.ts';
import type { BuiltCrossing } from './crossing.ts';

/** People whose sessions end between two turns of the event loop. */
const SLICE = 200;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const HANDED_OVER = 'Another node looks after this account from now on. Connect again.';

export function createHandover(deps: {
  readonly ownership: Ownership;
  readonly users: BuiltUsers;
  readonly crossing: BuiltCrossing;
  readonly settled: () => Promise<void>;
  readonly release: (isMine: (bare: BareJid) => boolean, isMyPlace: (bare: string) => boolean) => void;
  readonly self: NodeName;
  readonly log: Log;
}) {
  const { ownership, users, crossing, self, log } = deps;

  /** Ends their sessions (what clients did not acknowledge goes to the store), waits until that is safe, and forgets them. */
  async function letGo(isTheirs: (bare: BareJid) => boolean): Promise<void> {
    const going = [...users.held()].filter(({ bare }) => isTheirs(bare));
    for (let at = 0; at < going.length; at += SLICE) {
      for (const user of going.slice(at, at + SLICE)) for (const session of [...user.sessions.values()]) session.end('reset', HANDED_OVER);
      await turn();
    }
    await deps.settled().catch((error: unknown) => log.warn('cluster.handover-unsettled', { error }));
    for (const { bare } of going) users.release(bare);
  }

  return {
    async changed(change: OwnerChange): Promise<void> {
      try {
        if (change.what === 'released') await letGo((bare) => ownership.homeOf(bare) === change.home);
        else if (change.what === 'moved') {
          const going = new Set(change.people.flatMap(({ bare }) => (ownership.isMine(bare) ? [] : [bare])));
          await letGo((bare) => going.has(bare));
        } else {
          // Their sessions ended with the node that acted for them before; who comes back is shown anew.
          crossing.departed((bare) => ownership.homeOf(bare) === change.home);
        }
        deps.release(
          (bare) => ownership.isMine(bare),
          (bare) => ownership.ownerOfPlace(bare) === self,
        );
      } finally {
        crossing.retry();
      }
    },
  };
}
