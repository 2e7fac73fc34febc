import { digestOf } from '../../callmanager/index.ts';
import type { CallManagerUser, StagedUser, SyncRun } from '../../callmanager/ports.ts';
import { isEntitled } from '../../callmanager/ports.ts';
import type { Account } from '../../directory/ports.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { AdminStores } from '../shared/ports.ts';
import { systemViewer } from '../shared/viewer.ts';
import { addressFor } from '../users/account-rules.ts';
import { followAdministrators } from '../users/bulk-work.ts';
import { defaultDomain } from '../users/resolve.ts';

export type ApplyDeps = Pick<AdminDeps, 'uow' | 'events' | 'settings' | 'clock'>;

const actor = { ...systemViewer, name: 'Sync Agent' };
type Told = { readonly account: Account; readonly bare: string; readonly what: 'updated' | 'enabled' | 'disabled' };

/** Writes what a run planned for some people: accounts, what is known of them, and the audit record, in one transaction. */
export async function applySlice(deps: ApplyDeps, run: SyncRun, rows: readonly StagedUser[]): Promise<void> {
  const { events, uow } = deps;
  let told: Told[] = [];
  let created = 0;
  let afterwards: (() => void)[] = [];
  await uow.run(async (stores) => {
    told = [];
    created = 0;
    afterwards = [];
    const known = await stores.callManager.known(rows.map(({ uuid }) => uuid));
    const accountOf = new Map<string, number>();
    const problems = new Map<string, string>();
    for (const { uuid } of rows) {
      const id = known.get(uuid)?.accountId;
      if (id !== undefined && id !== null) accountOf.set(uuid, id);
    }
    const of = (...actions: StagedUser['action'][]) => rows.filter((row) => actions.includes(row.action));
    created = await create(stores, of('create'), accountOf, problems);
    await adopt(stores, of('adopt'), accountOf, problems);
    await change(stores, of('adopt', 'update', 'enable'), accountOf, problems, told);
    const ids = (list: readonly StagedUser[]) => list.flatMap(({ uuid }) => accountOf.get(uuid) ?? []);
    for (const account of await stores.accounts.setEnabled(ids(of('enable', 'adopt')), true))
      told.push({ account, bare: account.bare, what: 'enabled' });
    for (const account of await stores.accounts.setEnabled(ids(of('disable', 'gone')), false))
      told.push({ account, bare: account.bare, what: 'disabled' });

    await stores.callManager.markGone(
      of('gone').map(({ uuid }) => uuid),
      deps.clock.now(),
    );
    const kept = rows.flatMap(({ incoming, problem, uuid }): CallManagerUser[] =>
      incoming === null
        ? []
        : [
            {
              ...incoming,
              digest: digestOf(incoming),
              accountId: accountOf.get(uuid) ?? null,
              problem: problems.get(uuid) ?? problem,
              goneAt: 0,
            },
          ],
    );
    await stores.callManager.putUsers(kept);
    await stores.callManager.unstage(
      run.id,
      rows.map(({ uuid }) => uuid),
    );
    const moved = told.filter(({ account, bare }) => account.bare !== bare);
    if (moved.length > 0) {
      const follow = await followAdministrators(stores, moved, deps, actor);
      if (follow) afterwards.push(follow);
    }
    // People who only have another telephone number are no change of an account.
    if (created + told.length === 0) return;
    const record = await stores.audit.append({
      actor: actor.name,
      actorKind: actor.kind,
      role: actor.role,
      address: '',
      action: 'callmanager.apply',
      target: `${created + told.length} users`,
      targetKey: `sync:${run.id}`,
      before:
        told.length === 0
          ? null
          : { users: told.slice(0, 200).map(({ account }) => ({ id: account.id, userId: account.userId, address: account.bare })) },
      after: {
        created,
        ...Object.fromEntries(
          (['updated', 'enabled', 'disabled'] as const).map((what) => [what, told.filter((one) => one.what === what).length]),
        ),
      },
      result: 'done',
      detail: 'Part of a synchronisation with the call manager.',
      parentId: `sync:${run.id}`,
    });
    afterwards.push(() => events.emit('audit.appended', { id: record.id }));
  });
  for (const act of afterwards) act();
  if (created > 0) events.emit('users.imported', { count: created, by: actor.name });
  for (const { account, bare, what } of told) {
    if (bare !== account.bare)
      events.emit('user.changed', { accountId: account.id, bare: account.bare, what: 'moved', movedTo: bare, by: actor.name });
    events.emit('user.changed', { accountId: account.id, bare, what, by: actor.name });
  }
}

async function create(
  stores: AdminStores,
  rows: readonly StagedUser[],
  accountOf: Map<string, number>,
  problems: Map<string, string>,
): Promise<number> {
  if (rows.length === 0) return 0;
  const domain = await defaultDomain(stores);
  const wanted = rows.flatMap(({ uuid, incoming }) => {
    const address = incoming === null ? null : addressFor(incoming.userId, domain);
    if (incoming === null || address === null) return [];
    if (!address.ok) {
      problems.set(uuid, `The user ID ${incoming.userId} makes no IM address: ${address.problem}`);
      return [];
    }
    const { local } = address.value;
    const { mail, name, userId } = incoming;
    return [
      {
        uuid,
        row: { userId, local, domain: address.value.domain, name, mail, enabled: true, credentials: null, source: 'call-manager' as const },
      },
    ];
  });
  const { created, taken } = await stores.accounts.create(wanted.map(({ row }) => row));
  const byUserId = new Map(created.map((account) => [account.userId, account.id]));
  const lost = new Set(taken.map(({ index }) => index));
  for (const [index, { uuid, row }] of wanted.entries()) {
    const id = lost.has(index) ? undefined : byUserId.get(row.userId);
    if (id !== undefined) accountOf.set(uuid, id);
    else problems.set(uuid, `The user ID ${row.userId} or its address belongs to another account.`);
  }
  return created.length;
}

async function adopt(
  stores: AdminStores,
  rows: readonly StagedUser[],
  accountOf: Map<string, number>,
  problems: Map<string, string>,
): Promise<void> {
  if (rows.length === 0) return;
  const found = await stores.accounts.byUserIds(rows.map(({ userId }) => userId));
  const ids: number[] = [];
  for (const { uuid, userId } of rows) {
    const account = found.get(userId);
    if (account === undefined || account.source !== 'local') {
      problems.set(uuid, `The account ${userId} was changed meanwhile.`);
      continue;
    }
    accountOf.set(uuid, account.id);
    ids.push(account.id);
  }
  await stores.callManager.adopt(ids);
}

/** Names, mail and user ids that differ from what the accounts hold. */
async function change(
  stores: AdminStores,
  rows: readonly StagedUser[],
  accountOf: ReadonlyMap<string, number>,
  problems: Map<string, string>,
  told: Told[],
): Promise<void> {
  if (rows.length === 0) return;
  const accounts = new Map<number, Account>();
  const ids = rows.flatMap(({ uuid }) => accountOf.get(uuid) ?? []);
  if (ids.length === 0) return;
  for await (const slice of stores.accounts.each({ ids })) for (const account of slice) accounts.set(account.id, account);
  for (const { uuid, incoming } of rows) {
    const account = accounts.get(accountOf.get(uuid) ?? 0);
    if (account === undefined || incoming === null || !isEntitled(incoming)) continue;
    const { mail, name, userId } = incoming;
    if (account.name === name && account.mail === mail && account.userId === userId) continue;
    const address = account.userId === userId ? null : addressFor(userId, account.domain);
    if (address !== null && !address.ok) {
      problems.set(uuid, `The user ID ${userId} makes no IM address: ${address.problem}`);
      continue;
    }
    const now = await stores.accounts.update(account.id, {
      name,
      mail,
      ...(address === null ? {} : { userId, local: address.value.local }),
    });
    if (now === null || now === 'conflict' || now === 'taken') {
      problems.set(uuid, `The user ID ${userId} or its address belongs to another account, so ${account.userId} keeps the old one.`);
      continue;
    }
    told.push({ account, bare: now.bare, what: 'updated' });
  }
}
