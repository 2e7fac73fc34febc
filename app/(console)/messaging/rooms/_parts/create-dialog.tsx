'use client';
import { useEffect, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { createRoom } from '../actions.ts';
import { peopleFrom } from './people.ts';

const blank = { name: '', title: '', description: '', owners: '', public: true, membersOnly: false };

export function CreateDialog({
  open,
  services,
  onClose,
  onDone,
}: {
  open: boolean;
  services: readonly string[];
  onClose: () => void;
  onDone: (address: string) => void;
}) {
  const first = services[0] ?? '';
  const [values, setValues] = useState({ ...blank, service: first });
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const set = (change: Partial<typeof values>) => setValues((was) => ({ ...was, ...change }));
  useEffect(() => {
    if (!open) return;
    setValues({ ...blank, service: first });
    setState({ is: 'idle' });
  }, [open, first]);
  const name = values.name.trim();
  const submit = () => {
    const owners = peopleFrom(values.owners);
    const fields: Record<string, string> = {};
    if (name === '') fields.room = 'Enter a name for the address.';
    if (owners.length === 0) fields.owners = 'Enter at least one address.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: '', fields });
    start(async () => {
      const answer = await createRoom({
        room: name.includes('@') ? name : `${name}@${values.service}`,
        title: values.title.trim(),
        description: values.description.trim(),
        owners,
        public: values.public,
        membersOnly: values.membersOnly,
      });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`${answer.value.address} created`);
      onClose();
      onDone(answer.value.address);
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={open}
      title="Create a room"
      purpose="It is persistent: it stays when everybody has left. More can be set on its page."
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit="Create the room"
      submitting="Creating…"
    >
      <Field
        label="Name in the address"
        id="room"
        error={problems.room}
        required
        help={
          name === '' ? (
            'The part of the address before @.'
          ) : (
            <>
              The address becomes <span className="font-mono wrap-anywhere">{`${name.toLowerCase()}@${values.service}`}</span>.
            </>
          )
        }
      >
        <Input
          mono
          value={values.name}
          onChange={(event) => set({ name: event.target.value })}
          maxLength={255}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      {services.length > 1 ? (
        <Field label="Chat server" id="service">
          <Select
            value={values.service}
            onChange={(event) => set({ service: event.target.value })}
            options={services.map((value) => ({ value, label: value }))}
          />
        </Field>
      ) : null}
      <Field label="Title" id="title" error={problems.title} help="Shown in lists of rooms.">
        <Input value={values.title} onChange={(event) => set({ title: event.target.value })} maxLength={255} autoComplete="off" />
      </Field>
      <Field label="Description" id="description" error={problems.description}>
        <Textarea rows={2} value={values.description} onChange={(event) => set({ description: event.target.value })} maxLength={1000} />
      </Field>
      <Field label="Owners" id="owners" error={problems.owners} required help="Addresses, one a line. They can configure and destroy it.">
        <Textarea rows={2} mono value={values.owners} onChange={(event) => set({ owners: event.target.value })} spellCheck={false} />
      </Field>
      <Checkbox
        label="Public"
        help="Found by discovery and search."
        checked={values.public}
        onCheckedChange={(isPublic) => set({ public: isPublic })}
      />
      <Checkbox
        label="Members only"
        help="Others cannot enter without an invitation."
        checked={values.membersOnly}
        onCheckedChange={(membersOnly) => set({ membersOnly })}
      />
    </FormDialog>
  );
}
