'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { assign, previewAssign } from './actions.ts';

/** Who is meant: users by number, all of a home, or all without one. */
export type Meant = { readonly users: string[] } | { readonly from: string } | { readonly unassigned: true };

/** Chooses the new home; what would happen is counted before the button works, and another number then is refused. */
export function AssignDialog({ meant, nodes, onClose }: { meant: Meant | null; nodes: readonly string[]; onClose: () => void }) {
  const router = useRouter();
  const [to, setTo] = useState('');
  const [preview, setPreview] = useState<Value<AdminApi['assignment']['preview']> | null>(null);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const choices = nodes.filter((node) => meant === null || !('from' in meant) || node !== meant.from);
  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew for each question
  useEffect(() => {
    setTo(choices[0] ?? '');
    setState({ is: 'idle' });
  }, [meant]);
  useEffect(() => {
    setPreview(null);
    if (meant === null || to === '') return;
    let wanted = true;
    void previewAssign({ ...meant, to }).then((answer) => {
      if (!wanted) return;
      if (answer.is === 'done') setPreview(answer.value);
      else setState(answer);
    });
    return () => {
      wanted = false;
    };
  }, [meant, to]);
  const submit = () => {
    if (meant === null || preview === null) return;
    start(async () => {
      const answer = await assign({ ...meant, to, expect: preview.moves });
      setState(answer);
      if (answer.is === 'done') router.push(`/jobs/${answer.value.id}`);
    });
  };
  return (
    <FormDialog
      open={meant !== null}
      title="Assign users to a node"
      purpose="The node becomes their home. Who is signed in moves along; clients that cannot resume sign in again."
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={preview === null || preview.moves === 0 ? 'Assign users' : `Assign ${countOf(preview.moves, 'user')}`}
      submitting="Starting…"
      submitDisabled={preview === null || preview.moves === 0}
      keep="Leave them where they are"
    >
      <Field label="New home" id="to">
        <Select
          value={to}
          onChange={(event) => setTo(event.target.value)}
          options={choices.map((node) => ({ value: node, label: node }))}
        />
      </Field>
      <p role="status" className="text-body">
        {preview === null ? (problemOf(state) === null ? 'Counting…' : '') : preview.says}
      </p>
      {preview !== null && preview.stays > 0 ? (
        <p className="text-table text-quiet">{countOf(preview.stays, 'user')} of those named have this home already.</p>
      ) : null}
    </FormDialog>
  );
}
