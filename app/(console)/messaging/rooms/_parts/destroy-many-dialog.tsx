'use client';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Input } from '@/lib/ui/primitives/input.tsx';
import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';
import { destroyMany, previewDestroy } from '../actions.ts';
import type { RoomFilter } from '../search-params.ts';

export type DestroyTarget = { readonly rooms: string[] } | { readonly all: true } | RoomFilter;
type Preview = Value<AdminApi['rooms']['previewDestroy']>;

/** What would go, and whom it concerns; then the same as a job. */
export function DestroyManyDialog({ target, onClose }: { target: DestroyTarget | null; onClose: () => void }) {
  const router = useRouter();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [looking, look] = useTransition();
  const [starting, start] = useTransition();
  const show = useCallback(
    (asked: DestroyTarget) =>
      look(async () => {
        const state = await previewDestroy(asked);
        setProblem(problemOf(state));
        setPreview(state.is === 'done' ? state.value : null);
      }),
    [],
  );
  useEffect(() => {
    setPreview(null);
    setProblem(null);
    setReason('');
    setTyped('');
    if (target) show(target);
  }, [target, show]);
  if (!target) return null;
  const count = preview?.matching ?? 0;
  const label = preview ? `Destroy ${countOf(count, 'room')}` : 'Destroy rooms';
  const run = () =>
    start(async () => {
      const state = await destroyMany({ ...target, reason: reason.trim(), expect: count });
      setProblem(problemOf(state));
      if (state.is === 'done') router.push(`/jobs/${encodeURIComponent(state.value.id)}`);
      if (state.is === 'conflict') show(target);
    });
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open || starting ? undefined : onClose())}
      title={preview ? `${label}?` : label}
      purpose="People inside are told and must leave. Members, settings and kept messages are deleted; nothing brings them back."
      actions={
        <>
          <Button onClick={onClose} disabled={starting}>
            Keep the rooms
          </Button>
          <Button
            look="danger"
            disabled={!preview || count === 0 || looking || typed.trim() !== String(count)}
            busy={starting}
            busyLabel="Starting…"
            onClick={run}
          >
            {label}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problem ? <Banner tone="fault">{problem}</Banner> : null}
        {looking ? (
          <Loading label="Working out what will go">
            <div className="flex flex-col gap-2">
              <Skeleton className="w-2/3" />
              <Skeleton className="h-24" />
            </div>
          </Loading>
        ) : preview ? (
          <PreviewBody preview={preview} />
        ) : null}
        {preview && count > 0 && !looking ? (
          <>
            <Field label="Reason" id="bulk-reason" help="Told to the people inside.">
              <Input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} autoComplete="off" />
            </Field>
            <Field label={`Type ${count} to confirm`} help="It cannot be undone.">
              <Input value={typed} onChange={(event) => setTyped(event.target.value)} inputMode="numeric" autoComplete="off" mono />
            </Field>
          </>
        ) : null}
      </div>
    </Dialog>
  );
}

function PreviewBody({ preview }: { preview: Preview }) {
  return (
    <>
      <p role="status">
        <strong className="font-semibold text-strong">{countOf(preview.matching, 'room')}</strong>, {preview.persistent} of them persistent,
        with {countOf(preview.occupants, 'person', 'people')} inside.
        {preview.missing > 0 ? ` ${countOf(preview.missing, 'room is', 'rooms are')} gone already.` : ''} It runs as a job, with the result
        of each room.
      </p>
      {preview.sample.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="max-h-56 overflow-auto rounded-control border border-soft" tabIndex={0} aria-label="Rooms that go">
          <table className="w-full text-left text-table">
            <thead>
              <tr className="border-b border-soft text-quiet">
                <th className="px-3 py-1.5 font-medium">
                  {preview.sample.length < preview.matching ? `The first ${preview.sample.length}` : 'Room'}
                </th>
                <th className="px-3 py-1.5 font-medium">Title</th>
                <th className="px-3 py-1.5 text-right font-medium">People inside</th>
              </tr>
            </thead>
            <tbody>
              {preview.sample.map((each) => (
                <tr key={each.address} className="border-b border-soft last:border-0">
                  <th scope="row" className="px-3 py-1.5 font-medium text-strong">
                    <Jid jid={each.address} />
                  </th>
                  <td className="px-3 py-1.5 wrap-anywhere">{each.title}</td>
                  <td className="px-3 py-1.5 text-right tabular-nums">{each.occupants}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
    </>
  );
}
