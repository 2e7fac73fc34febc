'use client';
import { type FormEvent, useId, useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import type { DiffRow } from '@/lib/ui/patterns/diff-rows.ts';
import { DiffView } from '@/lib/ui/patterns/diff-view.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { DomainField } from '../_parts/domain-field.tsx';
import type { DomainChoice } from '../_parts/domains-for.ts';
import { refOf, sourceWords } from '../_parts/words.ts';
import { updateUser } from '../actions.ts';
import type { UserDetail } from './_load.ts';
import { changesOf, type EditValues, readTheirs, type Theirs, valuesOf } from './edit-values.ts';

const labels: Readonly<Record<keyof EditValues, string>> = {
  userId: 'User ID',
  name: 'Name',
  mail: 'Mail address',
  domain: 'IM domain',
  admin: 'Administrator commands',
};

export function EditDialog({
  user,
  isXmppAdministrator,
  domains,
  maySetAdmin,
  onClose,
  onDone,
}: {
  user: UserDetail['user'];
  isXmppAdministrator: boolean;
  domains: readonly DomainChoice[];
  maySetAdmin: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  const form = useId();
  // What the person began with stays the measure of what they changed, also when the page behind is renewed.
  const [start0, setStart] = useState<{ values: EditValues; version: number }>({
    values: valuesOf(user, isXmppAdministrator),
    version: user.version,
  });
  const [values, setValues] = useState(start0.values);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [busy, start] = useTransition();
  const set = (change: Partial<EditValues>) => setValues((was) => ({ ...was, ...change }));
  const changes = changesOf(start0.values, values);
  const count = Object.keys(changes).length;
  const isLocal = user.source === 'local';
  const moves = changes.userId !== undefined || changes.domain !== undefined;

  const save = (version: number) =>
    start(async () => {
      const answer = await updateUser({ user: refOf(user.id), version, ...changes });
      setState(answer);
      setTheirs(answer.is === 'conflict' ? readTheirs(answer.details, start0.values.domain) : null);
      if (answer.is !== 'done') return;
      sayDone(`${answer.value.userId} saved`);
      onClose();
      onDone();
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const mail = values.mail.trim();
    const fields: Record<string, string> = {};
    if (values.userId.trim() === '') fields.userId = 'Enter a user ID.';
    if (values.domain.trim() === '') fields.domain = 'Enter a domain.';
    if (mail !== '' && !/^[^\s@]+@[^\s@]+$/.test(mail)) fields.mail = 'Must look like name@example.com.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'Nothing was saved.', fields });
    save(start0.version);
  };
  const takeTheirs = (now: Theirs) => {
    const base = { ...start0.values, ...now.values };
    setStart({ values: base, version: now.version });
    setValues(base);
    setTheirs(null);
    setState({ is: 'idle' });
    onDone();
  };
  const problems = fieldsOf(state);
  const problem = problemOf(state);
  return (
    <Dialog
      open
      onOpenChange={(open) => (open || busy ? undefined : onClose())}
      title={`Edit ${user.userId}`}
      actions={
        theirs ? (
          <>
            <Button onClick={() => takeTheirs(theirs)} disabled={busy}>
              Take their values
            </Button>
            <Button look="primary" busy={busy} busyLabel="Saving…" onClick={() => save(theirs.version)}>
              Save mine over them
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose} disabled={busy}>
              {count > 0 ? 'Discard' : 'Close'}
            </Button>
            <Button type="submit" form={form} look="primary" disabled={count === 0} busy={busy} busyLabel="Saving…">
              {count > 0 ? `Save ${countOf(count, 'change')}` : 'Save'}
            </Button>
          </>
        )
      }
    >
      {theirs ? (
        <div className="flex flex-col gap-4">
          <Banner tone="warn" title="Somebody changed this user meanwhile">
            Your changes are not saved yet.
          </Banner>
          <DiffView
            rows={conflictRows(theirs, values, changes)}
            label="Their values and yours"
            fromLabel="Theirs, stored now"
            toLabel="Yours"
          />
        </div>
      ) : (
        <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
          {problem !== null && Object.keys(problems).length === 0 ? <Banner tone="fault">{problem}</Banner> : null}
          {isLocal ? null : (
            <Banner tone="info">This user comes from: {sourceWords[user.source]}. Name, mail and address are changed there.</Banner>
          )}
          {isLocal ? (
            <>
              <Field label="Name" id="name" error={problems.name} changed={changes.name !== undefined}>
                <Input value={values.name} onChange={(event) => set({ name: event.target.value })} maxLength={255} autoComplete="off" />
              </Field>
              <Field label="Mail address" id="mail" error={problems.mail} changed={changes.mail !== undefined}>
                <Input
                  type="email"
                  value={values.mail}
                  onChange={(event) => set({ mail: event.target.value })}
                  maxLength={320}
                  autoComplete="off"
                />
              </Field>
              <Field label="User ID" id="userId" error={problems.userId} changed={changes.userId !== undefined} required>
                <Input
                  mono
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
                required
              />
              {moves ? (
                <Banner tone="warn" title="The address changes">
                  It becomes {`${values.userId.trim().toLowerCase()}@${values.domain.trim().toLowerCase()}`}.{' '}
                  {user.sessions > 0 ? `${countOf(user.sessions, 'session')} ${user.sessions === 1 ? 'ends' : 'end'}. ` : ''}
                  Contacts elsewhere must add the new address.
                </Banner>
              ) : null}
            </>
          ) : null}
          <Checkbox
            label="May use administrator commands from a chat client"
            help={
              maySetAdmin
                ? 'Add, disable and remove users, end sessions and send announcements by XEP-0133.'
                : 'Only who may change settings can switch this.'
            }
            checked={values.admin}
            disabled={!maySetAdmin}
            onCheckedChange={(admin) => set({ admin })}
          />
        </form>
      )}
    </Dialog>
  );
}

function conflictRows(theirs: Theirs, mine: EditValues, changes: Partial<EditValues>): readonly DiffRow[] {
  const keys = Object.keys(labels) as (keyof EditValues)[];
  return keys.flatMap((key): DiffRow[] => {
    const from = theirs.values[key];
    if (from === undefined) return [];
    // What was not touched here stays theirs, also when saving over them.
    const to = key in changes ? mine[key] : from;
    return from === to ? [] : [{ label: labels[key], from: String(from), to: String(to) }];
  });
}
