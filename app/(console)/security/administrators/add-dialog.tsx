'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useId, useState, useTransition } from 'react';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Checkbox, RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { NewPassword } from '../../users/_parts/new-password.tsx';
import { type Role, roleOptions } from '../_parts/words.ts';
import { createOperator } from './actions.ts';

const blank = { username: '', name: '', password: '', role: 'read-only' as Role, mustChangePassword: true };

export function AddDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const router = useRouter();
  const form = useId();
  const [values, setValues] = useState(blank);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const set = (change: Partial<typeof blank>) => setValues((was) => ({ ...was, ...change }));
  useEffect(() => {
    if (!open) return;
    setValues(blank);
    setState({ is: 'idle' });
  }, [open]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
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
  const problem = problemOf(state);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (busy ? undefined : onOpenChange(next))}
      title="Add an administrator"
      purpose="Somebody who may use this console."
      actions={
        <>
          <Button onClick={() => onOpenChange(false)} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" form={form} look="primary" busy={busy} busyLabel="Adding…">
            Add the administrator
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
        {problem !== null && Object.keys(problems).length === 0 ? <Banner tone="fault">{problem}</Banner> : null}
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
          <RadioGroup value={values.role} onValueChange={(value) => set({ role: value as Role })} options={roleOptions} />
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
      </form>
    </Dialog>
  );
}
