'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { schemaVersionChoices } from '@/lib/admin/callmanager/inputs.ts';
import type { CertificateView, StatusView } from '@/lib/admin/callmanager/outputs.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput, Textarea } from '@/lib/ui/primitives/input.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { configureCallManager, fetchCertificate } from '../actions.ts';
import { Authorities } from './authorities.tsx';
import { CertificateDialog } from './certificate-dialog.tsx';

type SchemaVersion = (typeof schemaVersionChoices)[number];
const versions = schemaVersionChoices.map((value) => ({ value: value === '' ? 'auto' : value, label: value === '' ? 'Find out' : value }));
const asVersion = (text: string): SchemaVersion => schemaVersionChoices.find((one) => one === text) ?? '';

export function PublisherForm({ publisher }: { publisher: StatusView['publisher'] }) {
  const router = useRouter();
  const [host, setHost] = useState(publisher?.host ?? '');
  const [port, setPort] = useState(String(publisher?.port ?? 8443));
  const [username, setUsername] = useState(publisher?.username ?? '');
  const [password, setPassword] = useState('');
  const [caPem, setCaPem] = useState(publisher?.caPem ?? '');
  const [serverName, setServerName] = useState(publisher?.serverName ?? '');
  const [version, setVersion] = useState(publisher?.schemaVersion === '' || publisher === null ? 'auto' : publisher.schemaVersion);
  const [enabled, setEnabled] = useState(publisher?.enabled ?? true);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [shown, setShown] = useState<readonly CertificateView[] | null>(null);
  const [fetched, setFetched] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const [fetching, startFetch] = useTransition();
  const problems = fieldsOf(state);
  const problem = problemOf(state);
  const save = () =>
    start(async () => {
      const answer = await configureCallManager({
        host,
        port: Number(port),
        username,
        caPem,
        serverName,
        schemaVersion: asVersion(version),
        enabled,
        ...(password === '' ? {} : { password }),
      });
      setState(answer);
      if (answer.is !== 'done') return;
      setPassword('');
      sayDone('The call manager is saved');
      router.refresh();
    });
  const look = () =>
    startFetch(async () => {
      const answer = await fetchCertificate({ host, port: Number(port), serverName });
      if (answer.is === 'done') setShown(answer.value.chain);
      setFetched(problemOf(answer));
    });
  return (
    <Card title="Publisher" purpose="An application user of the call manager with the role Standard AXL API Access is needed.">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {problem === null ? null : <Banner tone="fault">{problem}</Banner>}
        <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
          <Field label="Address" id="host" error={problems.host} required help="Host name or address, without https://">
            <Input
              mono
              value={host}
              onChange={(event) => setHost(event.target.value)}
              maxLength={253}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Field>
          <Field label="Port" id="port" error={problems.port}>
            <Input value={port} onChange={(event) => setPort(event.target.value)} inputMode="numeric" maxLength={5} autoComplete="off" />
          </Field>
        </div>
        <Field label="AXL user" id="username" error={problems.username} required>
          <Input
            mono
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            maxLength={128}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
        <Field
          label="Password"
          id="password"
          error={problems.password}
          help={publisher === null ? 'Kept sealed; it is never shown again.' : 'Leave it empty to keep the one that is stored.'}
        >
          <PasswordInput
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            maxLength={1024}
            autoComplete="new-password"
          />
        </Field>
        <Field
          label="Trusted authorities"
          id="caPem"
          error={problems.caPem}
          help="Certificates that sign the one of the call manager, PEM. Empty: the public authorities. A self-signed one is trusted by itself."
        >
          <Textarea
            mono
            rows={5}
            value={caPem}
            onChange={(event) => setCaPem(event.target.value)}
            maxLength={65_536}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
        <div className="flex flex-col items-start gap-2">
          <Button size="small" busy={fetching} busyLabel="Fetching…" disabled={host.trim() === ''} onClick={look}>
            Fetch the certificate it shows
          </Button>
          {fetched === null ? null : <p className="text-fault">{fetched}</p>}
        </div>
        {publisher !== null && publisher.caPem === caPem ? <Authorities rows={publisher.authorities} /> : null}
        <Field label="Name in its certificate" id="serverName" error={problems.serverName} help="Only where it differs from the address.">
          <Input
            mono
            value={serverName}
            onChange={(event) => setServerName(event.target.value)}
            maxLength={253}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
        <Field label="AXL schema version" id="schemaVersion" error={problems.schemaVersion}>
          <Select value={version} onChange={(event) => setVersion(event.target.value)} options={versions} />
        </Field>
        <Checkbox
          checked={enabled}
          onCheckedChange={(is) => setEnabled(is === true)}
          label="Synchronise by schedule"
          help="Off: only by hand."
        />
        <div>
          <Button type="submit" look="primary" busy={busy} busyLabel="Saving…">
            Save the call manager
          </Button>
        </div>
      </form>
      <CertificateDialog
        chain={shown}
        onClose={() => setShown(null)}
        onTrust={(pem) => {
          setCaPem(pem);
          setShown(null);
        }}
      />
    </Card>
  );
}
