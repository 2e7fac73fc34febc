'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Checkbox, RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { NewPassword } from '../../users/_parts/new-password.tsx';
import { optionsOf } from '../_parts/words.ts';
import { createOperator } from './actions.ts';

const blank = { username: '', name: '', password: '', role: 'read-only', mustChangePassword: true };

export function AddDialog({
  roles,
  open,
  onOpenChange,
}: {
  roles: readonly RoleView[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const [values, setValues] = useState(blank);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const set = (change: Partial<typeof blank>) => setValues((was) => ({ ...was, ...change }));
  useEffect(() => {
    if (!open) return;
    setValues(blank);
    setState({ is: 'idle' });
  }, [open]);
  const submit = () => {
    const fields: Record<string, string> = {};
    if (values.username.trim() === '') fields.username = 'Enter what the person types at sign-in.';
    if ([...values.password].length < 8) fields.password = 'Choose at least 8 characters.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: '', fields });
    start(async () => {
      const answer = await createOperator({ ...values, username: values.username.trim(), name: values.name.trim() });
      setState(answer);
      if (answer.is !== 'done') return;
      setValues(blank);
      sayDone(`${answer.value.username} may use the console`);
      onOpenChange(false);
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={open}
      title="Add an administrator"
      purpose="Somebody who may use this console."
      onClose={() => onOpenChange(false)}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit="Add the administrator"
      submitting="Adding…"
    >
      <Field label="User name" id="username" error={problems.username} help="What the person types at sign-in." required>
        <Input
          mono
          value={values.username}
          onChange={(event) => set({ username: event.target.value })}
          maxLength={64}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      <Field label="Name" id="name" error={problems.name}>
        <Input value={values.name} onChange={(event) => set({ name: event.target.value })} maxLength={255} autoComplete="off" />
      </Field>
      <Field label="Role" id="role" error={problems.role} group>
        <RadioGroup value={values.role} onValueChange={(role) => set({ role })} options={optionsOf(roles)} />
      </Field>
      <NewPassword
        value={values.password}
        onChange={(password) => set({ password })}
        error={problems.password}
        userId={values.username.trim()}
      />
      <Checkbox
        label="Must choose an own password at the first sign-in"
        checked={values.mustChangePassword}
        onCheckedChange={(mustChangePassword) => set({ mustChangePassword })}
      />
    </FormDialog>
  );
}
