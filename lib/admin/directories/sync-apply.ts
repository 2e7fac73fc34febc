import type { Account } from '../../directory/ports.ts';
import type { Events } from '../../kernel/events.ts';
import type { Domain } from '../../kernel/jid.ts';
import { changeOf, type SyncStep } from '../../ldap/index.ts';
import type { Agreement, DirectoryPerson, LinkedPerson } from '../../ldap/ports.ts';
import type { RowOutcome } from '../jobs/runner.ts';
import type { AdminStores } from '../shared/ports.ts';
import type { Viewer } from '../shared/viewer.ts';
import { followAdministrators } from '../users/bulk-work.ts';
import type { SyncDeps } from './sync-work.ts';

export { changeOf };

type Changed = Events['user.changed'];

/** Some steps in one transaction, with their audit record; whoever is concerned hears of it after the commit. */
export async function applySteps(
  steps: readonly SyncStep[],
  agreement: Agreement,
  deps: SyncDeps,
  viewer: Viewer,
  job: string,
): Promise<readonly RowOutcome[]> {
  let outcomes: RowOutcome[] = [];
  let events: Changed[] = [];
  let afterwards: (() => void)[] = [];
  await deps.uow.run(async (stores) => {
    const work = { stores, agreement, now: deps.clock.now(), events: [] as Changed[], by: viewer.name, moved: [] as Moved[] };
    outcomes = await apply(steps, work);
    events = work.events;
    afterwards = [];
    if (work.moved.length > 0) {
      const follow = await followAdministrators(stores, work.moved, deps, viewer);
      if (follow !== null) afterwards.push(follow);
    }
    if (events.length === 0) return;
    const record = await stores.audit.append({
      actor: viewer.name,
      actorKind: viewer.kind,
      role: viewer.role,
      address: viewer.address,
      action: 'user.synchronise',
      target: events.length === 1 ? (events[0]?.bare ?? '') : `${events.length} users`,
      targetKey: events.length === 1 ? `user:${events[0]?.accountId ?? 0}` : '',
      before: null,
      after: {
        users: events.slice(0, 100).map(({ accountId, bare, what }) => ({ id: accountId, address: bare, what })),
        agreement: agreement.name,
      },
      result: 'done',
      detail: `Part of the synchronisation "${agreement.name}".`,
      parentId: `job:${job}`,
    });
    afterwards.push(() => deps.events.emit('audit.appended', { id: record.id }));
  });
  for (const run of afterwards) run();
  for (const event of events) {
    deps.directories.forget(event.accountId);
    deps.events.emit('user.changed', event);
  }
  return outcomes;
}

interface Moved {
  readonly account: Pick<Account, 'bare'>;
  readonly bare: string;
}
interface Work {
  readonly stores: AdminStores;
  readonly agreement: Agreement;
  readonly now: number;
  readonly events: Changed[];
  readonly moved: Moved[];
  readonly by: string;
}
const linkOf = (accountId: number, person: DirectoryPerson, { id, directoryId }: Agreement): LinkedPerson => ({
  accountId,
  agreementId: id,
  directoryId,
  key: person.key,
  dn: person.dn,
  uri: person.uri,
  phone: person.phone,
  department: person.department,
  title: person.title,
  goneAt: null,
});

async function apply(steps: readonly SyncStep[], work: Work): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  const at = (index: number, ok: boolean, message: string) => {
    const step = steps[index];
    if (step !== undefined) outcomes[index] = { target: changeOf(step).userId, ok, message };
  };
  await create(steps, work, at);
  await switchOver(steps, work, at);
  for (const [index, step] of steps.entries()) {
    if (step.does === 'fault') at(index, false, step.why);
    else if (step.does === 'adopt') at(index, ...(await adopt(step, work)));
    else if (step.does === 'change') at(index, ...(await change(step, work)));
  }
  return outcomes;
}

type Tell = (index: number, ok: boolean, message: string) => void;

async function create(steps: readonly SyncStep[], { stores, agreement, events, by }: Work, tell: Tell): Promise<void> {
  const wanted = steps.flatMap((step, index) => (step.does === 'create' ? [{ index, step }] : []));
  if (wanted.length === 0) return;
  const { created, taken } = await stores.accounts.create(
    wanted.map(({ step: { person, local, domain } }) => ({
      userId: person.userId,
      local,
      domain: domain as Domain,
      name: person.name,
      mail: person.mail,
      enabled: person.enabled,
      credentials: null,
      source: 'ldap' as const,
    })),
  );
  const byUserId = new Map(created.map((account) => [account.userId, account]));
  const refused = new Map(taken.map(({ index, by: what }) => [index, what]));
  const links: LinkedPerson[] = [];
  for (const [position, { index, step }] of wanted.entries()) {
    const account = byUserId.get(step.person.userId);
    const what = refused.get(position);
    if (account === undefined || what !== undefined) {
      tell(index, false, what === 'address' ? 'The address belongs to somebody else.' : 'The user ID belongs to somebody else.');
      continue;
    }
    links.push(linkOf(account.id, step.person, agreement));
    events.push({ accountId: account.id, bare: account.bare, what: 'created', by });
    tell(index, true, account.enabled ? 'Created.' : 'Created, disabled as in the directory.');
  }
  await stores.directories.link(links);
}

/** Enabling, disabling and removing: one statement for all. */
async function switchOver(steps: readonly SyncStep[], { stores, agreement, events, by, now, moved }: Work, tell: Tell): Promise<void> {
  const on: number[] = [];
  const off: number[] = [];
  const away: number[] = [];
  const links: LinkedPerson[] = [];
  for (const step of steps) {
    if (step.does === 'enable') {
      on.push(step.link.accountId);
      links.push(linkOf(step.link.accountId, step.person, agreement));
    } else if (step.does === 'disable') {
      off.push(step.link.accountId);
      links.push(linkOf(step.link.accountId, step.person, agreement));
    } else if (step.does === 'gone') {
      off.push(step.link.accountId);
      const { userId: _, bare: __, name: ___, mail: ____, enabled: _____, ...link } = step.link;
      links.push({ ...link, goneAt: now });
    } else if (step.does === 'remove') away.push(step.link.accountId);
  }
  await stores.directories.link(links);
  for (const { id, bare } of await stores.accounts.setEnabled(on, true)) events.push({ accountId: id, bare, what: 'enabled', by });
  for (const { id, bare } of await stores.accounts.setEnabled(off, false)) events.push({ accountId: id, bare, what: 'disabled', by });
  for (const account of await stores.accounts.remove(away)) {
    events.push({ accountId: account.id, bare: account.bare, what: 'removed', by });
    moved.push({ account, bare: account.bare });
  }
  for (const [index, step] of steps.entries()) {
    if (step.does === 'enable') tell(index, true, 'Enabled.');
    else if (step.does === 'disable') tell(index, true, 'Disabled, as in the directory.');
    else if (step.does === 'gone') tell(index, true, goneText(agreement));
    else if (step.does === 'remove') tell(index, true, 'Removed: gone from the directory for longer than the days of grace.');
  }
}

const goneText = ({ graceDays }: Agreement): string =>
  graceDays < 0
    ? 'Disabled: not in the directory any more.'
    : `Disabled: not in the directory any more. The account is removed after ${graceDays} days.`;

async function adopt(
  { accountId, bare, person }: SyncStep & { does: 'adopt' },
  { stores, agreement, events, by }: Work,
): Promise<[boolean, string]> {
  const { name, mail, enabled } = person;
  const now = await stores.accounts.update(accountId, { source: 'ldap', name, mail, enabled });
  if (now === null || now === 'conflict' || now === 'taken') return [false, 'The account changed meanwhile.'];
  await stores.directories.link([linkOf(accountId, person, agreement)]);
  // Its password is the directory's from now on, so whoever signed in with the old one signs in again.
  events.push({ accountId, bare, what: enabled ? 'password-changed' : 'disabled', by });
  return [true, 'Comes from the directory now.'];
}

async function change(
  { link, local, domain, person, what }: SyncStep & { does: 'change' },
  { stores, agreement, events, by, moved }: Work,
): Promise<[boolean, string]> {
  const { userId, name, mail } = person;
  const isAccount = userId !== link.userId || name !== link.name || mail !== link.mail || `${local}@${domain}` !== link.bare;
  if (isAccount) {
    const now = await stores.accounts.update(link.accountId, { userId, local, domain: domain as Domain, name, mail });
    if (now === null || now === 'conflict') return [false, 'The account is gone.'];
    if (now === 'taken') return [false, 'The new user ID or address belongs to somebody else.'];
    const isMoved = now.bare !== link.bare;
    events.push({ accountId: now.id, bare: link.bare, what: isMoved ? 'moved' : 'updated', by, ...(isMoved ? { movedTo: now.bare } : {}) });
    if (isMoved) {
      events.push({ accountId: now.id, bare: now.bare, what: 'updated', by });
      moved.push({ account: { bare: link.bare as Account['bare'] }, bare: now.bare });
    }
  }
  await stores.directories.link([{ ...linkOf(link.accountId, person, agreement), goneAt: link.goneAt }]);
  return [true, `Changed: ${what.join('; ')}.`];
}
