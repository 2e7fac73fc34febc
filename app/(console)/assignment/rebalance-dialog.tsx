'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { previewRebalance, rebalance } from './actions.ts';

/** Asks before a rebalance, with who would move from where to where. */
export function RebalanceDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const router = useRouter();
  const [plan, setPlan] = useState<Value<AdminApi['assignment']['previewRebalance']> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each opening
  useEffect(() => {
    setPlan(null);
    if (!open) return;
    let wanted = true;
    void previewRebalance({}).then((answer) => {
      if (!wanted) return;
      if (answer.is === 'done' && answer.value.moves > 0) return setPlan(answer.value);
      if (answer.is === 'done') sayDone(answer.value.says);
      else sayRefused(problemOf(answer) ?? '');
      onClose();
    });
    return () => {
      wanted = false;
    };
  }, [open]);
  if (!open || plan === null) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Rebalance the users?"
      effect={`${formatNumber(plan.moves)} users get another home, no more than it takes. Who is signed in moves along. The job can be taken back.`}
      confirm={`Move ${formatNumber(plan.moves)} users`}
      keep="Leave everybody where they are"
      onConfirm={async () => {
        const answer = await rebalance({ expect: plan.moves });
        if (answer.is === 'done') router.push(`/jobs/${answer.value.id}`);
        return problemOf(answer);
      }}
    >
      <ul className="list-disc pl-5">
        {plan.flows.map(({ from, to, count }) => (
          <li key={`${from} ${to}`}>
            {formatNumber(count)} from {from} to {to}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
