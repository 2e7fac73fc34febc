'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState, useTransition } from 'react';
import type { RoleView } from '@/lib/admin/roles/outputs.ts';
import type { Permission } from '@/lib/admin/shared/viewer.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { PermissionChoice } from '../_parts/permission-choice.tsx';
import { createRole, updateRole } from './actions.ts';

const labels: Readonly<Record<string, string>> = { name: 'Name', description: 'For', permissions: 'Permissions' };

/** A new role, or one that exists (`edited`). What the role has and the viewer lacks stays ticked and can be taken out. */
export function RoleForm({
  edited: role,
  from,
  offered,
  readOnlyBecause,
}: {
  edited: RoleView | null;
  /** A role to begin with. */
  from: RoleView | null;
  /** What the viewer may give. */
  offered: readonly Permission[];
  readOnlyBecause?: string;
}) {
  const router = useRouter();
  const begin = role ?? from;
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(begin?.permissions ?? []));
  const [version, setVersion] = useState(role?.version ?? 0);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [busy, start] = useTransition();
  const readOnly = readOnlyBecause !== undefined;
  const changed =
    name !== (role?.name ?? '') ||
    description !== (role?.description ?? '') ||
    (role !== null && (chosen.size !== role.permissions.length || role.permissions.some((each) => !chosen.has(each))));
  useLeaveQuestion(changed && state.is !== 'done');
  const offeredHere = role ? [...new Set([...offered, ...role.permissions])] : offered;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    const fields: Record<string, string> = {};
    if (name.trim() === '') fields.name = 'Enter what the role is called.';
    if (chosen.size === 0) fields.permissions = 'Choose at least one permission.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'The role was not saved:', fields });
    const values = { name: name.trim(), description: description.trim(), permissions: [...chosen] };
    start(async () => {
      const answer = role ? await updateRole({ role: role.id, version, ...values }) : await createRole(values);
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`Role ${answer.value.name} saved`);
      setVersion(answer.value.version);
      if (role) router.refresh();
      else router.push('/security/roles');
    });
  };
  const problems = fieldsOf(state);
  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
      {readOnly ? <Banner tone="idle">{readOnlyBecause}</Banner> : null}
      <FormProblems state={state} labels={labels} tries={tries} />
      {role && role.operators > 0 && !readOnly ? (
        <Banner tone="notice">
          {countOf(role.operators, 'administrator')} {role.operators === 1 ? 'has' : 'have'} this role. What you change holds for them at
          once, in open pages too.
        </Banner>
      ) : null}
      <Card>
        <div className="flex flex-col gap-4">
          <Field label="Name" id="name" error={problems.name} required>
            <Input
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={64}
              autoComplete="off"
              className="max-w-sm"
              disabled={readOnly}
            />
          </Field>
          <Field label="For" id="description" error={problems.description} help="Who should have it, in a sentence.">
            <Textarea
              rows={2}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
              maxLength={500}
              disabled={readOnly}
            />
          </Field>
        </div>
      </Card>
      <Card>
        <PermissionChoice
          id="permissions"
          permissions={offeredHere}
          chosen={chosen}
          onChange={setChosen}
          error={problems.permissions}
          readOnly={readOnly}
        />
      </Card>
      {readOnly ? null : (
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={busy} busyLabel="Saving…">
            {role ? 'Save the role' : 'Make the role'}
          </Button>
          <ButtonLink href="/security/roles" look="quiet">
            Cancel
          </ButtonLink>
        </div>
      )}
    </form>
  );
}
