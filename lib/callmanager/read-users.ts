import type { Account } from '../directory/ports.ts';
import type { Fault } from '../kernel/faults.ts';
import { collect, type Operations } from './axl/operations.ts';
import { add, type Tally } from './counts.ts';
import { createSeen, planUsers, type Seen } from './plan.ts';
import type { CallManagerStore, IncomingUser, KnownUser, StagedUser, SyncProblem } from './ports.ts';

export interface ReadUsersDeps {
  readonly operations: Operations;
  readonly store: CallManagerStore;
  readonly runId: string;
  readonly tally: Tally;
  readonly addressProblem: (userId: string) => string | null;
  readonly accounts: (userIds: readonly string[]) => Promise<ReadonlyMap<string, Account>>;
  readonly adopts: () => boolean;
  /** Lets the event loop go; tells how far it is. */
  readonly rest: () => Promise<void>;
}

/** People planned at a time: some milliseconds of work. */
const SLICE = 250;
/** Problems kept of one run. */
const MAX_PROBLEMS = 5_000;
/** Missing people that are asked for one by one, in case they only moved between two pages. */
const MAX_VERIFIED = 200;

export function createUserReader(deps: ReadUsersDeps): {
  plan(users: readonly IncomingUser[], seen: Seen): Promise<void>;
  all(): Promise<Fault | null>;
  some(changed: readonly string[], removed: readonly string[]): Promise<Fault | null>;
  tell(problems: readonly SyncProblem[]): Promise<void>;
} {
  const { operations, rest, runId, store, tally } = deps;

  async function tell(problems: readonly SyncProblem[]): Promise<void> {
    const room = problems.slice(0, Math.max(0, MAX_PROBLEMS - tally.problems));
    if (room.length > 0) await store.addProblems(runId, tally.problems, room);
    tally.problems += problems.length;
  }

  async function plan(users: readonly IncomingUser[], seen: Seen): Promise<void> {
    for (let at = 0; at < users.length; at += SLICE) {
      const incoming = users.slice(at, at + SLICE);
      const known = await store.known(incoming.map(({ uuid }) => uuid));
      const planned = await planUsers({
        incoming,
        known,
        seen,
        addressProblem: deps.addressProblem,
        accounts: deps.accounts,
        adopts: deps.adopts(),
      });
      add(tally, planned.staged);
      tally.unchanged += planned.unchanged;
      tally.read = seen.uuids.size;
      if (planned.staged.length > 0) await store.stage(runId, planned.staged);
      if (planned.restated.length > 0) await store.setProblems(planned.restated);
      await tell(planned.problems);
      await rest();
    }
  }

  async function missing(users: readonly KnownUser[]): Promise<void> {
    const staged = users.map(
      (user): StagedUser => ({
        uuid: user.uuid,
        action: 'gone',
        userId: user.userId,
        says: user.accountId === null ? 'Had no account here.' : 'Is not known to the call manager any more.',
        problem: '',
        incoming: null,
      }),
    );
    add(tally, staged);
    for (let at = 0; at < staged.length; at += SLICE) await store.stage(runId, staged.slice(at, at + SLICE));
  }

  return {
    plan,
    tell,
    async all() {
      const seen = createSeen();
      const fault = await collect(operations.users(), (page) => plan(page, seen));
      if (fault) return fault;
      const unseen: string[] = [];
      for await (const slice of store.eachKnown()) {
        for (const uuid of slice) if (!seen.uuids.has(uuid)) unseen.push(uuid);
        await rest();
      }
      let gone: KnownUser[] = [];
      for (let at = 0; at < unseen.length; at += SLICE) {
        gone.push(...(await store.known(unseen.slice(at, at + SLICE))).values());
        await rest();
      }
      if (gone.length > 0 && gone.length <= MAX_VERIFIED) {
        const really: KnownUser[] = [];
        for (const user of gone) {
          const found = await operations.user(user.uuid);
          if (!found.ok) return found.fault;
          if (found.value === null) really.push(user);
          else await plan([found.value], seen);
        }
        gone = really;
      }
      await missing(gone);
      return null;
    },
    async some(changed, removed) {
      const seen = createSeen();
      const gone = [...removed];
      let batch: IncomingUser[] = [];
      for (const uuid of changed) {
        const found = await operations.user(uuid);
        if (!found.ok) return found.fault;
        if (found.value === null) gone.push(uuid);
        else batch.push(found.value);
        if (batch.length === SLICE) {
          await plan(batch, seen);
          batch = [];
        }
      }
      await plan(batch, seen);
      const known = await store.known(gone);
      await missing([...known.values()].filter((user) => user.goneAt === 0));
      return null;
    },
  };
}
