'use client';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { deleteUsers, disableUsers, enableUsers } from '../actions.ts';
import { calledUser, refOf } from './words.ts';

export interface Person {
  readonly id: number;
  readonly userId: string;
  readonly address: string;
  readonly name: string;
  readonly sessions: number;
}
export interface Asked {
  readonly what: 'disable' | 'delete';
  readonly user: Person;
}

/** Lets one person sign in again: nothing is lost by it, so nothing is asked. */
export async function enableOne(user: Person, onDone: () => void): Promise<void> {
  const state = await enableUsers({ users: [refOf(user.id)] });
  const problem = problemOf(state);
  if (problem !== null) return sayRefused(problem);
  sayDone(`${user.userId} can sign in again`);
  onDone();
}

/** Asks before one person is shut out or removed. Many at once go through a preview and a job. */
export function SwitchDialog({
  asked,
  open,
  onOpenChange,
  onDone,
}: {
  asked: Asked | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onDone: (what: Asked['what']) => void;
}) {
  if (!asked) return null;
  const { what, user } = asked;
  const called = calledUser(user);
  const signedOut =
    user.sessions > 0 ? ` ${countOf(user.sessions, 'session')} ${user.sessions === 1 ? 'ends' : 'end'} within seconds.` : '';
  const run = async () => {
    const state = await (what === 'delete' ? deleteUsers : disableUsers)({ users: [refOf(user.id)] });
    if (state.is === 'done') {
      if (what === 'delete') sayDone(`${user.userId} deleted`);
      else sayDone(`${user.userId} disabled`, { undo: () => void enableOne(user, () => onDone('disable')) });
      onDone(what);
    }
    return problemOf(state);
  };
  return what === 'delete' ? (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${called}?`}
      effect={`1 person loses the address ${user.address}, with contacts, waiting messages, history and profile.${signedOut}`}
      confirm="Delete the user"
      keep="Keep the user"
      typeName={user.userId}
      onConfirm={run}
    />
  ) : (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Disable ${called}?`}
      effect={`1 person cannot sign in any more.${signedOut} Contacts, history and waiting messages are kept, and you can enable the user again.`}
      confirm="Disable the user"
      keep="Keep the user enabled"
      onConfirm={run}
    />
  );
}
