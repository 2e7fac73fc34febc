import type { RunView } from '@/lib/admin/callmanager/outputs.ts';
import { formatNumber } from '@/lib/ui/format.ts';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Progress } from '@/lib/ui/primitives/progress.tsx';
import { triggerWords } from './words.ts';

/** How far the run under way is. */
export function RunProgress({ run }: { run: RunView }) {
  const { counts } = run;
  const planned = Object.values(counts.planned).reduce((sum, count) => sum + count, 0);
  const isApplying = run.state === 'applying';
  return (
    <Card
      title={isApplying ? 'Applying what was found' : 'Reading from the call manager'}
      purpose={`${triggerWords[run.trigger]}, begun by ${run.by}.`}
    >
      <p aria-live="polite">
        {isApplying
          ? `${formatNumber(counts.applied)} of ${formatNumber(planned)} users written`
          : `${formatNumber(counts.read)} users, ${formatNumber(counts.lines)} lines, ${formatNumber(counts.devices)} devices read; ${formatNumber(planned)} users differ`}
      </p>
      {isApplying ? <Progress label="Users written" value={counts.applied} max={Math.max(1, planned)} /> : null}
    </Card>
  );
}
