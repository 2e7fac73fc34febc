'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useId, useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { NewPassword } from '../../users/_parts/new-password.tsx';
import { setOperatorPassword } from './actions.ts';
import { calledOperator, type OperatorRow, refOf } from './operator-words.ts';

export function PasswordDialog({ row, onClose }: { row: OperatorRow; onClose: () => void }) {
  const router = useRouter();
  const form = useId();
  const [password, type] = useState('');
  const [mustChangePassword, setMust] = useState(true);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const submit = (event: FormEvent) => {
    event.preventDefault();
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
  const problem = problemOf(state);
  const field = fieldsOf(state).password;
  return (
    <Dialog
      open
      onOpenChange={() => (busy ? undefined : onClose())}
      title={`Set a password for ${calledOperator(row)}`}
      purpose={
        row.sessions > 0
          ? `The old password stops working, and ${countOf(row.sessions, 'console session')} ${row.sessions === 1 ? 'ends' : 'end'} at once.`
          : 'The old password stops working at once.'
      }
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            Keep the password
          </Button>
          <Button type="submit" form={form} look="primary" busy={busy} busyLabel="Setting…">
            Set the password
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
        {problem !== null && !field ? <Banner tone="fault">{problem}</Banner> : null}
        <NewPassword value={password} onChange={type} error={field} userId={row.username} />
        <Checkbox label="Must choose an own password at the next sign-in" checked={mustChangePassword} onCheckedChange={setMust} />
      </form>
    </Dialog>
  );
}
