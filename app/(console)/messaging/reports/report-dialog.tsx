'use client';
import { useRouter } from 'next/navigation';
import { type FormEvent, useEffect, useId, useState, useTransition } from 'react';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { Textarea } from '@/lib/ui/primitives/input.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { closeReport } from './actions.ts';
import { type ReportRow, reasonWords, stateLooks } from './words.ts';

/** One report with the messages it is about; closed here, with a note of what was done. */
export function ReportDialog({ row, mayWrite, onClose }: { row: ReportRow | null; mayWrite: boolean; onClose: () => void }) {
  const router = useRouter();
  const form = useId();
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const id = row?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another report begins with an empty note
  useEffect(() => {
    setNote('');
    setProblem(null);
  }, [id]);
  const isOpen = row?.state === 'open';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (id === null) return;
    start(async () => {
      const answer = await closeReport({ report: id, note });
      setProblem(problemOf(answer));
      if (answer.is !== 'done') return;
      sayDone('The report is closed');
      onClose();
      router.refresh();
    });
  };
  return (
    <Dialog
      open={row !== null}
      onOpenChange={(open) => (open || busy ? undefined : onClose())}
      wide
      title={row ? `${reasonWords[row.reason]} by ${row.reported}` : ''}
      actions={
        mayWrite && isOpen ? (
          <>
            <Button onClick={onClose} disabled={busy}>
              Leave it open
            </Button>
            <Button type="submit" form={form} look="primary" busy={busy} busyLabel="Closing…">
              Close the report
            </Button>
          </>
        ) : null
      }
    >
      {row ? (
        <div className="flex flex-col gap-5">
          {problem === null ? null : <Banner tone="fault">{problem}</Banner>}
          <KeyValueList
            items={[
              { label: 'About', value: <Jid jid={row.reported} /> },
              { label: 'Reported by', value: <Jid jid={row.reporter} />, help: 'The address is blocked for this person already.' },
              { label: 'When', value: <RelativeTime at={row.at} /> },
              { label: 'What they say', value: row.text },
              { label: 'State', value: <StatusBadge status={stateLooks[row.state].status} word={stateLooks[row.state].word} /> },
              ...(row.closedAt === null
                ? []
                : [
                    { label: 'Closed by', value: row.closedBy },
                    { label: 'Closed', value: <RelativeTime at={row.closedAt} /> },
                    { label: 'Note', value: row.note },
                  ]),
            ]}
          />
          <section>
            <h3 className="mb-1 text-card">Messages it is about</h3>
            {row.messages === '' ? (
              <p className="text-table text-quiet">None were named, or they are in no archive.</p>
            ) : (
              <p className="rounded-control bg-sunken px-3 py-2 text-table whitespace-pre-wrap text-strong wrap-anywhere">{row.messages}</p>
            )}
          </section>
          {mayWrite && isOpen ? (
            <form id={form} onSubmit={submit} noValidate>
              <Field
                label="What was done about it"
                id="report-note"
                help="Kept with the report. To act on an account here, disable the user."
              >
                <Textarea value={note} onChange={(event) => setNote(event.target.value)} maxLength={1_000} rows={3} />
              </Field>
            </form>
          ) : null}
        </div>
      ) : null}
    </Dialog>
  );
}
