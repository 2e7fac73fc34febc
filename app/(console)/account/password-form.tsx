'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useRef, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { PasswordInput } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { changePassword } from './actions.ts';

const labels: Readonly<Record<string, string>> = { current: 'Present password', password: 'New password', again: 'New password again' };

export function PasswordForm({ username, mustChange }: { username: string; mustChange: boolean }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [busy, start] = useTransition();
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const problems = fieldsOf(state);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [current, password, again] = ['current', 'password', 'again'].map((name) => String(given.get(name) ?? ''));
    const found: Record<string, string> = {};
    if (!current) found.current = 'Enter the password you signed in with.';
    if (!password || password.length < 8) found.password = 'Choose at least 8 characters.';
    else if (password !== again) found.again = 'The two new passwords differ.';
    setTries(tries + 1);
    if (Object.keys(found).length > 0) return setState({ is: 'invalid', message: 'The password was not changed:', fields: found });
    start(async () => {
      const answer = await changePassword({ current: current ?? '', password: password ?? '' });
      setState(answer);
      if (answer.is !== 'done') return;
      form.current?.reset();
      sayDone('Password changed', { detail: 'Your other console sessions have ended.' });
      router.refresh();
    });
  };
  return (
    <form ref={form} method="post" onSubmit={submit} className="flex max-w-sm flex-col gap-4" noValidate>
      <FormProblems state={state} labels={labels} tries={tries} />
      {mustChange ? <p>The present one was made for you. Choose your own.</p> : null}
      {/* Lets password managers know whose password this is. */}
      <input type="text" name="username" autoComplete="username" defaultValue={username} readOnly hidden />
      <Field label="Present password" id="current" error={problems.current} required>
        <PasswordInput name="current" autoComplete="current-password" maxLength={1024} />
      </Field>
      <Field
        label="New password"
        id="password"
        error={problems.password}
        help="At least 8 characters, and not your user ID. A few words are better than a few signs."
        required
      >
        <PasswordInput name="password" autoComplete="new-password" maxLength={1024} />
      </Field>
      <Field label="New password again" id="again" error={problems.again} required>
        <PasswordInput name="again" autoComplete="new-password" maxLength={1024} />
      </Field>
      <div>
        <Button type="submit" look="primary" busy={busy} busyLabel="Changing…">
          Change the password
        </Button>
      </div>
    </form>
  );
}
