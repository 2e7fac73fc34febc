'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { createGroup, updateGroup } from './actions.ts';
import type { Group } from './words.ts';

/** Adds a group (`new`), or changes one; null is closed. */
export function GroupDialog({ group, loose, onClose }: { group: Group | 'new' | null; loose: readonly string[]; onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [fallsBack, setFallsBack] = useState(true);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  // biome-ignore lint/correctness/useExhaustiveDependencies: filled once for each opening
  useEffect(() => {
    const is = group === 'new' || group === null ? null : group;
    setName(is?.name ?? '');
    setDescription(is?.description ?? '');
    setFirst(is?.nodes[0]?.name ?? loose[0] ?? '');
    setSecond(is?.nodes[1]?.name ?? '');
    setFallsBack(is?.automaticFallback ?? true);
    setState({ is: 'idle' });
  }, [group]);
  const isNew = group === 'new';
  const own = group === 'new' || group === null ? [] : group.nodes.map((node) => node.name);
  const nodes = [...own, ...loose];
  const fixed = group !== 'new' && group !== null && group.highAvailability;
  const submit = () => {
    if (group === null) return;
    start(async () => {
      const answer = isNew
        ? await createGroup({ name, description, first, ...(second === '' ? {} : { second }) })
        : await updateGroup({
            group: `id:${(group as Group).id}`,
            version: (group as Group).version,
            name,
            description,
            automaticFallback: fallsBack,
            ...(fixed ? {} : { first, second: second === '' ? null : second }),
          });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(isNew ? `The group ${name} was added` : `The group ${name} was saved`);
      onClose();
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  const options = nodes.map((node) => ({ value: node, label: node }));
  return (
    <FormDialog
      open={group !== null}
      title={isNew ? 'Add a redundancy group' : `Change ${group === null ? '' : (group as Group).name}`}
      purpose="One or two nodes. In a group of two with high availability each takes over the users of the other when that fails."
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={isNew ? 'Add the group' : 'Save the group'}
      submitting={isNew ? 'Adding…' : 'Saving…'}
    >
      <Field label="Name" id="name" error={problems.name} help="Letters, digits, underscores and hyphens." required>
        <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={128} autoComplete="off" />
      </Field>
      <Field label="Description" id="description" error={problems.description}>
        <Input value={description} onChange={(event) => setDescription(event.target.value)} maxLength={128} autoComplete="off" />
      </Field>
      <Field
        label="First node"
        id="first"
        error={problems.first}
        help={fixed ? 'Turn high availability off to change its nodes.' : undefined}
      >
        <Select value={first} onChange={(event) => setFirst(event.target.value)} disabled={fixed} options={options} />
      </Field>
      <Field label="Second node" id="second" error={problems.second}>
        <Select
          value={second}
          onChange={(event) => setSecond(event.target.value)}
          disabled={fixed}
          options={[{ value: '', label: 'None' }, ...options.filter((option) => option.value !== first)]}
        />
      </Field>
      {isNew ? null : (
        <Checkbox
          label="Automatic fallback"
          help="A node that was failed over takes its users back by itself when it was healthy for long enough."
          checked={fallsBack}
          onCheckedChange={setFallsBack}
        />
      )}
    </FormDialog>
  );
}
