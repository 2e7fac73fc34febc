'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState, useTransition } from 'react';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { FormProblems } from '@/lib/ui/patterns/form-problems.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Checkbox, RadioGroup } from '@/lib/ui/primitives/choice.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { audienceOf, type Use } from '../../_parts/words.ts';
import { checkCertificate, uploadCertificate } from '../../actions.ts';
import { PemField } from './pem-field.tsx';

const labels: Readonly<Record<string, string>> = { certificatePem: 'Certificate and chain', keyPem: 'Private key' };
const MAX_CHAIN_BYTES = 262_144;
const MAX_KEY_BYTES = 16_384;

/** Certificate by file or paste, for the waiting request or with its key: checked, then confirmed with what was noticed. */
export function UploadForm({ use, request }: { use: Use; request: { createdAt: number } | null }) {
  const router = useRouter();
  const [certificatePem, setCertificate] = useState('');
  const [keyPem, setKey] = useState('');
  const [forRequest, setForRequest] = useState(request !== null);
  const [allowIncompleteChain, setIncomplete] = useState(false);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [tries, setTries] = useState(0);
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const [busy, start] = useTransition();
  useLeaveQuestion(certificatePem !== '' || keyPem !== '');

  const input = () => ({ use, certificatePem, allowIncompleteChain, ...(forRequest || keyPem.trim() === '' ? {} : { keyPem }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTries(tries + 1);
    const fields: Record<string, string> = {};
    if (certificatePem.trim() === '') fields.certificatePem = 'Choose a file or paste the text.';
    // People often have both in one file; then the key comes with the certificate.
    if (!forRequest && keyPem.trim() === '' && !/PRIVATE KEY-----/.test(certificatePem)) fields.keyPem = 'Choose a file or paste the text.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: 'The certificate was not checked:', fields });
    start(async () => {
      const answer = await checkCertificate(input());
      setState(answer);
      if (answer.is !== 'done') return;
      setWarnings(answer.value.warnings);
      setAsking(true);
    });
  };
  const problems = fieldsOf(state);
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <FormProblems state={state} labels={labels} tries={tries} />
      {request ? (
        <Card title="Private key">
          <Field label="Where is the key of this certificate?" group>
            <RadioGroup
              value={forRequest ? 'request' : 'given'}
              onValueChange={(value) => setForRequest(value === 'request')}
              options={[
                { value: 'request', label: 'On this server: the certificate answers the waiting request' },
                { value: 'given', label: 'In a file of mine' },
              ]}
            />
          </Field>
          <p className="mt-2 text-table text-quiet">
            The request was made <RelativeTime at={request.createdAt} />.
          </p>
        </Card>
      ) : null}
      <Card title="Certificate and chain" purpose="The server's certificate and those of its issuers, in any order.">
        <PemField
          id="certificatePem"
          label="Certificate and chain"
          accept=".pem,.crt,.cer,application/x-pem-file"
          maxBytes={MAX_CHAIN_BYTES}
          begins="-----BEGIN CERTIFICATE-----"
          value={certificatePem}
          onChange={setCertificate}
          error={problems.certificatePem}
        />
        <div className="mt-4">
          <Checkbox
            label="Accept a chain that ends below an issuer that clients know by themselves"
            help="Leave it clear unless the check tells that the chain is incomplete and you know that it is not."
            checked={allowIncompleteChain}
            onCheckedChange={setIncomplete}
          />
        </div>
      </Card>
      {forRequest ? null : (
        <Card title="Private key" purpose="Without a passphrase. It is stored readable by the server only and never shown again.">
          <PemField
            id="keyPem"
            label="Private key"
            accept=".pem,.key,application/x-pem-file"
            maxBytes={MAX_KEY_BYTES}
            begins="-----BEGIN PRIVATE KEY-----"
            value={keyPem}
            onChange={setKey}
            error={problems.keyPem}
          />
        </Card>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy} busyLabel="Checking…">
          Check the certificate
        </Button>
        <ButtonLink href="/security/certificates" look="quiet">
          Cancel
        </ButtonLink>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Use this certificate?"
        effect={`New connections of ${audienceOf[use]} are shown it at once. Open sessions stay, and the present one can be brought back.`}
        confirm="Use the certificate"
        keep="Keep the present one"
        danger={warnings.length > 0}
        onConfirm={async () => {
          const answer = await uploadCertificate(input());
          if (answer.is === 'done') {
            setCertificate('');
            setKey('');
            sayDone('The certificate is in use', { detail: `${answer.value.certificate.daysLeft} days left.` });
            router.push('/security/certificates');
          }
          return problemOf(answer);
        }}
      >
        {warnings.length === 0 ? (
          <p>The check found nothing to warn about.</p>
        ) : (
          <ul className="flex flex-col gap-2">
            {warnings.map((warning) => (
              <li key={warning} className="flex gap-2 rounded-control bg-warn-tint px-3 py-2 text-strong">
                <span aria-hidden="true" className="text-warn">
                  ▲
                </span>
                {warning}
              </li>
            ))}
          </ul>
        )}
      </ConfirmDialog>
    </form>
  );
}
