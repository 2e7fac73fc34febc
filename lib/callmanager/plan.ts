import type { Account } from '../directory/ports.ts';
import { fold } from '../kernel/words.ts';
import { digestOf } from './axl/operations.ts';
import { type IncomingUser, isEntitled, type KnownUser, type StagedUser, type SyncAction, type SyncProblem } from './ports.ts';

/** What is remembered during one run, to see what two rows have in common. Freed with the run. */
export interface Seen {
  readonly uuids: Set<string>;
  /** By folded user id: whose it is. */
  readonly userIds: Map<string, string>;
  /** By folded directory URI. */
  readonly uris: Map<string, { readonly uuid: string; readonly uri: string }>;
}
export const createSeen = (): Seen => ({ uuids: new Set(), userIds: new Map(), uris: new Map() });

export interface Planned {
  readonly unchanged: number;
  readonly staged: readonly StagedUser[];
  readonly problems: readonly SyncProblem[];
  /** People of whom nothing changed but what is wrong with them. */
  readonly restated: readonly { readonly uuid: string; readonly problem: string }[];
}

export interface PlanInputs {
  readonly incoming: readonly IncomingUser[];
  readonly known: ReadonlyMap<string, KnownUser>;
  readonly seen: Seen;
  /** The address a user id makes; the reason where it makes none. */
  readonly addressProblem: (userId: string) => string | null;
  /** Accounts that have these user ids already. */
  readonly accounts: (userIds: readonly string[]) => Promise<ReadonlyMap<string, Account>>;
  readonly adopts: boolean;
}

/** A directory URI is an address of SIP or XMPP: something, an @, a host name (admin surface §7.3). */
const URI = /^[^\s@<>"]+(@[^\s@<>"]+)*@[A-Za-z0-9\p{L}]([A-Za-z0-9\p{L}.-]*[A-Za-z0-9\p{L}])?$/u;
export const isSoundUri = (uri: string): boolean => uri.length <= 254 && URI.test(uri) && !uri.includes('..');

type Found = { readonly action: SyncAction | null; readonly problem: Omit<SyncProblem, 'uuid' | 'userId'> | null; readonly says: string };

/** What one page of people means, compared with what is known. The same for a full run and for single changes. */
export async function planUsers({ incoming, known, seen, addressProblem, accounts, adopts }: PlanInputs): Promise<Planned> {
  const staged: StagedUser[] = [];
  const problems: SyncProblem[] = [];
  const restated: { uuid: string; problem: string }[] = [];
  const fresh: { user: IncomingUser; was: KnownUser | undefined; digest: string }[] = [];
  let unchanged = 0;
  for (const user of incoming) {
    // Rows move between pages while they are read, so the same one may come twice.
    if (user.uuid === '' || seen.uuids.has(user.uuid)) continue;
    seen.uuids.add(user.uuid);
    fresh.push({ user, was: known.get(user.uuid), digest: digestOf(user) });
  }
  const lookUp = fresh.filter(
    ({ user, was, digest }) => isEntitled(user) && (was?.accountId === undefined || was.accountId === null || was.digest !== digest),
  );
  const taken = await accounts(lookUp.map(({ user }) => user.userId));

  for (const { user, was, digest } of fresh) {
    const found = judge(user, was, digest);
    const wrong = found.problem ?? uriProblem(user);
    if (wrong !== null) problems.push({ uuid: user.uuid, userId: user.userId, ...wrong });
    const problem = wrong?.says ?? '';
    if (found.action !== null) {
      staged.push({ uuid: user.uuid, action: found.action, userId: user.userId, says: found.says, problem, incoming: user });
      continue;
    }
    unchanged++;
    if (was !== undefined && was.problem !== problem) restated.push({ uuid: user.uuid, problem });
  }
  return { unchanged, staged, problems, restated };

  function judge(user: IncomingUser, was: KnownUser | undefined, digest: string): Found {
    const isSame = was !== undefined && was.digest === digest && was.goneAt === 0;
    const key = fold(user.userId);
    const holder = seen.userIds.get(key);
    const account = taken.get(user.userId);
    const serves = was !== undefined && was.accountId !== null;
    if (!isEntitled(user)) {
      // Somebody served elsewhere may have any user id.
      if (serves && was.isEntitled && was.goneAt === 0) return { action: 'disable', problem: null, says: whyNot(user) };
      return { action: isSame ? null : serves ? 'update' : 'note', problem: null, says: whyNot(user) };
    }
    const note = (problem: Found['problem']): Found => ({ action: isSame || serves ? null : 'note', problem, says: problem?.says ?? '' });
    if (holder !== undefined && holder !== user.uuid) {
      return note({
        kind: 'duplicate-user-id',
        says: `The user ID ${user.userId} is somebody else’s in the call manager too; only one of them has an account here.`,
      });
    }
    seen.userIds.set(key, user.uuid);
    const invalid = addressProblem(user.userId);
    if (invalid !== null) return note({ kind: 'invalid-user-id', says: `The user ID ${user.userId} makes no IM address: ${invalid}` });
    if (account !== undefined && account.id !== was?.accountId) {
      if (!adopts || serves || account.source !== 'local')
        return note({ kind: 'taken', says: `The user ID ${user.userId} belongs to an account that does not come from the call manager.` });
      return { action: 'adopt', problem: null, says: 'An account made by hand becomes the call manager’s.' };
    }
    if (!serves) return { action: 'create', problem: null, says: 'Gets an account.' };
    if (was.goneAt > 0) return { action: 'enable', problem: null, says: 'Is known to the call manager again.' };
    if (!was.isEntitled) return { action: 'enable', problem: null, says: 'May use IM and presence again.' };
    return isSame ? { action: null, problem: null, says: '' } : { action: 'update', problem: null, says: changesOf(was, user) };
  }

  function uriProblem(user: IncomingUser): Omit<SyncProblem, 'uuid' | 'userId'> | null {
    const uri = user.directoryUri;
    if (uri === '' || !isEntitled(user)) return null;
    if (!isSoundUri(uri)) return { kind: 'invalid-uri', says: `The directory URI ${uri} of ${user.userId} is no address.` };
    const key = fold(uri);
    const other = seen.uris.get(key);
    if (other === undefined) {
      seen.uris.set(key, { uuid: user.uuid, uri });
      return null;
    }
    const differs = other.uri === uri ? '' : ' (they differ in capitals only)';
    return { kind: 'duplicate-uri', says: `The directory URI ${uri} of ${user.userId} is somebody else’s too${differs}.` };
  }
}

function whyNot(user: IncomingUser): string {
  if (!user.active) return 'Is not active in the call manager.';
  if (!user.homeCluster) return 'This cluster is not the home of this user.';
  return 'Is not enabled for IM and presence.';
}

function changesOf(was: KnownUser, user: IncomingUser): string {
  const changes: string[] = [];
  if (was.userId !== user.userId) changes.push(`user ID ${was.userId} → ${user.userId}`);
  if (was.name !== user.name) changes.push(`name ${was.name} → ${user.name}`);
  if (was.mail !== user.mail) changes.push(`mail ${was.mail} → ${user.mail}`);
  return changes.length === 0 ? 'Department, telephone or other details.' : changes.join('; ');
}
