'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useId, useState, useTransition } from 'react';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Code } from '@/lib/ui/primitives/code.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { addDomain, renameDomain } from './actions.ts';

/** Adds a domain (''), or renames the one named; null is closed. */
export function NameDialog({ domain, onClose }: { domain: string | null; onClose: () => void }) {
  const router = useRouter();
  const form = useId();
  const [name, setName] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    setName(domain ?? '');
    setState({ is: 'idle' });
  }, [domain]);
  const adding = domain === '';
  const typed = name.trim().toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
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
  const problem = problemOf(state);
  return (
    <Dialog
      open={domain !== null}
      onOpenChange={(open) => (open || busy ? undefined : onClose())}
      title={adding ? 'Add a domain' : `Rename ${domain ?? ''}`}
      purpose={
        adding
          ? 'Users can have addresses in it at once. It needs a name in DNS and in the certificate for chat clients.'
          : 'No user has an address there, so nobody is affected.'
      }
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" form={form} look="primary" busy={busy} busyLabel={adding ? 'Adding…' : 'Renaming…'}>
            {adding ? 'Add the domain' : 'Rename the domain'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
        {problem !== null && error === undefined ? <Banner tone="fault">{problem}</Banner> : null}
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
      </form>
    </Dialog>
  );
}
