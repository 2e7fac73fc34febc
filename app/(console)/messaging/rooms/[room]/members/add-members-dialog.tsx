'use client';
import { useEffect, useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { peopleFrom } from '../../_parts/people.ts';
import { setAffiliation } from '../../actions.ts';

const options = [
  { value: 'member', label: 'Member', help: 'May enter where others may not. Also for a whole domain.' },
  { value: 'admin', label: 'Administrator', help: 'Looks after members and order in the room.' },
  { value: 'owner', label: 'Owner', help: 'Configures and destroys the room.' },
  { value: 'outcast', label: 'Outcast (banned)', help: 'Cannot enter. Also for a whole domain.' },
] as const;
type Value = (typeof options)[number]['value'];

export function AddMembersDialog({
  room,
  open,
  onClose,
  onDone,
}: {
  room: string;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  const [people, setPeople] = useState('');
  const [affiliation, setChosen] = useState<Value>('member');
  const [reason, setReason] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (!open) return;
    setPeople('');
    setChosen('member');
    setReason('');
    setState({ is: 'idle' });
  }, [open]);
  const who = peopleFrom(people);
  const submit = () => {
    if (who.length === 0) return setState({ is: 'invalid', message: '', fields: { who: 'Enter at least one address.' } });
    start(async () => {
      const answer = await setAffiliation({ room, who, affiliation, reason: reason.trim() });
      setState(answer);
      if (answer.is !== 'done') return;
      const { changed, refused } = answer.value;
      sayDone(
        `${countOf(changed.length, 'person', 'people')} added`,
        refused[0] ? { detail: `${refused.length} refused: ${refused[0].why}` } : undefined,
      );
      onClose();
      onDone();
    });
  };
  return (
    <FormDialog
      open={open}
      title="Add people"
      purpose="Who is on the list already is changed."
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={who.length > 1 ? `Add ${countOf(who.length, 'person', 'people')}` : 'Add'}
      submitting="Adding…"
    >
      <Field label="Addresses" id="who" error={fieldsOf(state).who} required help="One a line, or separated by commas. At most 500.">
        <Textarea rows={4} mono value={people} onChange={(event) => setPeople(event.target.value)} spellCheck={false} />
      </Field>
      <Field label="They become" group>
        <RadioGroup options={options} value={affiliation} onValueChange={(value) => setChosen(value as Value)} />
      </Field>
      <Field label="Reason" id="reason" help="Told to people who must leave.">
        <Input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} autoComplete="off" />
      </Field>
    </FormDialog>
  );
}
