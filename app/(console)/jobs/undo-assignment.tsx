'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { undoAssignment } from './actions.ts';

/** Gives the users of a job the homes back that they had before it, after asking. */
export function UndoAssignment({ job }: { job: JobView }) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>Take it back</Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Take “${job.title}” back?`}
        effect={`Up to ${countOf(job.done, 'user')} get the home back that they had before. Whoever was assigned since is left alone.`}
        confirm="Take it back"
        keep="Leave it as it is"
        onConfirm={async () => {
          const state = await undoAssignment({ job: job.id });
          if (state.is === 'done') router.push(`/jobs/${encodeURIComponent(state.value.id)}`);
          return problemOf(state);
        }}
      />
    </>
  );
}
