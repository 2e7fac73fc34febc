'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { NewPassword } from '../../users/_parts/new-password.tsx';
import { setOperatorPassword } from './actions.ts';
import { calledOperator, type OperatorRow, refOf } from './operator-words.ts';

export function PasswordDialog({ row, onClose }: { row: OperatorRow; onClose: () => void }) {
  const router = useRouter();
  const [password, type] = useState('');
  const [mustChangePassword, setMust] = useState(true);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const submit = () => {
    if ([...password].length < 8) return setState({ is: 'invalid', message: '', fields: { password: 'Choose at least 8 characters.' } });
    start(async () => {
      const answer = await setOperatorPassword({ operator: refOf(row), password, mustChangePassword });
      setState(answer);
      if (answer.is !== 'done') return;
      type('');
      sayDone(`Password of ${row.username} set`);
      onClose();
      router.refresh();
    });
  };
  const field = fieldsOf(state).password;
  return (
    <FormDialog
      open
      title={`Set a password for ${calledOperator(row)}`}
      purpose={
        row.sessions > 0
          ? `The old password stops working, and ${countOf(row.sessions, 'console session')} ${row.sessions === 1 ? 'ends' : 'end'} at once.`
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
      <NewPassword value={password} onChange={type} error={field} userId={row.username} />
      <Checkbox label="Must choose an own password at the next sign-in" checked={mustChangePassword} onCheckedChange={setMust} />
    </FormDialog>
  );
}
