'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useId, useState, useTransition } from 'react';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { type Role, roleOptions } from '../_parts/words.ts';
import { updateOperator } from './actions.ts';
import { calledOperator, type OperatorRow, refOf } from './operator-words.ts';

/** Name and role. A version seen before somebody else's change is refused, and says so. */
export function EditDialog({ row, onClose }: { row: OperatorRow; onClose: () => void }) {
  const router = useRouter();
  const form = useId();
  const [name, setName] = useState(row.name);
  const [role, setRole] = useState<Role>(row.role);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const submit = (event: FormEvent) => {
    event.preventDefault();
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
  const problem = problemOf(state);
  return (
    <Dialog
      open
      onOpenChange={() => (busy ? undefined : onClose())}
      title={`Edit ${calledOperator(row)}`}
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" form={form} look="primary" busy={busy} busyLabel="Saving…">
            Save the administrator
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
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
        ) : problem !== null ? (
          <Banner tone="fault">{problem}</Banner>
        ) : null}
        <Field label="Name" id="name" error={problems.name}>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={255} autoComplete="off" />
        </Field>
        <Field label="Role" id="role" error={problems.role} group>
          <RadioGroup value={role} onValueChange={(value) => setRole(value as Role)} options={roleOptions} />
        </Field>
        {role !== row.role && row.sessions > 0 ? (
          <Banner tone="notice">A new role ends the console sessions of this person; they sign in again.</Banner>
        ) : null}
      </form>
    </Dialog>
  );
}
