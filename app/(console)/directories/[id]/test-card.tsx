'use client';
import { type FormEvent, useState, useTransition } from 'react';
import type { TestView } from '@/lib/admin/directories/outputs.ts';
import { type ActionState, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput } from '@/lib/ui/primitives/input.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { testDirectory } from '../actions.ts';

const stepWords = {
  resolve: 'Name',
  connect: 'Connection',
  tls: 'TLS',
  bind: 'Bind',
  search: 'Search',
  user: 'User',
  'sign-in': 'Sign-in',
} as const;

/** Every step to every server, with its time and a sentence. */
export function TestCard({ directory }: { directory: string }) {
  const [userId, setUserId] = useState('');
  const [password, setPassword] = useState('');
  const [state, setState] = useState<ActionState<TestView>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const run = (event: FormEvent) => {
    event.preventDefault();
    start(async () =>
      setState(await testDirectory({ directory, userId: userId.trim(), password: password === '' ? undefined : password })),
    );
  };
  const problem = problemOf(state);
  return (
    <Card title="Test" purpose="Goes each step to every server. A user ID and a password try a sign-in too; they are not kept.">
      <form method="post" onSubmit={run} className="flex flex-col gap-4" noValidate>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="User ID" id="testUser">
            <Input
              value={userId}
              onChange={(event) => setUserId(event.target.value)}
              maxLength={256}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label="Password of this user" id="testPassword">
            <PasswordInput value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="off" />
          </Field>
        </div>
        <div>
          <Button type="submit" busy={busy} busyLabel="Testing…">
            Test the directory
          </Button>
        </div>
      </form>
      <div aria-live="polite" className="flex flex-col gap-4 empty:hidden [&:not(:empty)]:mt-4">
        {problem === null ? null : <Banner tone="fault">{problem}</Banner>}
        {state.is === 'done'
          ? state.value.servers.map((server) => <ServerResult key={`${server.host}:${server.port}`} server={server} />)
          : null}
      </div>
    </Card>
  );
}

function ServerResult({ server }: { server: TestView['servers'][number] }) {
  const { certificate, person } = server;
  return (
    <section className="flex flex-col gap-3 rounded-panel border border-soft p-4">
      <h3 className="flex flex-wrap items-center gap-2 font-medium text-strong">
        <span className="wrap-anywhere">
          {server.host}:{server.port}
        </span>
        <StatusBadge status={server.ok ? 'running' : 'down'} word={server.ok ? 'All steps went well' : 'A step failed'} />
      </h3>
      <ol className="flex flex-col gap-2">
        {server.steps.map(({ step, ok, ms, says }) => (
          <li key={step} className="grid gap-x-3 sm:grid-cols-[9rem_5rem_1fr]">
            <span>
              <StatusBadge status={ok ? 'running' : 'down'} word={stepWords[step]} plain />
              <span className="sr-only">{ok ? ' went well' : ' failed'}</span>
            </span>
            <span className="text-quiet tabular-nums">{ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms</span>
            <span className="wrap-anywhere">{says}</span>
          </li>
        ))}
      </ol>
      {certificate === null ? null : (
        <KeyValueList
          items={[
            { label: 'Certificate', value: `${certificate.subject}, ${certificate.trusted ? 'trusted' : 'not trusted'}` },
            { label: 'Signed by', value: certificate.issuer },
            { label: 'Names', value: <span className="wrap-anywhere">{certificate.names || 'None'}</span> },
            { label: 'Valid until', value: certificate.validTo },
            { label: 'SHA-256', value: <span className="font-mono text-table wrap-anywhere">{certificate.fingerprint}</span> },
          ]}
        />
      )}
      {person === null ? null : (
        <KeyValueList
          items={[
            { label: 'Entry', value: <span className="wrap-anywhere">{person.dn}</span> },
            { label: 'Name', value: person.name },
            { label: 'Mail address', value: person.mail || 'None' },
            { label: 'Directory address', value: person.uri || 'None' },
            { label: 'Telephone', value: person.phone || 'None' },
            { label: 'Department', value: person.department || 'None' },
            { label: 'There', value: person.enabled ? 'Enabled' : 'Disabled' },
          ]}
        />
      )}
    </section>
  );
}
