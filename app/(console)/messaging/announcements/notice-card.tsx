'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useRef, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { type ActionState, fieldsOf, problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input, Textarea } from '@/lib/ui/primitives/input.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';

export type NoticeView = NonNullable<Value<AdminApi['announcements']['get']>['motd']>;

/** A text that is kept and told at sign-in: shown, written, deleted. */
export function NoticeCard({
  id,
  title,
  purpose,
  notice,
  mayWrite,
  offersTelling = false,
  focusTurn,
  save,
  remove,
  none,
  removeEffect,
}: {
  id: string;
  title: string;
  purpose: string;
  notice: NoticeView | null;
  mayWrite: boolean;
  /** May it be told at once too? */
  offersTelling?: boolean;
  focusTurn: number;
  save: (text: { subject: string; body: string }, tell: boolean) => Promise<ActionState<unknown>>;
  remove: () => Promise<ActionState<unknown>>;
  none: string;
  removeEffect: string;
}) {
  const router = useRouter();
  const field = useRef<HTMLTextAreaElement>(null);
  const [subject, setSubject] = useState(notice?.subject ?? '');
  const [body, setBody] = useState(notice?.body ?? '');
  const [tell, setTell] = useState(true);
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<ActionState<unknown>>({ is: 'idle' });
  const [busy, start] = useTransition();
  useEffect(() => {
    if (focusTurn > 0) field.current?.focus();
  }, [focusTurn]);
  const name = title.toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body.trim() === '') return setState({ is: 'invalid', message: '', fields: { body: 'Enter a text.' } });
    start(async () => {
      const answer = await save({ subject: subject.trim(), body: body.trim() }, tell);
      setState(answer);
      if (answer.is !== 'done') return;
      sayDone(`The ${name} is set`);
      router.refresh();
    });
  };
  const problem = problemOf(state);
  const problems = fieldsOf(state);
  const since = notice ? (
    <p className="text-table text-quiet">
      Set by {notice.by} <RelativeTime at={notice.changedAt} />.
    </p>
  ) : (
    <p className="text-table text-quiet">{none}</p>
  );
  if (!mayWrite)
    return (
      <Card title={title} purpose={purpose}>
        {notice ? (
          <>
            {notice.subject === '' ? null : <p className="font-medium text-strong">{notice.subject}</p>}
            <p className="whitespace-pre-wrap text-strong wrap-anywhere">{notice.body}</p>
          </>
        ) : null}
        {since}
      </Card>
    );
  return (
    <Card title={title} purpose={purpose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {since}
        {problem !== null && problems.body === undefined ? <Banner tone="fault">{problem}</Banner> : null}
        <Field label="Subject" id={`${id}-subject`}>
          <Input value={subject} onChange={(event) => setSubject(event.target.value)} maxLength={200} autoComplete="off" />
        </Field>
        <Field label="Text" id={`${id}-text`} error={problems.body} required>
          <Textarea ref={field} value={body} onChange={(event) => setBody(event.target.value)} maxLength={10_000} rows={4} />
        </Field>
        {offersTelling ? (
          <Checkbox
            checked={tell}
            onCheckedChange={setTell}
            label="Tell it now to those who are signed in"
            help="Otherwise they are told when they sign in again."
          />
        ) : null}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={busy} busyLabel="Saving…">
            Save the {name}
          </Button>
          {notice ? <Button onClick={() => setAsking(true)}>Delete it</Button> : null}
        </div>
      </form>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete the ${name}?`}
        effect={removeEffect}
        confirm={`Delete the ${name}`}
        keep="Keep it"
        onConfirm={async () => {
          const answer = await remove();
          if (answer.is !== 'done') return problemOf(answer);
          sayDone(`The ${name} is deleted`);
          setSubject('');
          setBody('');
          router.refresh();
          return null;
        }}
      />
    </Card>
  );
}
