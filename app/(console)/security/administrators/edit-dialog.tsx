'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { optionsOf } from '../_parts/words.ts';
import { updateOperator } from './actions.ts';
import { calledOperator, type OperatorRow, refOf } from './operator-words.ts';

/** Name and role. A version seen before somebody else's change is refused, and says so. */
export function EditDialog({ roles, row, onClose }: { roles: readonly RoleView[]; row: OperatorRow; onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState(row.name);
  const [role, setRole] = useState(row.role);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const submit = () => {
    start(async () => {
      const answer = await updateOperator({ operator: refOf(row), version: row.version, name: name.trim(), role });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`${row.username} saved`);
      onClose();
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open
      title={`Edit ${calledOperator(row)}`}
      onClose={onClose}
      state={state.is === 'conflict' ? { is: 'idle' } : state}
      busy={busy}
      onSubmit={submit}
      submit="Save the administrator"
      submitting="Saving…"
    >
      {state.is === 'conflict' ? (
        <Banner
          tone="warn"
          action={
            <Button
              size="small"
              onClick={() => {
                onClose();
                router.refresh();
              }}
            >
              Close and load again
            </Button>
          }
        >
          {state.message}
        </Banner>
      ) : null}
      <Field label="Name" id="name" error={problems.name}>
        <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={255} autoComplete="off" />
      </Field>
      <Field label="Role" id="role" error={problems.role} group>
        <RadioGroup value={role} onValueChange={setRole} options={optionsOf(roles)} />
      </Field>
      {role !== row.role && row.sessions > 0 ? (
        <Banner tone="notice">A new role ends the console sessions of this person; they sign in again.</Banner>
      ) : null}
    </FormDialog>
  );
}
