'use client';
import { useState } from 'react';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { cancelJob } from './actions.ts';

/** Stops a job that has not ended, after asking. */
export function CancelJob({ job }: { job: JobView }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="small" look="quiet-danger" onClick={() => setAsking(true)}>
        Cancel the job
      </Button>
      <CancelDialog job={job} open={asking} onOpenChange={setAsking} />
    </>
  );
}

export function CancelDialog({ job, open, onOpenChange }: { job: JobView; open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Cancel the job “${job.title}”?`}
      effect={`It stops after the part under way. What it has done so far stays: ${formatNumber(job.done + job.failed)} of ${formatNumber(job.total)}.`}
      confirm="Cancel the job"
      keep="Let it go on"
      onConfirm={async () => {
        const state = await cancelJob({ job: job.id });
        if (state.is === 'done') sayDone('The job stops');
        return problemOf(state);
      }}
    />
  );
}
