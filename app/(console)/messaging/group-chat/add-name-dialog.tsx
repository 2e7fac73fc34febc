'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { saveSettings } from '../../settings/actions.ts';

/** Adds one name to a list setting; saving is the same as on the settings page, with its history and its way back. */
export function AddNameDialog({
  open,
  onClose,
  setting,
  list,
  title,
  purpose,
  label,
  help,
  submit,
  check,
}: {
  open: boolean;
  onClose: () => void;
  setting: 'muc.aliases' | 'muc.administrators';
  list: { readonly version: number; readonly names: readonly string[] };
  title: string;
  purpose: string;
  label: string;
  help: string;
  submit: string;
  /** The sentence to show for what cannot be meant; null when it may be tried. */
  check: (name: string) => string | null;
}) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (!open) return;
    setName('');
    setState({ is: 'idle' });
  }, [open]);
  const typed = name.trim().toLowerCase();
  const run = () => {
    const problem = list.names.includes(typed) ? 'It is on the list already.' : check(typed);
    if (problem !== null) return setState({ is: 'invalid', message: '', fields: { [setting]: problem } });
    start(async () => {
      const answer = await saveSettings({ version: list.version, values: { [setting]: [...list.names, typed] } });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`${typed} added`);
      onClose();
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={open}
      title={title}
      purpose={purpose}
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={run}
      submit={submit}
      submitting="Adding…"
    >
      <Field label={label} id="name" error={problems[setting] ?? problems[`values.${setting}`]} required help={help}>
        <Input
          mono
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={1000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
    </FormDialog>
  );
}
