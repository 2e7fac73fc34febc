import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { userFaults } from './faults.ts';

/**
 * Who may use administrator commands from a chat client is the setting `xmpp.administrators`, who owns every chat room
 * `muc.administrators`. They follow the accounts they name.
 */
const granted = 'xmpp.administrators';
export const listsOfAddresses: readonly string[] = [granted, 'muc.administrators'];
type Context = UseCaseContext<AdminDeps>;
type Edit = (list: readonly string[]) => readonly string[];

/** The lists that an edit changes, as they are to be saved. */
export function editedLists(
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  edit: Edit,
): Record<string, readonly string[] | null> {
  const changed: Record<string, readonly string[] | null> = {};
  for (const key of keys) {
    const list = (values[key] ?? []) as readonly string[];
    const next = edit(list);
    if (next.length === list.length && next.every((address, index) => address === list[index])) continue;
    changed[key] = next.length === 0 ? null : next;
  }
  return changed;
}

async function change(ctx: Context, keys: readonly string[], edit: Edit): Promise<Result<null, Fault>> {
  const { version, values } = await ctx.stores.settings.load();
  const changed = editedLists(values, keys, edit);
  if (Object.keys(changed).length === 0) return ok(null);
  const saved = await ctx.stores.settings.save(version, changed, ctx.viewer.name, null);
  if ('conflict' in saved) return refuse(userFaults.changedMeanwhile({ user: 'the list of administrators' }));
  ctx.afterCommit(() => ctx.deps.settings.committed(saved));
  return ok(null);
}

export const grantXmppAdministrator = (ctx: Context, bare: string) =>
  change(ctx, [granted], (list) => (list.includes(bare) ? list : [...list, bare]));
export const moveAdministrator = (ctx: Context, from: string, to: string) =>
  change(ctx, listsOfAddresses, (list) => list.map((address) => (address === from ? to : address)));
/** A removed account must not leave its rights to the next one of that address. */
export const revokeAdministrators = (ctx: Context, bares: readonly string[]) =>
  change(ctx, listsOfAddresses, (list) => list.filter((address) => !bares.includes(address)));
/** Takes back the commands alone. */
export const revokeXmppAdministrator = (ctx: Context, bare: string) =>
  change(ctx, [granted], (list) => list.filter((address) => address !== bare));
