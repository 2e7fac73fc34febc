import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { userFaults } from './faults.ts';

/** Who may use administrator commands from a chat client is the setting `xmpp.administrators`; it follows the accounts it names. */
const key = 'xmpp.administrators';
type Context = UseCaseContext<AdminDeps>;

async function change(ctx: Context, edit: (list: readonly string[]) => readonly string[]): Promise<Result<null, Fault>> {
  const { version, values } = await ctx.stores.settings.load();
  const list = (values[key] ?? []) as readonly string[];
  const next = edit(list);
  if (next.length === list.length && next.every((address, index) => address === list[index])) return ok(null);
  const saved = await ctx.stores.settings.save(version, { [key]: next.length === 0 ? null : next }, ctx.viewer.name, null);
  if ('conflict' in saved) return refuse(userFaults.changedMeanwhile({ user: 'the list of XMPP administrators' }));
  ctx.afterCommit(() => ctx.deps.settings.committed(saved));
  return ok(null);
}

export const grantXmppAdministrator = (ctx: Context, bare: string) => change(ctx, (list) => (list.includes(bare) ? list : [...list, bare]));
export const moveXmppAdministrator = (ctx: Context, from: string, to: string) =>
  change(ctx, (list) => list.map((address) => (address === from ? to : address)));
/** A removed account must not leave its rights to the next one of that address. */
export const revokeXmppAdministrators = (ctx: Context, bares: readonly string[]) =>
  change(ctx, (list) => list.filter((address) => !bares.includes(address)));
