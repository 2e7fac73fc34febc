'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useRef, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { DomainField } from '../_parts/domain-field.tsx';
import type { DomainChoice } from '../_parts/domains-for.ts';
import { NewPassword } from '../_parts/new-password.tsx';
import { createUser } from '../actions.ts';

const labels: Readonly<Record<string, string>> = {
  userId: 'User ID',
  name: 'Name',
  mail: 'Mail address',
  domain: 'IM domain',
  password: 'Password',
};
const blank = { userId: '', name: '', mail: '', password: '', enabled: true, admin: false };

export function CreateForm({ domains, mayMakeAdmin }: { domains: readonly DomainChoice[]; mayMakeAdmin: boolean }) {
  const router = useRouter();
  const first = useRef<HTMLInputElement>(null);
  const firstDomain = domains[0]?.domain ?? '';
  const [values, setValues] = useState({ ...blank, domain: firstDomain });
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [busy, start] = useTransition();
  const set = (change: Partial<typeof values>) => setValues((was) => ({ ...was, ...change }));
  useLeaveQuestion(values.userId !== '' || values.name !== '' || values.mail !== '' || values.password !== '');

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const another = (event.nativeEvent as SubmitEvent).submitter?.getAttribute('value') === 'another';
    setTries(tries + 1);
    const fields = problemsOf(values);
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'The user was not added:', fields });
    start(async () => {
      const { domain, admin, ...rest } = values;
      const answer = await createUser({
        ...rest,
        userId: rest.userId.trim(),
        mail: rest.mail.trim(),
        ...(domain.trim() ? { domain: domain.trim() } : {}),
        ...(admin ? { admin } : {}),
      });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`${answer.value.address} added`);
      setValues({ ...blank, domain });
      if (!another) return router.push(`/users/${answer.value.id}`);
      first.current?.focus();
    });
  };
  const problems = fieldsOf(state);
  const id = values.userId.trim();
  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormProblems state={state} labels={labels} tries={tries} />
      <Card title="Who">
        <div className="flex flex-col gap-4">
          <Field
            label="User ID"
            id="userId"
            error={problems.userId}
            required
            help={
              id && values.domain.trim() ? (
                <>
                  The address becomes{' '}
                  <span className="font-mono wrap-anywhere">{`${id.toLowerCase()}@${values.domain.trim().toLowerCase()}`}</span>.
                </>
              ) : (
                'The part of the address before @; what the person types at sign-in.'
              )
            }
          >
            <Input
              ref={first}
              mono
              name="userId"
              value={values.userId}
              onChange={(event) => set({ userId: event.target.value })}
              maxLength={255}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Field>
          <DomainField
            id="domain"
            domains={domains}
            value={values.domain}
            onChange={(domain) => set({ domain })}
            error={problems.domain}
            help={
              domains.length > 0 && values.domain.trim() && !domains.some(({ domain }) => domain === values.domain.trim().toLowerCase())
                ? 'New here: it becomes hosted with this user.'
                : 'Choose one of the hosted domains, or type a new one.'
            }
          />
          <Field label="Name" id="name" error={problems.name} help="Shown to administrators and in searches of people.">
            <Input
              name="name"
              value={values.name}
              onChange={(event) => set({ name: event.target.value })}
              maxLength={255}
              autoComplete="off"
            />
          </Field>
          <Field label="Mail address" id="mail" error={problems.mail}>
            <Input
              name="mail"
              type="email"
              value={values.mail}
              onChange={(event) => set({ mail: event.target.value })}
              maxLength={320}
              autoComplete="off"
            />
          </Field>
        </div>
      </Card>
      <Card title="Sign-in">
        <div className="flex flex-col gap-4">
          <NewPassword value={values.password} onChange={(password) => set({ password })} error={problems.password} userId={id} />
          <Checkbox
            label="May sign in"
            help="Clear it to prepare an account for later."
            checked={values.enabled}
            onCheckedChange={(enabled) => set({ enabled })}
          />
          {mayMakeAdmin ? (
            <Checkbox
              label="May use administrator commands from a chat client"
              help="Add, disable and remove users, end sessions and send announcements by XEP-0133. Not the same as an administrator of this console."
              checked={values.admin}
              onCheckedChange={(admin) => set({ admin })}
            />
          ) : null}
        </div>
      </Card>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy} busyLabel="Adding…">
          Add the user
        </Button>
        <Button type="submit" value="another" disabled={busy}>
          Add and enter another
        </Button>
        <ButtonLink href="/users" look="quiet">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}

/** What can be said without asking the server; the use case says the rest. */
function problemsOf(values: { userId: string; mail: string; password: string }): Record<string, string> {
  const fields: Record<string, string> = {};
  const id = values.userId.trim();
  if (id === '') fields.userId = 'Enter a user ID.';
  if (values.mail.trim() !== '' && !/^[^\s@]+@[^\s@]+$/.test(values.mail.trim())) fields.mail = 'Must look like name@example.com.';
  if ([...values.password].length < 8) fields.password = 'Choose at least 8 characters.';
  else if (id !== '' && values.password.toLowerCase() === id.toLowerCase()) fields.password = 'Must not be the user ID.';
  return fields;
}
