'use client';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { BulkAction } from '@/lib/admin/users/inputs.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';
import { previewBulk, runBulk } from '../actions.ts';
import type { UserFilter } from '../search-params.ts';
import { DomainField } from './domain-field.tsx';
import type { DomainChoice } from './domains-for.ts';

export interface BulkQuestion {
  readonly action: BulkAction;
  readonly target: { readonly users: string[] } | { readonly all: true } | UserFilter;
}
type Preview = Value<AdminApi['users']['previewBulk']>;

const verbs: Readonly<Record<BulkAction, string>> = { enable: 'Enable', disable: 'Disable', setDomain: 'Move', delete: 'Delete' };
const effects: Readonly<Record<BulkAction, string>> = {
  enable: 'They can sign in again.',
  disable: 'They cannot sign in any more, and their sessions end. Contacts, history and waiting messages are kept.',
  setDomain: 'Their addresses change: contacts elsewhere must add them again, and their sessions end.',
  delete: 'They lose their addresses with contacts, waiting messages, history and profile. This cannot be undone.',
};

/** What will change, what is left alone and why; then the same as a job. */
export function BulkDialog({
  question,
  domains,
  onClose,
}: {
  question: BulkQuestion | null;
  domains: readonly DomainChoice[];
  onClose: () => void;
}) {
  const router = useRouter();
  const [toDomain, setToDomain] = useState('');
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [looking, look] = useTransition();
  const [starting, start] = useTransition();
  const inputOf = useCallback(
    (asked: BulkQuestion, to: string) => ({
      action: asked.action,
      ...asked.target,
      ...(asked.action === 'setDomain' ? { toDomain: to } : {}),
    }),
    [],
  );
  const show = useCallback(
    (asked: BulkQuestion, to: string) =>
      look(async () => {
        const state = await previewBulk(inputOf(asked, to));
        setProblem(problemOf(state));
        setPreview(state.is === 'done' ? state.value : null);
      }),
    [inputOf],
  );
  useEffect(() => {
    setPreview(null);
    setProblem(null);
    setTyped('');
    setToDomain('');
    // A move is previewed when its domain is known.
    if (question && question.action !== 'setDomain') show(question, '');
  }, [question, show]);

  if (!question) return null;
  const { action } = question;
  const count = preview?.willChange ?? 0;
  const confirm = `${verbs[action]} ${countOf(count, 'user')}`;
  // Typed before what cannot be undone: the number, which only a reader of the preview knows.
  const mustType = action === 'delete' && count > 0;
  const run = () =>
    start(async () => {
      const state = await runBulk({ ...inputOf(question, toDomain.trim()), expect: count });
      const refused = problemOf(state);
      setProblem(refused);
      if (state.is === 'done') router.push(`/jobs/${encodeURIComponent(state.value.id)}`);
      if (state.is === 'conflict') show(question, toDomain.trim());
    });
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open || starting ? undefined : onClose())}
      title={preview ? `${confirm}${action === 'setDomain' ? ` to ${toDomain.trim()}` : ''}?` : `${verbs[action]} users`}
      purpose={effects[action]}
      actions={
        <>
          <Button onClick={onClose} disabled={starting}>
            Keep them as they are
          </Button>
          <Button
            look={action === 'delete' ? 'danger' : 'primary'}
            disabled={!preview || count === 0 || looking || (mustType && typed.trim() !== String(count))}
            busy={starting}
            busyLabel="Starting…"
            onClick={run}
          >
            {preview ? confirm : `${verbs[action]} users`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problem ? <Banner tone="fault">{problem}</Banner> : null}
        {action === 'setDomain' ? (
          <form
            className="flex flex-wrap items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              if (toDomain.trim()) show(question, toDomain.trim());
            }}
          >
            <div className="min-w-0 flex-1 basis-60">
              <DomainField
                id="toDomain"
                label="New IM domain"
                domains={domains}
                value={toDomain}
                onChange={(to) => {
                  setToDomain(to);
                  setPreview(null);
                }}
              />
            </div>
            <Button type="submit" busy={looking} busyLabel="Looking…" disabled={toDomain.trim() === ''}>
              Show the preview
            </Button>
          </form>
        ) : null}
        {looking ? (
          <Loading label="Working out what will change">
            <div className="flex flex-col gap-2">
              <Skeleton className="w-2/3" />
              <Skeleton className="h-24" />
            </div>
          </Loading>
        ) : preview ? (
          <PreviewBody preview={preview} />
        ) : null}
        {mustType && !looking ? (
          <Field label={`Type ${count} to confirm`} help="It cannot be undone.">
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} inputMode="numeric" autoComplete="off" mono />
          </Field>
        ) : null}
      </div>
    </Dialog>
  );
}

function PreviewBody({ preview }: { preview: Preview }) {
  const skipped = preview.skipped.reduce((sum, each) => sum + each.count, 0);
  return (
    <>
      <p role="status">
        <strong className="font-semibold text-strong">{countOf(preview.willChange, 'user')}</strong>{' '}
        {preview.willChange === 1 ? 'changes' : 'change'}
        {skipped > 0 ? `, ${formatNumber(skipped)} ${skipped === 1 ? 'is' : 'are'} left alone` : ''}.{' '}
        {preview.sessionsTouched > 0
          ? `${countOf(preview.sessionsTouched, 'session')} ${preview.sessionsTouched === 1 ? 'ends' : 'end'}.`
          : 'No session ends.'}{' '}
        It runs as a job, with the result of each user.
      </p>
      {preview.skipped.length > 0 ? (
        <section>
          <h3 className="mb-1 text-body font-medium text-strong">Left alone</h3>
          <ul className="max-h-32 list-disc overflow-y-auto pl-5 text-table">
            {preview.skipped.map(({ why, count }) => (
              <li key={why} className="wrap-anywhere">
                {formatNumber(count)}: {why}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {preview.sample.length > 0 ? (
        <section>
          <h3 className="mb-1 text-body font-medium text-strong">
            {preview.sample.length < preview.willChange ? `The first ${preview.sample.length}` : 'Who changes'}
          </h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section className="max-h-56 overflow-auto rounded-control border border-soft" tabIndex={0} aria-label="Users that change">
            <table className="w-full text-left text-table">
              <thead>
                <tr className="border-b border-soft text-quiet">
                  <th className="px-3 py-1.5 font-medium">User</th>
                  <th className="px-3 py-1.5 font-medium">Address</th>
                  <th className="px-3 py-1.5 font-medium">Becomes</th>
                </tr>
              </thead>
              <tbody>
                {preview.sample.map((each) => (
                  <tr key={each.id} className="border-b border-soft last:border-0">
                    <th scope="row" className="px-3 py-1.5 font-medium text-strong wrap-anywhere">
                      {each.userId}
                    </th>
                    <td className="px-3 py-1.5">
                      <Jid jid={each.address} />
                    </td>
                    <td className="px-3 py-1.5">{each.becomes.includes('@') ? <Jid jid={each.becomes} /> : each.becomes}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </section>
      ) : null}
    </>
  );
}
