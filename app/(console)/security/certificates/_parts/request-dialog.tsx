'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useId, useState, useTransition } from 'react';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { CodeBlock } from '@/lib/ui/primitives/code.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { createRequest } from '../actions.ts';
import { saveText } from './save-text.ts';
import { type CertificateView, commonNameOf } from './words.ts';

type KeyType = 'ec-p256' | 'rsa-3072';

/** Makes a key and the request for it, then shows the request to copy or download. */
export function RequestDialog({
  certificate,
  open,
  onOpenChange,
}: {
  certificate: CertificateView;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const form = useId();
  const { use, title, request } = certificate;
  const [commonName, setCommonName] = useState(commonNameOf(certificate.subject));
  const [organization, setOrganization] = useState('');
  const [names, setNames] = useState('');
  const [keyType, setKeyType] = useState<KeyType>('ec-p256');
  const [made, setMade] = useState<string | null>(null);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (!open) return;
    setMade(null);
    setState({ is: 'idle' });
  }, [open]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start(async () => {
      const answer = await createRequest({
        use,
        ...(commonName.trim() ? { commonName: commonName.trim() } : {}),
        organization: organization.trim(),
        names: names.split(/[\s,]+/).filter(Boolean),
        keyType,
      });
      setState(answer);
      if (answer.is !== 'done') return;
      setMade(answer.value.requestPem);
      router.refresh();
    });
  };
  const problems = fieldsOf(state);
  const problem = problemOf(state);
  // Problems of single names come as `names.0`.
  const ofNames = Object.entries(problems).find(([path]) => path.startsWith('names'))?.[1];
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (busy ? undefined : onOpenChange(next))}
      wide={made !== null}
      title={made === null ? `Make a certificate request for ${title}` : 'The request is made'}
      purpose={
        made === null
          ? 'A new key is made and stays on the server. The request goes to a certificate authority.'
          : 'Give this text to a certificate authority, then upload what it answers. The certificate in use stays until then.'
      }
      actions={
        made === null ? (
          <>
            <Button onClick={() => onOpenChange(false)} disabled={busy}>
              Cancel
            </Button>
            <Button type="submit" form={form} look="primary" busy={busy} busyLabel="Making the key…">
              Make the request
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => onOpenChange(false)}>Close</Button>
            <Button onClick={() => void copy(made)}>Copy the request</Button>
            <Button look="primary" onClick={() => saveText(`${use}-request.csr`, made)}>
              Download the request
            </Button>
          </>
        )
      }
    >
      {made === null ? (
        <form id={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
          {problem !== null ? <Banner tone="fault">{problem}</Banner> : null}
          {request ? (
            <Banner tone="warn">
              A request waits already. A new one throws its key away: the certificate for the old request can then not be used.
            </Banner>
          ) : null}
          <Field label="Common name" id="commonName" help="Empty: the default domain." error={problems.commonName}>
            <Input
              mono
              value={commonName}
              onChange={(event) => setCommonName(event.target.value)}
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Organization" id="organization" error={problems.organization}>
            <Input value={organization} onChange={(event) => setOrganization(event.target.value)} maxLength={64} autoComplete="off" />
          </Field>
          <Field
            label="More names"
            id="names"
            error={ofNames}
            help={`Host names and addresses, one per line. ${use === 'xmpp' ? 'All hosted domains are named anyway.' : 'The names the console answers to are named anyway.'}`}
          >
            <Textarea mono rows={3} value={names} onChange={(event) => setNames(event.target.value)} spellCheck={false} />
          </Field>
          <Field label="Key" group>
            <RadioGroup
              value={keyType}
              onValueChange={(value) => setKeyType(value as KeyType)}
              options={[
                { value: 'ec-p256', label: 'EC P-256', help: 'Fast; every client of the last ten years takes it.' },
                { value: 'rsa-3072', label: 'RSA 3072', help: 'For authorities and old clients that know nothing else.' },
              ]}
            />
          </Field>
        </form>
      ) : (
        <CodeBlock label="Certificate request" text={made} />
      )}
    </Dialog>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    sayDone('Request copied');
  } catch {
    // Browsers give the clipboard only to pages over TLS or on the machine itself.
    sayRefused('This browser does not let the page copy. Select the text, or download the request.');
  }
}
