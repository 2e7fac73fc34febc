'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { removeCallManager, testCallManager } from '../actions.ts';

type Tested = Value<AdminApi['callManager']['test']>;

/** Each step that a run takes, with its time; and the way out. */
export function TestCard({ host, users }: { host: string; users: number }) {
  const router = useRouter();
  const [tested, setTested] = useState<Tested | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const [busy, start] = useTransition();
  const test = () =>
    start(async () => {
      const answer = await testCallManager({});
      setTested(answer.is === 'done' ? answer.value : null);
      setProblem(problemOf(answer));
    });
  return (
    <>
      <Card title="Test the connection" purpose="Goes through each step of a run with what is saved, and changes nothing.">
        <div className="flex flex-col gap-4">
          <div>
            <Button busy={busy} busyLabel="Testing…" onClick={test}>
              Test the connection
            </Button>
          </div>
          {problem === null ? null : <Banner tone="fault">{problem}</Banner>}
          {tested === null ? null : (
            <ol className="flex flex-col gap-2" aria-label="Steps of the test">
              {tested.steps.map((step) => (
                <li key={step.name} className="flex flex-wrap items-baseline gap-x-3">
                  <StatusBadge status={step.ok ? 'running' : 'down'} word={step.name} />
                  <span className="text-quiet">{step.ms} ms</span>
                  <span className="basis-full wrap-anywhere">{step.says}</span>
                </li>
              ))}
            </ol>
          )}
        </div>
      </Card>
      <Card title="Forget the call manager" purpose="Synchronisation ends. Its users stay here and can then be changed here.">
        <Button look="danger" onClick={() => setAsked(true)}>
          Forget the call manager
        </Button>
      </Card>
      <ConfirmDialog
        open={asked}
        onOpenChange={setAsked}
        title={`Forget the call manager ${host}?`}
        effect={`${countOf(users, 'user')} become local users. Devices, lines and the history of runs are deleted; nobody is signed out.`}
        confirm="Forget the call manager"
        keep="Keep the call manager"
        onConfirm={async () => {
          const state = await removeCallManager({});
          if (state.is === 'done') {
            sayDone('The call manager is forgotten');
            router.push('/callmanager');
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </>
  );
}
