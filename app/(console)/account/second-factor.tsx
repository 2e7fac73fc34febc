'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { renderSVG } from 'uqr';
import type { SecondFactorView } from '@/lib/admin/security/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { FormDialog } from '@/lib/ui/patterns/form-dialog.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { CodeBlock } from '@/lib/ui/primitives/code.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput } from '@/lib/ui/primitives/input.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { disableSecondFactor, enableSecondFactor, proposeSecondFactor, renewRecoveryCodes } from './actions.ts';

const FEW_CODES = 3;

/** The own second factor: whether there is one, setting one up, another device, new recovery codes, removing it. */
export function SecondFactor({ now }: { now: SecondFactorView }) {
  const router = useRouter();
  const [proposal, setProposal] = useState<{ secret: string; uri: string } | null>(null);
  const [asking, setAsking] = useState<'renew' | 'remove' | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [busy, start] = useTransition();
  const propose = () =>
    start(async () => {
      const answer = await proposeSecondFactor({});
      if (answer.is === 'done') setProposal(answer.value);
      else sayRefused(problemOf(answer) ?? '');
    });
  const shown = (made: readonly string[]) => {
    setProposal(null);
    setAsking(null);
    setCodes(made);
    router.refresh();
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        {now.enabled ? (
          <>
            <StatusBadge status="running" word="In use" plain />
            <span className="text-table text-quiet">
              Since <RelativeTime at={now.enabledAt} />. {countOf(now.recoveryCodes, 'recovery code')} left.
            </span>
          </>
        ) : (
          <StatusBadge status="off" word="Not set up" plain />
        )}
      </div>
      {now.enabled && now.recoveryCodes < FEW_CODES ? (
        <Banner tone="notice">Few recovery codes are left. Make new ones before the device with the app gets lost.</Banner>
      ) : null}
      {!now.enabled && now.asked ? (
        <Banner tone="warn">This console asks you for a second factor. Until it is set up you can look, but change nothing.</Banner>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button look={now.enabled ? 'secondary' : 'primary'} busy={busy} busyLabel="One moment…" onClick={propose}>
          {now.enabled ? 'Set up another device' : 'Set up a second factor'}
        </Button>
        {now.enabled ? (
          <>
            <Button onClick={() => setAsking('renew')}>New recovery codes</Button>
            {now.asked ? null : (
              <Button look="danger" onClick={() => setAsking('remove')}>
                Remove
              </Button>
            )}
          </>
        ) : null}
      </div>
      {proposal ? <SetUpDialog proposal={proposal} onClose={() => setProposal(null)} onDone={shown} /> : null}
      {asking === 'renew' ? <RenewDialog onClose={() => setAsking(null)} onDone={shown} /> : null}
      {asking === 'remove' ? (
        <RemoveDialog
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            sayDone('Second factor removed');
            router.refresh();
          }}
        />
      ) : null}
      {codes ? <CodesDialog codes={codes} onClose={() => setCodes(null)} /> : null}
    </div>
  );
}

const CodeField = ({
  value,
  onChange,
  error,
  help,
}: {
  value: string;
  onChange: (code: string) => void;
  error: string | undefined;
  help: string;
}) => (
  <Field label="Code" id="code" error={error} help={help} required>
    <Input
      mono
      value={value}
      onChange={(event) => onChange(event.target.value)}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={32}
    />
  </Field>
);

function SetUpDialog({
  proposal,
  onClose,
  onDone,
}: {
  proposal: { secret: string; uri: string };
  onClose: () => void;
  onDone: (codes: readonly string[]) => void;
}) {
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  const submit = () => {
    const fields: Record<string, string> = {};
    if (!/^\d{6}$/.test(code.replace(/\s/g, ''))) fields.code = 'Enter the six digits that the app shows.';
    if (password === '') fields.password = 'Enter the password you signed in with.';
    if (Object.keys(fields).length > 0) return setState({ is: 'invalid', message: '', fields });
    start(async () => {
      const answer = await enableSecondFactor({ secret: proposal.secret, code, password });
      setState(answer);
      if (answer.is === 'done') onDone(answer.value.codes);
    });
  };
  const problems = fieldsOf(state);
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Set up a second factor"
      purpose="Any authenticator app will do. From then on you sign in with the password and a code of the app."
      state={state}
      busy={busy}
      onSubmit={submit}
      submit="Set it up"
      submitting="Setting up…"
    >
      <p className="text-body text-ink">1. Read this picture with the app, or type the secret into it.</p>
      <div
        role="img"
        aria-label="The secret as a picture for authenticator apps"
        className="w-48 self-center rounded-control bg-white p-2"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn here from an address that the server made
        dangerouslySetInnerHTML={{ __html: renderSVG(proposal.uri, { border: 1 }) }}
      />
      <CopyText text={proposal.secret} label="secret" className="self-center" />
      <p className="text-body text-ink">2. Enter the code that the app shows, and your password.</p>
      <CodeField value={code} onChange={setCode} error={problems.code} help="Six digits; a new one every 30 seconds." />
      <Field label="Password" id="password" error={problems.password} required>
        <PasswordInput
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          maxLength={1024}
        />
      </Field>
    </FormDialog>
  );
}

function RenewDialog({ onClose, onDone }: { onClose: () => void; onDone: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Make new recovery codes?"
      purpose="The present ones stop working at once."
      state={state}
      busy={busy}
      onSubmit={() =>
        start(async () => {
          const answer = await renewRecoveryCodes({ code });
          setState(answer);
          if (answer.is === 'done') onDone(answer.value.codes);
        })
      }
      submit="Make new codes"
      submitting="Making…"
      keep="Keep the present ones"
    >
      <CodeField value={code} onChange={setCode} error={fieldsOf(state).code} help="From the app, or one of the recovery codes." />
    </FormDialog>
  );
}

function RemoveDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [code, setCode] = useState('');
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Remove the second factor?"
      purpose="From then on the password alone opens your account."
      state={state}
      busy={busy}
      onSubmit={() =>
        start(async () => {
          const answer = await disableSecondFactor({ code });
          setState(answer);
          if (answer.is === 'done') onDone();
        })
      }
      submit="Remove the second factor"
      submitting="Removing…"
      keep="Keep it"
    >
      <CodeField value={code} onChange={setCode} error={fieldsOf(state).code} help="From the app, or one of the recovery codes." />
    </FormDialog>
  );
}

const CodesDialog = ({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) => (
  <Dialog
    open
    onOpenChange={onClose}
    title="Your recovery codes"
    purpose="Each opens your account once, in place of a code of the app. They are not shown again: print them or keep them where the device with the app is not."
    actions={
      <Button look="primary" onClick={onClose}>
        I have kept them
      </Button>
    }
  >
    <CodeBlock label="Recovery codes" text={codes.join('\n')} />
  </Dialog>
);
