'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState, useTransition } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { Select } from '@/lib/ui/primitives/select.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { sendAnnouncement, sendEveryone } from './actions.ts';

/** Tells people something now. To everyone is asked once more: it cannot be taken back. */
export function SendCard({ domains, focusTurn }: { domains: readonly string[]; focusTurn: number }) {
  const router = useRouter();
  const text = useRef<HTMLTextAreaElement>(null);
  const [subject, setSubject] = useState('');
  const [body, setBody] = useState('');
  const [to, setTo] = useState<'online' | 'everyone'>('online');
  const [domain, setDomain] = useState('');
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (focusTurn > 0) text.current?.focus();
  }, [focusTurn]);
  const input = { subject: subject.trim(), body: body.trim(), ...(domain === '' ? {} : { domain }) };
  const clear = () => {
    setSubject('');
    setBody('');
    setState({ is: 'idle' });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input.body === '') return setState({ is: 'invalid', message: '', fields: { body: 'Enter what you want to say.' } });
    setState({ is: 'idle' });
    if (to === 'everyone') return setAsking(true);
    start(async () => {
      const answer = await sendAnnouncement(input);
      setState(answer);
      if (answer.is !== 'done') return;
      const { people, devices } = answer.value;
      sayDone(people === 0 ? 'Nobody is signed in' : `${countOf(people, 'person', 'people')} told`, {
        detail: people === 0 ? 'The announcement reached nobody.' : `It reached ${countOf(devices, 'device')}.`,
      });
      if (people > 0) clear();
    });
  };
  const problem = problemOf(state);
  const problems = fieldsOf(state);
  return (
    <Card title="Announce" purpose="Comes from the address of the server. It cannot be taken back.">
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {problem !== null && problems.body === undefined ? <Banner tone="fault">{problem}</Banner> : null}
        <Field label="Subject" id="announce-subject" help="Not every client shows one.">
          <Input value={subject} onChange={(event) => setSubject(event.target.value)} maxLength={200} autoComplete="off" />
        </Field>
        <Field label="Text" id="announce-text" error={problems.body} required>
          <Textarea ref={text} value={body} onChange={(event) => setBody(event.target.value)} maxLength={10_000} rows={4} />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="To" id="announce-to">
            <Select
              value={to}
              onChange={(event) => setTo(event.target.value === 'everyone' ? 'everyone' : 'online')}
              options={[
                { value: 'online', label: 'Those who are signed in' },
                { value: 'everyone', label: 'Everyone; it waits for who is away' },
              ]}
            />
          </Field>
          {domains.length > 1 ? (
            <Field label="IM domain" id="announce-domain">
              <Select
                value={domain}
                onChange={(event) => setDomain(event.target.value)}
                options={[{ value: '', label: 'All domains' }, ...domains.map((value) => ({ value, label: value }))]}
              />
            </Field>
          ) : null}
        </div>
        <div>
          <Button type="submit" look="primary" busy={busy} busyLabel="Sending…">
            Send the announcement
          </Button>
        </div>
      </form>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Send this to everyone?"
        effect={`Every enabled user${domain === '' ? '' : ` of ${domain}`} gets it as a message; it waits for those who are away. A job does the work.`}
        confirm="Send it to everyone"
        keep="Do not send it"
        danger={false}
        onConfirm={async () => {
          const answer = await sendEveryone(input);
          if (answer.is !== 'done') return problemOf(answer);
          sayDone('The announcement is on its way', { detail: 'Its job shows who has been sent it.' });
          clear();
          router.push(`/jobs/${answer.value.id}`);
          return null;
        }}
      />
    </Card>
  );
}
