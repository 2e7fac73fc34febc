'use client';
import { type FormEvent, useState, useTransition } from 'react';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, PasswordInput } from '@/lib/ui/primitives/input.tsx';

export function SignInForm({
  returnTo,
  bannerText,
  mustAcknowledge,
  ended,
}: {
  returnTo: string;
  bannerText: string;
  mustAcknowledge: boolean;
  ended: boolean;
}) {
  const [busy, start] = useTransition();
  const [problem, setProblem] = useState<string | null>(null);
  const [agreed, setAgreed] = useState(false);
  /** The password was right and a code is asked for: what was typed stays until both are sent together. */
  const [needsCode, setNeedsCode] = useState(false);
  const asksToAgree = bannerText !== '' && mustAcknowledge;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (asksToAgree && !agreed) return setProblem('Tick the box below the notice to go on.');
    setProblem(null);
    start(async () => {
      const [username = '', password = '', code = ''] = ['username', 'password', 'code'].map((name) => String(form.get(name) ?? ''));
      if (needsCode && code.trim() === '') return setProblem('Enter the code that your authenticator app shows, or a recovery code.');
      const refused = await signIn(username, password, code);
      if (refused === 'auth.secondFactorNeeded') return setNeedsCode(true);
      if (refused === 'auth.wrongCode')
        return setProblem(
          'The code is not right, or it was used already. Wait for the next one, and check the clock of the device with the app.',
        );
      if (refused !== null) {
        setNeedsCode(false);
        return setProblem(refused);
      }
      // The sign-in page knows where to go: to the place asked for, or to the password that must be changed first.
      window.location.assign(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
      // Keep the button busy until the next page is there.
      await new Promise(() => undefined);
    });
  };
  // By POST, so that a form sent before the scripts run does not put the password into the address.
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-4 rounded-panel border border-soft bg-panel p-6" noValidate>
      <h1 className="text-title">Sign in</h1>
      {ended ? <Banner tone="info">You are signed out.</Banner> : null}
      {bannerText ? (
        <section aria-label="Notice" className="rounded-control bg-notice-tint px-4 py-3">
          <p className="max-h-60 overflow-y-auto text-body whitespace-pre-wrap text-strong wrap-anywhere">{bannerText}</p>
        </section>
      ) : null}
      {problem ? <Banner tone="fault">{problem}</Banner> : null}
      <Field label="User ID" id="username" required>
        <Input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={255} autoFocus />
      </Field>
      <Field label="Password" id="password" required>
        <PasswordInput name="password" autoComplete="current-password" maxLength={1024} />
      </Field>
      {needsCode ? (
        <Field
          label="Code"
          id="code"
          required
          help="Six digits from your authenticator app. Without the app: one of your recovery codes. Without both: an administrator can remove the second factor."
        >
          <Input
            name="code"
            mono
            autoComplete="one-time-code"
            inputMode="text"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={32}
            autoFocus
          />
        </Field>
      ) : null}
      {asksToAgree ? <Checkbox label="I have read the notice above and agree to it" checked={agreed} onCheckedChange={setAgreed} /> : null}
      <Button type="submit" look="primary" busy={busy} busyLabel="Signing in…">
        Sign in
      </Button>
    </form>
  );
}

/** Null when signed in, else the sentence to show, or the code of a fault that the form itself answers. */
async function signIn(username: string, password: string, code: string): Promise<string | null> {
  if (username.trim() === '' || password === '') return 'Enter the user ID and the password.';
  try {
    const token: unknown = await (await fetch('/api/auth/csrf', { cache: 'no-store' })).json();
    const csrfToken = typeof token === 'object' && token !== null && 'csrfToken' in token ? String(token.csrfToken) : '';
    const answer = await fetch('/api/auth/callback/credentials', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        csrfToken,
        username: username.trim(),
        password,
        ...(code.trim() === '' ? {} : { code: code.trim() }),
        json: 'true',
        callbackUrl: '/overview',
      }),
    });
    if (answer.status === 503) return 'The server is starting. Try again in a moment.';
    const body: unknown = await answer.json();
    const url = typeof body === 'object' && body !== null && 'url' in body ? String(body.url) : '';
    const error = new URL(url, window.location.origin).searchParams.get('error');
    if (answer.ok && !error) return null;
    return error && error !== 'CredentialsSignin' ? error : 'Sign-in failed. Check the user ID and the password, then try again.';
  } catch {
    return 'The server did not answer. Check the connection and try again.';
  }
}
