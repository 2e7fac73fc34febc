import type { CallManagerUser } from '../../callmanager/ports.ts';
import { systemViewer } from '../shared/viewer.ts';
import { followAdministrators } from '../users/bulk-work.ts';
import type { ApplyDeps } from './apply-slice.ts';

const SLICE = 50;
const SLICES = 10;

/** Deletes people whom the call manager has not known for the time that the settings give. Answers how many. */
export async function deleteGone(deps: ApplyDeps): Promise<number> {
  const { deleteAfter } = deps.settings.section('callManager').get();
  if (deleteAfter === 0) return 0;
  const actor = { ...systemViewer, name: 'Sync Agent' };
  let deleted = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    let afterwards: (() => void)[] = [];
    let gone: readonly CallManagerUser[] = [];
    await deps.uow.run(async (stores) => {
      afterwards = [];
      gone = await stores.callManager.goneBefore(deps.clock.now() - deleteAfter * 1000, SLICE);
      if (gone.length === 0) return;
      const removed = await stores.accounts.remove(gone.flatMap(({ accountId }) => accountId ?? []));
      await stores.callManager.forget(gone.map(({ uuid }) => uuid));
      if (removed.length === 0) return;
      const follow = await followAdministrators(
        stores,
        removed.map((account) => ({ account, bare: account.bare })),
        deps,
        actor,
      );
      if (follow) afterwards.push(follow);
      const record = await stores.audit.append({
        actor: actor.name,
        actorKind: actor.kind,
        role: actor.role,
        address: '',
        action: 'callmanager.delete-gone',
        target: removed.length === 1 ? (removed[0]?.userId ?? '') : `${removed.length} users`,
        targetKey: removed.length === 1 ? `user:${removed[0]?.id ?? 0}` : '',
        before: { users: removed.map((account) => ({ id: account.id, userId: account.userId, address: account.bare })) },
        after: { removed: removed.length },
        result: 'done',
        detail: 'The call manager has not known them for the time that the settings give.',
        parentId: null,
      });
      afterwards.push(() => deps.events.emit('audit.appended', { id: record.id }));
      for (const account of removed)
        afterwards.push(() =>
          deps.events.emit('user.changed', { accountId: account.id, bare: account.bare, what: 'removed', by: actor.name }),
        );
    });
    for (const act of afterwards) act();
    deleted += gone.length;
    if (gone.length < SLICE) break;
  }
  return deleted;
}
