'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import type { AgreementView } from '@/lib/admin/directories/outputs.ts';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Switch } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { addAgreement, updateAgreement } from './actions.ts';

const fresh = {
  name: '',
  enabled: true,
  base: '',
  filter: '',
  domain: '',
  everyMinutes: '60',
  graceDays: '30',
  maxLossPercent: '10',
  adopt: false,
};
const from = (edited: AgreementView) => ({
  name: edited.name,
  enabled: edited.enabled,
  base: edited.base,
  filter: edited.filter,
  domain: edited.domain,
  everyMinutes: String(edited.everyMinutes),
  graceDays: String(edited.graceDays),
  maxLossPercent: String(edited.maxLossPercent),
  adopt: edited.adopt,
});

/** A new agreement of a directory, or one that exists. */
export function AgreementDialog({
  open,
  directory,
  edited,
  onClose,
}: {
  open: boolean;
  directory: string;
  edited: AgreementView | null;
  onClose: () => void;
}) {
  const router = useRouter();
  const [values, setValues] = useState(fresh);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew when it is opened, not when a live value arrives behind it
  useEffect(() => {
    if (!open) return;
    setValues(edited === null ? fresh : from(edited));
    setState({ is: 'idle' });
  }, [open]);
  const set = (change: Partial<typeof fresh>) => setValues((now) => ({ ...now, ...change }));
  const text = (name: { [K in keyof typeof fresh]: (typeof fresh)[K] extends string ? K : never }[keyof typeof fresh]) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
    autoComplete: 'off',
    spellCheck: false,
  });
  const submit = () => {
    if (values.name.trim() === '') return setState({ is: 'invalid', message: '', fields: { name: 'Enter what the agreement is called.' } });
    start(async () => {
      const input = {
        ...values,
        everyMinutes: Number(values.everyMinutes),
        graceDays: Number(values.graceDays),
        maxLossPercent: Number(values.maxLossPercent),
      };
      const answer =
        edited === null
          ? await addAgreement({ ...input, directory })
          : await updateAgreement({ ...input, agreement: edited.id, version: edited.version });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`Agreement ${answer.value.name} saved`);
      onClose();
      if (edited === null) router.push(`/directories/agreements/${answer.value.id}`);
      else router.refresh();
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={edited === null ? 'Add an agreement' : `Change ${edited.name}`}
      purpose={edited === null ? 'Which people of the directory get accounts. Nothing happens before you try it or it is due.' : ''}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={edited === null ? 'Add the agreement' : 'Save'}
      submitting="Saving…"
    >
      <Field label="Name" id="name" error={problems.name} required>
        <Input {...text('name')} maxLength={100} />
      </Field>
      <Field label="Base" id="base" error={problems.base} help="Where these people are. Empty: the base of the directory.">
        <Input mono {...text('base')} placeholder="ou=People,dc=example,dc=com" />
      </Field>
      <Field label="Filter" id="filter" error={problems.filter} help="Which of them. Empty: the filter of the directory.">
        <Input mono {...text('filter')} />
      </Field>
      <Field label="IM domain" id="domain" error={problems.domain} help="Empty: the default domain.">
        <Input mono {...text('domain')} placeholder="example.com" />
      </Field>
      <Field label="By schedule" id="enabled">
        <Switch checked={values.enabled} onCheckedChange={(enabled) => set({ enabled })} />
      </Field>
      <Field label="Minutes between two runs" id="everyMinutes" error={problems.everyMinutes} help="0: by hand only.">
        <Input {...text('everyMinutes')} inputMode="numeric" unit="minutes" />
      </Field>
      <Field
        label="Days of grace"
        id="graceDays"
        error={problems.graceDays}
        help="Whoever leaves the directory is disabled at once, and removed with everything they own after so many days. -1: never."
      >
        <Input {...text('graceDays')} inputMode="numeric" unit="days" />
      </Field>
      <Field
        label="Ask above a loss of"
        id="maxLossPercent"
        error={problems.maxLossPercent}
        help="A run that would disable or remove a larger share of the people is held until somebody confirms it."
      >
        <Input {...text('maxLossPercent')} inputMode="numeric" unit="%" />
      </Field>
      <Field
        label="Take over accounts made here"
        id="adopt"
        help="Those with the same user ID become the directory’s and lose their password here."
      >
        <Switch checked={values.adopt} onCheckedChange={(adopt) => set({ adopt })} />
      </Field>
    </FormDialog>
  );
}
