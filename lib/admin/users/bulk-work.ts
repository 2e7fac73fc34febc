import { z } from 'zod';
import type { Account } from '../../directory/ports.ts';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { AdminStores, JobRow } from '../shared/ports.ts';
import type { Viewer } from '../shared/viewer.ts';
import { type BulkStep, bulkTargets, planSteps } from './bulk-plan.ts';
import { type BulkAction, type BulkTarget, bulkActions } from './inputs.ts';
import { editedLists, listsOfAddresses } from './xmpp-administrators.ts';

/** Deps without the runner, which these works are given to. */
export type BulkDeps = Pick<AdminDeps, 'uow' | 'events' | 'settings'>;

const sliceSize = 100;
const titles: Readonly<Record<BulkAction, string>> = {
  enable: 'Enable users',
  disable: 'Disable users',
  delete: 'Remove users',
  setDomain: 'Move users to another domain',
};
const events = { enable: 'enabled', disable: 'disabled', delete: 'removed', setDomain: 'moved' } as const;

const storedInput = z.object({
  action: z.enum(bulkActions),
  toDomain: z.string().optional(),
  users: z.array(z.string()).optional(),
  search: z.string().optional(),
  domain: z.string().optional(),
  enabled: z.boolean().optional(),
  all: z.boolean().default(false),
  /** Who is meant was settled when the job began: `[id, user ID]`. */
  targets: z.array(z.tuple([z.int(), z.string()])).optional(),
});
type Stored = z.output<typeof storedInput>;

/**
 * Bulk work on users. Whom it means is written down when it begins, so that after a restart it goes on with the same people; each
 * slice is one transaction with its audit record, and doing a slice again finds it done and skips it.
 */
export function bulkWork(input: BulkTarget, deps: BulkDeps, viewer: Viewer): JobWork {
  const { action, toDomain, users, search, domain, enabled, all } = input;
  return work({ action, toDomain, users: users && [...users], search, domain, enabled, all }, deps, viewer);
}

/** The work of a stored job again; with `onlyUsers`, for those alone. */
export function rebuildBulkWork(row: JobRow, onlyUsers: readonly string[] | null, deps: BulkDeps, viewer: Viewer): JobWork | null {
  const stored = storedInput.safeParse(row.input);
  if (!stored.success) return null;
  const { targets } = stored.data;
  if (onlyUsers === null) return work(stored.data, deps, viewer);
  const wanted = new Set(onlyUsers);
  // Who was nobody then may be somebody by now: those are looked up again by name, the others by number.
  const again = (targets ?? []).filter(([, userId]) => wanted.has(userId)).map(([id, userId]) => (id === 0 ? userId : `id:${id}`));
  return work({ action: stored.data.action, toDomain: stored.data.toDomain, users: again, all: false }, deps, viewer);
}

function work(input: Stored, deps: BulkDeps, viewer: Viewer): JobWork {
  const { uow } = deps;
  let targets = input.targets;
  let changed = 0;
  return {
    kind: `user.bulk-${input.action}`,
    may: 'users.write',
    title: input.toDomain ? `${titles[input.action]}: ${input.toDomain}` : titles[input.action],
    input: defined(input),
    async prepare() {
      if (!targets) {
        targets = [];
        for await (const { accounts, missing } of bulkTargets(uow.stores, input)) {
          for (const account of accounts) targets.push([account.id, account.userId]);
          for (const user of missing) targets.push([0, user]);
        }
      }
      return { total: targets.length, input: defined({ ...input, targets }) };
    },
    async *slices(from, job) {
      const all = targets ?? [];
      for (let at = from; at < all.length; at += sliceSize) yield slice(all.slice(at, at + sliceSize), job);
    },
    summary: ({ done, failed }) => `${changed} changed, ${done - changed} left alone, ${failed} failed.`,
  };

  async function slice(part: readonly (readonly [number, string])[], job: string): Promise<readonly RowOutcome[]> {
    const outcomes = new Map<number, RowOutcome>();
    const done: { account: Account; bare: string }[] = [];
    let afterwards: (() => void)[] = [];
    await uow.run(async (stores) => {
      outcomes.clear();
      done.length = 0;
      afterwards = [];
      const accounts: Account[] = [];
      for await (const found of stores.accounts.each({ ids: part.map(([id]) => id) })) accounts.push(...found);
      const steps = await planSteps(stores, input.action, input.toDomain, accounts);
      const doing = steps.filter((step) => step.does);
      for (const step of steps)
        if (!step.does) outcomes.set(step.account.id, { target: step.account.userId, ok: true, message: `Left alone: ${step.why}` });
      await apply(stores, doing, outcomes, done);
      if (done.length === 0) return;
      if (input.action === 'delete' || input.action === 'setDomain') {
        const follow = await followAdministrators(stores, done, deps, viewer);
        if (follow) afterwards.push(follow);
      }
      const record = await stores.audit.append({
        actor: viewer.name,
        actorKind: viewer.kind,
        role: viewer.role,
        address: viewer.address,
        action: `user.${input.action === 'setDomain' ? 'set-domain' : input.action}`,
        target: done.length === 1 ? done[0]!.account.userId : `${done.length} users`,
        targetKey: done.length === 1 ? `user:${done[0]!.account.id}` : '',
        before: { users: done.map(({ account }) => ({ id: account.id, userId: account.userId, address: account.bare })) },
        after: input.toDomain ? { domain: input.toDomain } : { [events[input.action]]: done.length },
        result: 'done',
        detail: `Part of the job "${titles[input.action]}".`,
        parentId: `job:${job}`,
      });
      afterwards.push(() => deps.events.emit('audit.appended', { id: record.id }));
    });
    for (const run of afterwards) run();
    for (const { account, bare } of done) {
      const moved = bare === account.bare ? {} : { movedTo: bare };
      deps.events.emit('user.changed', {
        accountId: account.id,
        bare: account.bare,
        what: events[input.action],
        by: viewer.name,
        ...moved,
      });
      if (bare !== account.bare) deps.events.emit('user.changed', { accountId: account.id, bare, what: 'updated', by: viewer.name });
    }
    changed += done.length;
    return part.map(([id, userId]) => outcomes.get(id) ?? { target: userId, ok: false, message: 'There is no such user (any more).' });
  }

  async function apply(
    stores: AdminStores,
    steps: readonly BulkStep[],
    outcomes: Map<number, RowOutcome>,
    done: { account: Account; bare: string }[],
  ) {
    const ids = steps.map((step) => step.account.id);
    if (input.action === 'setDomain') {
      for (const step of steps) {
        if (!step.does || !step.domain) continue;
        const now = await stores.accounts.update(step.account.id, { domain: step.domain });
        if (now === null || now === 'conflict' || now === 'taken') {
          outcomes.set(step.account.id, {
            target: step.account.userId,
            ok: false,
            message: now === 'taken' ? 'The new address is taken.' : 'Somebody changed this user meanwhile.',
          });
        } else {
          outcomes.set(step.account.id, { target: now.userId, ok: true, message: `Is ${now.bare} now.` });
          done.push({ account: step.account, bare: now.bare });
        }
      }
      return;
    }
    const accounts =
      input.action === 'delete' ? await stores.accounts.remove(ids) : await stores.accounts.setEnabled(ids, input.action === 'enable');
    for (const account of accounts) {
      outcomes.set(account.id, {
        target: account.userId,
        ok: true,
        message: input.action === 'delete' ? 'Removed.' : account.enabled ? 'Enabled.' : 'Disabled.',
      });
      done.push({ account, bare: account.bare });
    }
  }
}

/** The lists of administrators name addresses: they follow a move and forget who is removed. */
export async function followAdministrators(
  stores: AdminStores,
  done: readonly { account: Pick<Account, 'bare'>; bare: string }[],
  deps: Pick<BulkDeps, 'settings'>,
  viewer: Viewer,
): Promise<(() => void) | null> {
  const { version, values } = await stores.settings.load();
  const moved = new Map(done.map(({ account, bare }) => [account.bare as string, bare === account.bare ? null : bare]));
  const changed = editedLists(values, listsOfAddresses, (list) =>
    list.flatMap((address) => (moved.has(address) ? (moved.get(address) ?? []) : address)),
  );
  if (Object.keys(changed).length === 0) return null;
  const saved = await stores.settings.save(version, changed, viewer.name, null);
  // A save between read and write: the throw rolls the slice back and ends the job with the reason in the log.
  if ('conflict' in saved) throw new Error('the list of administrators was changed at the same time');
  return () => deps.settings.committed(saved);
}

/** JSON has no undefined. */
const defined = (input: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
