'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { addComponent, updateComponent } from './actions.ts';
import type { ComponentRow } from './components-view.tsx';

/** Adds a component ('new') or changes the title of one; null is closed. */
export function ComponentDialog({
  component,
  onClose,
  onMade,
}: {
  component: ComponentRow | 'new' | null;
  onClose: () => void;
  onMade: (made: { domain: string; secret: string }) => void;
}) {
  const router = useRouter();
  const [domain, setDomain] = useState('');
  const [title, setTitle] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    setDomain('');
    setTitle(component === null || component === 'new' ? '' : component.title);
    setState({ is: 'idle' });
  }, [component]);
  const adding = component === 'new';
  const submit = () => {
    if (component === null) return;
    const typed = domain.trim().toLowerCase();
    if (adding && typed === '') {
      setState({ is: 'invalid', message: '', fields: { domain: 'Enter the domain of the component, for example irc.example.com.' } });
      return;
    }
    start(async () => {
      if (component === 'new') {
        const answer = await addComponent({ domain: typed, title });
        setState(answer);
        if (answer.is !== 'done') return;
        onClose();
        onMade({ domain: answer.value.component.domain, secret: answer.value.secret });
      } else {
        const answer = await updateComponent({ domain: component.domain, title });
        setState(answer);
        if (answer.is !== 'done') return;
        sayDone(`${component.domain} changed`);
        onClose();
      }
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open={component !== null}
      onClose={onClose}
      title={component === null || adding ? 'Add a component' : `Change ${component.domain}`}
      purpose={
        adding ? 'A program that serves a domain of its own, such as a gateway or a bot. It connects with a secret that is made here.' : ''
      }
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={adding ? 'Add the component' : 'Save'}
      submitting={adding ? 'Adding…' : 'Saving…'}
    >
      {adding ? (
        <Field label="Domain" id="domain" error={problems.domain} required help="People write to addresses in it. It is no IM domain.">
          <Input
            mono
            value={domain}
            onChange={(event) => setDomain(event.target.value)}
            maxLength={255}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
      ) : null}
      <Field label="Title" id="title" error={problems.title} help="Shown to clients that list the services of the server.">
        <Input value={title} onChange={(event) => setTitle(event.target.value)} maxLength={100} autoComplete="off" />
      </Field>
    </FormDialog>
  );
}
