'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { generateUsers } from '../actions.ts';
import { DomainField } from './domain-field.tsx';
import type { DomainChoice } from './domains-for.ts';

const most = 100_000;

/** Many accounts that count up, for load tests and demonstrations. */
export function GenerateDialog({
  open,
  onOpenChange,
  domains,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  domains: readonly DomainChoice[];
}) {
  const router = useRouter();
  const [prefix, setPrefix] = useState('test');
  const [count, setCount] = useState('100');
  const [passwordPrefix, setPasswordPrefix] = useState('');
  const [domain, setDomain] = useState(domains[0]?.domain ?? '');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const number = /^\d{1,6}$/.test(count.trim()) ? Number(count) : 0;
  const submit = () => {
    const fields: Record<string, string> = {};
    if (prefix.trim() === '') fields.prefix = 'Enter how the user IDs begin.';
    if (number < 1 || number > most) fields.count = `Enter a whole number from 1 to ${most.toLocaleString('en-GB')}.`;
    if (passwordPrefix === '') fields.passwordPrefix = 'Enter how the passwords begin.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'Nothing was generated.', fields });
    start(async () => {
      const answer = await generateUsers({
        prefix: prefix.trim(),
        count: number,
        passwordPrefix,
        ...(domain.trim() ? { domain: domain.trim() } : {}),
      });
      setState(answer);
      if (answer.is === 'done') router.push(`/jobs/${encodeURIComponent(answer.value.id)}`);
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={open}
      title="Generate users for tests"
      purpose="Their passwords count up and are easy to guess. Delete the users after the test."
      onClose={() => onOpenChange(false)}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={`Generate ${number > 0 ? countOf(number, 'user') : 'users'}`}
      submitting="Starting…"
    >
      <Field
        label="User IDs begin with"
        id="prefix"
        help={`Users become ${prefix.trim() || 'test'}1 to ${prefix.trim() || 'test'}${number || 'n'}. Those that exist are left alone.`}
        error={problems.prefix}
        required
      >
        <Input
          mono
          value={prefix}
          onChange={(event) => setPrefix(event.target.value)}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field label="How many" id="count" error={problems.count} required>
        <Input value={count} onChange={(event) => setCount(event.target.value)} inputMode="numeric" unit="users" autoComplete="off" />
      </Field>
      <Field
        label="Passwords begin with"
        id="passwordPrefix"
        help={`The first user's password is this text followed by 1.`}
        error={problems.passwordPrefix}
        required
      >
        <Input
          mono
          value={passwordPrefix}
          onChange={(event) => setPasswordPrefix(event.target.value)}
          maxLength={1000}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <DomainField id="domain" domains={domains} value={domain} onChange={setDomain} error={problems.domain} />
    </FormDialog>
  );
}
