import type { Account } from '../../directory/ports.ts';
import type { BareJid } from '../../kernel/jid.ts';
import type { AdminStores } from '../shared/ports.ts';
import { addressFor } from './account-rules.ts';
import type { BulkAction, BulkTarget } from './inputs.ts';
import { resolveUsers } from './resolve.ts';

/** What a bulk action means for one account: the new state in words, or why it is left alone. The preview and the job both ask this. */
export type BulkStep =
  | { readonly does: true; readonly account: Account; readonly becomes: string; readonly domain?: Account['domain'] }
  | { readonly does: false; readonly account: Account; readonly why: string };

/** Accounts meant, in slices, and the names that mean nobody. */
export async function* bulkTargets(
  stores: AdminStores,
  target: BulkTarget,
): AsyncIterable<{ accounts: readonly Account[]; missing: readonly string[] }> {
  if (target.users) {
    for (let at = 0; at < target.users.length; at += 500) {
      const { found, missing } = await resolveUsers(stores, target.users.slice(at, at + 500));
      yield { accounts: found, missing };
    }
    return;
  }
  const query = {
    ...(target.search ? { search: target.search } : {}),
    ...(target.domain === undefined ? {} : { domain: target.domain.toLowerCase() }),
    ...(target.enabled === undefined ? {} : { enabled: target.enabled }),
  };
  for await (const accounts of stores.accounts.each(query)) yield { accounts, missing: [] };
}

export async function planSteps(
  stores: AdminStores,
  action: BulkAction,
  toDomain: string | undefined,
  accounts: readonly Account[],
): Promise<readonly BulkStep[]> {
  if (action === 'setDomain') return planDomain(stores, toDomain ?? '', accounts);
  return accounts.map((account): BulkStep => {
    if (action === 'delete') return { does: true, account, becomes: 'removed' };
    const wanted = action === 'enable';
    if (account.enabled === wanted) return { does: false, account, why: wanted ? 'Is enabled already.' : 'Is disabled already.' };
    return { does: true, account, becomes: wanted ? 'enabled' : 'disabled' };
  });
}

async function planDomain(stores: AdminStores, toDomain: string, accounts: readonly Account[]): Promise<readonly BulkStep[]> {
  const wanted = new Map<number, ReturnType<typeof addressFor>>();
  for (const account of accounts) wanted.set(account.id, addressFor(account.userId, toDomain));
  const bares = [...wanted.values()].flatMap((address) => (address.ok ? [address.value.bare] : []));
  const holders: ReadonlyMap<BareJid, Account> = bares.length > 0 ? await stores.accounts.byBare(bares) : new Map();
  return accounts.map((account): BulkStep => {
    const address = wanted.get(account.id)!;
    if (account.source !== 'local') return { does: false, account, why: `Comes from the ${account.source} and is changed there.` };
    if (!address.ok) return { does: false, account, why: address.problem };
    const holder = holders.get(address.value.bare);
    if (holder?.id === account.id) return { does: false, account, why: 'Is in this domain already.' };
    if (holder) return { does: false, account, why: `The address ${address.value.bare} belongs to ${holder.userId}.` };
    return { does: true, account, becomes: address.value.bare, domain: address.value.domain };
  });
}
