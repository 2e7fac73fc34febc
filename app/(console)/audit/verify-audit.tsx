'use client';
import { useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { Dialog } from '@/lib/ui/primitives/dialog.tsx';
import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';
import { verifyAudit } from './actions.ts';

type Verdict = Value<AdminApi['audit']['verify']>;

/** Walks the chain of records and says in words whether it is whole. */
export function VerifyAudit() {
  const [open, setOpen] = useState(false);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const verify = () => {
    setOpen(true);
    setVerdict(null);
    setProblem(null);
    start(async () => {
      const state = await verifyAudit({});
      setProblem(problemOf(state));
      if (state.is === 'done') setVerdict(state.value);
    });
  };
  return (
    <>
      <Button onClick={verify} busy={busy} busyLabel="Verifying…">
        Verify the records
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Is the audit whole?"
        purpose="Every record holds a seal over itself and the record before it. A record that was changed or taken out breaks the chain."
        actions={<Button onClick={() => setOpen(false)}>Close</Button>}
      >
        {busy ? (
          <Loading label="Verifying all records">
            <Skeleton className="h-12" />
          </Loading>
        ) : problem ? (
          <Banner tone="fault" title="The records could not be verified">
            {problem}
          </Banner>
        ) : verdict ? (
          <Banner tone={verdict.ok ? 'ok' : 'fault'} title={verdict.ok ? 'The chain is whole' : 'The chain is broken'}>
            {verdict.says}
            {verdict.brokenAt ? (
              <span className="mt-1 block">
                <CopyText text={verdict.brokenAt} label="id of the record" /> Restore the database from a backup of before, and find out who
                can write to it.
              </span>
            ) : null}
          </Banner>
        ) : null}
      </Dialog>
    </>
  );
}
