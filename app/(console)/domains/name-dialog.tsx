'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { type ActionState, fieldsOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Code } from '@/lib/ui/primitives/code.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { addDomain, renameDomain } from './actions.ts';

/** Adds a domain (''), or renames the one named; null is closed. */
export function NameDialog({ domain, onClose }: { domain: string | null; onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    setName(domain ?? '');
    setState({ is: 'idle' });
  }, [domain]);
  const adding = domain === '';
  const typed = name.trim().toLowerCase();
  const submit = () => {
    if (domain === null) return;
    if (typed === '') return setState({ is: 'invalid', message: '', fields: { domain: 'Enter a domain, for example example.com.' } });
    start(async () => {
      const answer = adding ? await addDomain({ domain: typed }) : await renameDomain({ domain, to: typed });
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(adding ? `${answer.value.domain} is hosted here` : `${domain} is now ${answer.value.domain}`);
      onClose();
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  const error = problems.domain ?? problems.to;
  return (
    <FormDialog
      open={domain !== null}
      title={adding ? 'Add a domain' : `Rename ${domain ?? ''}`}
      purpose={
        adding
          ? 'Users can have addresses in it at once. It needs a name in DNS and in the certificate for chat clients.'
          : 'No user has an address there, so nobody is affected.'
      }
      onClose={onClose}
      state={state}
      busy={busy}
      onSubmit={submit}
      submit={adding ? 'Add the domain' : 'Rename the domain'}
      submitting={adding ? 'Adding…' : 'Renaming…'}
    >
      <Field
        label={adding ? 'Domain' : 'New name'}
        id="domain"
        error={error}
        required
        help={
          <>
            Clients find it by the DNS record <Code>_xmpp-client._tcp.{typed === '' ? 'example.com' : typed}</Code>.
          </>
        }
      >
        <Input
          mono
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={255}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
    </FormDialog>
  );
}
