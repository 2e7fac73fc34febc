'use client';
import { type FormEvent, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { Permission } from '@/lib/admin/shared/viewer.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { PermissionChoice } from '../../_parts/permission-choice.tsx';
import { createToken } from '../actions.ts';
import { TokenMade } from './token-made.tsx';

export type MadeToken = Value<AdminApi['tokens']['create']>;

const labels: Readonly<Record<string, string>> = { name: 'Name', scopes: 'Permissions', expiresInDays: 'Days' };
const spans = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'other', label: 'Another number of days' },
  { value: 'never', label: 'Never', help: 'It works until somebody revokes it. Look at Last used now and then.' },
];
const MOST_DAYS = 3650;

export function TokenForm({
  permissions,
  examples,
}: {
  /** What the person has; a token cannot have more. */
  permissions: readonly Permission[];
  examples: Readonly<Record<string, string>>;
}) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<Permission>>(new Set());
  const [span, setSpan] = useState('90');
  const [days, setDays] = useState('180');
  const [state, setState] = useState<ActionState<MadeToken>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [busy, start] = useTransition();
  useLeaveQuestion(state.is !== 'done' && (name !== '' || scopes.size > 0));
  if (state.is === 'done') return <TokenMade made={state.value} examples={examples} />;

  const expiresInDays = span === 'never' ? null : span === 'other' ? Number(days) : Number(span);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    const fields: Record<string, string> = {};
    if (name.trim() === '') fields.name = 'Enter what the token is for.';
    if (scopes.size === 0) fields.scopes = 'Choose at least one permission.';
    if (expiresInDays !== null && !(Number.isInteger(expiresInDays) && expiresInDays >= 1 && expiresInDays <= MOST_DAYS))
      fields.expiresInDays = `Enter a whole number from 1 to ${MOST_DAYS.toLocaleString('en-GB')}.`;
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'The token was not made:', fields });
    start(async () => setState(await createToken({ name: name.trim(), scopes: [...scopes], expiresInDays })));
  };
  const problems = fieldsOf(state);
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormProblems state={state} labels={labels} tries={tries} />
      <Card>
        <Field label="Name" id="name" help="What it is for, such as the program and its machine." error={problems.name} required>
          <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={100} autoComplete="off" className="max-w-sm" />
        </Field>
      </Card>
      <Card>
        <PermissionChoice id="scopes" permissions={permissions} chosen={scopes} onChange={setScopes} error={problems.scopes} />
      </Card>
      <Card>
        <Field label="Expires after" group>
          <RadioGroup value={span} onValueChange={setSpan} options={spans} />
        </Field>
        {span === 'other' ? (
          <Field label="Days" id="expiresInDays" error={problems.expiresInDays} className="mt-4">
            <Input value={days} onChange={(event) => setDays(event.target.value)} inputMode="numeric" unit="days" className="max-w-48" />
          </Field>
        ) : null}
      </Card>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy} busyLabel="Making…">
          Make the token
        </Button>
        <ButtonLink href="/security/tokens" look="quiet">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}
