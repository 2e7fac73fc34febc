import { z } from 'zod';
import { ok, refuse } from '../../kernel/result.ts';
import type { SignInLock } from '../../security/index.ts';
import { defineUseCase } from '../shared/define.ts';
import { lockFaults } from './faults.ts';
import { findLocksInput, liftLockInput, recentSignInsInput } from './inputs.ts';
import { type LockView, lockView, signInView } from './outputs.ts';

function says({ kind, what, name, address, failures }: SignInLock): string {
  const where = kind === 'console' ? 'the console' : 'chat';
  const after = `after ${failures} failed sign-in${failures === 1 ? '' : 's'}`;
  switch (what) {
    case 'account-and-address':
      return `${name} is refused from ${address} for ${where}, ${after}. From elsewhere ${name} can sign in.`;
    case 'address':
      return `${address} is refused for ${where}, whatever the account, ${after}.`;
    case 'account':
      return `${name} is under attack: ${after} from any address, only addresses with a good sign-in in the last 30 days may try.`;
  }
}
const present = (lock: SignInLock): LockView => ({ ...lock, says: says(lock) });

export const findLocks = defineUseCase({
  id: 'locks.find',
  title: 'Locks',
  summary: 'Accounts and addresses that are refused for a while after failed sign-ins.',
  may: 'locks.read',
  kind: 'read',
  input: findLocksInput,
  output: z.object({ items: z.array(lockView), total: z.int() }),
  rest: { method: 'GET', path: '/locks' },
  cli: { words: ['locks', 'list'], table: { path: 'items', columns: ['id', 'kind', 'what', 'name', 'address', 'failures', 'until'] } },
  async run({ kind, search }, { deps }) {
    const wanted = search?.toLowerCase() ?? '';
    const found = deps.guard
      .locks()
      .filter((lock) => (kind === undefined || lock.kind === kind) && (lock.name.includes(wanted) || lock.address.includes(wanted)));
    // An attack can make thousands; the newest 500 tell enough, and the search finds the others.
    return ok({ items: found.slice(0, 500).map(present), total: found.length });
  },
});

export const liftLock = defineUseCase({
  id: 'locks.lift',
  title: 'Lift a lock',
  summary: 'Forgets the failures behind a lock, so that the account or address may sign in again.',
  may: 'locks.write',
  audit: 'lock.lift',
  kind: 'effect',
  input: liftLockInput,
  output: lockView,
  rest: { method: 'POST', path: '/locks/lift' },
  cli: { words: ['locks', 'lift'], positionals: [{ field: 'id', name: 'LOCK' }] },
  async run({ id }, ctx) {
    ctx.audit({ target: id, targetKey: `lock:${id}` });
    const lock = ctx.deps.guard.lift(id);
    if (!lock) return refuse(lockFaults.missing());
    ctx.audit({
      target: [lock.name, lock.address].filter(Boolean).join(' from '),
      before: { kind: lock.kind, what: lock.what, failures: lock.failures, until: lock.until },
    });
    return ok(present(lock));
  },
});

const outcomes: Readonly<Record<string, string>> = {
  ok: 'Signed in',
  'unknown-account': 'No such account',
  'wrong-password': 'Wrong password',
  'wrong-second-factor': 'Wrong second-factor code',
  disabled: 'Account is disabled',
  'backed-off': 'Refused, too many failures',
  'no-encryption': 'Refused, not encrypted',
  'no-such-hash': 'No such hash of the password is stored',
  'bad-token': 'Void token',
  'bad-channel-binding': 'Binding of an old client, or somebody in between',
  malformed: 'Malformed',
  'directory-down': 'Directory not reachable',
  'resource-limit': 'Too many sessions',
  unassigned: 'Assigned to no node',
};

export const recentSignIns = defineUseCase({
  id: 'locks.signIns',
  title: 'Recent sign-ins',
  summary: 'Sign-ins and failures of chat accounts and of the console with their reason, newest first.',
  may: 'locks.read',
  kind: 'read',
  input: recentSignInsInput,
  output: z.object({ items: z.array(signInView) }),
  rest: { method: 'GET', path: '/sign-ins' },
  cli: {
    words: ['locks', 'sign-ins'],
    positionals: [{ field: 'name', name: 'NAME' }],
    table: { path: 'items', columns: ['at', 'kind', 'name', 'address', 'mechanism', 'says'] },
  },
  async run({ name, limit }, { deps }) {
    const rows = await deps.signIns.recent({ limit, ...(name === undefined || name === '' ? {} : { name }) });
    return ok({
      items: rows.map(({ at, kind, name: who, address, mechanism, outcome }) => ({
        at,
        kind,
        name: who,
        address,
        mechanism,
        outcome,
        says: outcomes[outcome] ?? outcome,
      })),
    });
  },
});
