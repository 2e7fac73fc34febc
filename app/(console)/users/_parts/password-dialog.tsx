'use client';
import { useEffect, useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { setPassword } from '../actions.ts';
import { NewPassword } from './new-password.tsx';
import { refOf } from './words.ts';

interface Person {
  readonly id: number;
  readonly userId: string;
  readonly sessions: number;
}

export function PasswordDialog({ user, onClose, onDone }: { user: Person | null; onClose: () => void; onDone: () => void }) {
  const [password, type] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person means an empty form
  useEffect(() => {
    type('');
    setState({ is: 'idle' });
  }, [user?.id]);
  const submit = () => {
    if (!user) return;
    if ([...password].length < 8)
      return setState({ is: 'invalid', message: 'The password was not set.', fields: { password: 'Choose at least 8 characters.' } });
    start(async () => {
      const answer = await setPassword({ user: refOf(user.id), password });
      setState(answer);
      if (answer.is !== 'done') return;
      type('');
      sayDone(`Password of ${user.userId} set`);
      onClose();
      onDone();
    });
  };
  const field = fieldsOf(state).password;
  return (
    <FormDialog
      open={user !== null}
      title={user ? `Set a password for ${user.userId}` : ''}
      purpose={
        user && user.sessions > 0
          ? `${countOf(user.sessions, 'session')} made with the old password ${user.sessions === 1 ? 'ends' : 'end'} at once.`
          : 'The old password stops working at once.'
      }
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit="Set the password"
      submitting="Setting…"
      keep="Keep the password"
    >
      <NewPassword value={password} onChange={type} error={field} userId={user?.userId ?? ''} />
    </FormDialog>
  );
}
