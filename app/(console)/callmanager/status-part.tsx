'use client';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import type { StatusView } from '@/lib/admin/callmanager/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { Stack } from '@/lib/ui/patterns/page-header.tsx';
import { Stat, Stats } from '@/lib/ui/patterns/stat.tsx';
import { EmptyState, Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone, sayRefused } from '@/lib/ui/primitives/toast.tsx';
import { cancelSync, confirmRun, discardRun, syncNow } from './actions.ts';
import { CallManagerHeader } from './call-manager-header.tsx';
import { RunProgress } from './run-progress.tsx';

const agentLooks = {
  stopped: { status: 'off', word: 'Sync Agent stopped' },
  idle: { status: 'running', word: 'Ready' },
  reading: { status: 'changing', word: 'Reading' },
  waiting: { status: 'degraded', word: 'Waits for you' },
  applying: { status: 'changing', word: 'Applying' },
} as const;
const everything = {};

export function StatusPart({ initial, may }: { initial: StatusView; may: { readonly write: boolean; readonly settings: boolean } }) {
  const { value, freshness, since } = useLive('callManager', initial, everything);
  const { publisher, run } = value;
  const looks =
    publisher === null
      ? ({ status: 'off', word: 'Not configured' } as const)
      : value.failure !== null && value.agent === 'idle'
        ? ({ status: 'down', word: 'Fails' } as const)
        : agentLooks[value.agent];
  return (
    <>
      <CallManagerHeader
        maySettings={may.settings}
        badge={<StatusBadge {...looks} />}
        actions={may.write && publisher !== null ? <SyncButtons value={value} /> : undefined}
      />
      <StaleBanner stale={freshness === 'stale'} since={since} />
      {publisher === null ? (
        <EmptyState
          title="No call manager yet"
          action={
            may.write ? (
              <ButtonLink look="primary" href="/callmanager/publisher">
                Enter the call manager
              </ButtonLink>
            ) : undefined
          }
        >
          With the address of a publisher, its users come here by themselves, with devices, lines and the right to use IM and presence.
        </EmptyState>
      ) : (
        <Quiet when={freshness === 'stale'}>
          <Stack>
            <Sentences value={value} mayWrite={may.write} />
            {run !== null && value.agent !== 'waiting' ? <RunProgress run={run} /> : null}
            <Stats label="What came from the call manager">
              <Stat
                label="Users known"
                value={value.counts.known}
                note={`${formatNumber(value.counts.entitled)} may use IM and presence`}
                href="/callmanager/users"
              />
              <Stat label="With an account here" value={value.counts.served} href="/callmanager/users?show=entitled" />
              <Stat
                label="With problems"
                value={value.counts.problems}
                href="/callmanager/users?show=problems"
                {...(value.counts.problems > 0 ? { tone: 'warn' as const } : {})}
              />
              <Stat label="Gone" value={value.counts.gone} note="disabled, deleted later" href="/callmanager/users?show=gone" />
              <Stat label="Devices" value={value.counts.devices} note={countOf(value.counts.lines, 'line')} />
            </Stats>
            <Card title="Synchronisation">
              <KeyValueList
                items={[
                  { label: 'Publisher', value: `${publisher.host}:${publisher.port}` },
                  { label: 'By schedule', value: publisher.enabled ? 'On' : 'Off' },
                  { label: 'Everything was read', value: <RelativeTime at={value.lastFullAt} /> },
                  { label: 'Last good run', value: <RelativeTime at={value.lastGoodAt} /> },
                  {
                    label: 'Everything is read again',
                    value: value.nextFullAt === null ? 'By hand only' : <RelativeTime at={value.nextFullAt} />,
                  },
                  { label: 'Release', value: value.release === '' ? 'Not known yet' : value.release },
                  { label: 'AXL version spoken', value: value.spoken === '' ? 'Not agreed yet' : value.spoken },
                ]}
              />
            </Card>
          </Stack>
        </Quiet>
      )}
    </>
  );
}

function Sentences({ value, mayWrite }: { value: StatusView; mayWrite: boolean }) {
  return (
    <>
      {value.failure === null ? null : (
        <Banner
          tone="fault"
          title="The last run has failed"
          action={
            <ButtonLink size="small" href="/callmanager/publisher">
              Test the connection
            </ButtonLink>
          }
        >
          {value.failure.says} Users who are here already are not touched. It is tried again by itself.
        </Banner>
      )}
      {value.gate === null ? null : (
        <Banner tone="warn" title="Nobody can sign in yet">
          {value.gate}
        </Banner>
      )}
      {value.agent === 'stopped' ? (
        <Banner
          tone="warn"
          title="The Sync Agent is stopped"
          action={
            <ButtonLink size="small" href="/services">
              Open the services
            </ButtonLink>
          }
        >
          Nothing comes from the call manager until it is started.
        </Banner>
      ) : null}
      {value.agent === 'waiting' && value.run !== null ? <Decision run={value.run} mayWrite={mayWrite} /> : null}
    </>
  );
}

function Decision({ run, mayWrite }: { run: NonNullable<StatusView['run']>; mayWrite: boolean }) {
  const router = useRouter();
  const [asked, setAsked] = useState<'apply' | 'discard' | null>(null);
  const { disable, gone } = run.counts.planned;
  return (
    <Banner
      tone="warn"
      title="A run waits for your decision"
      action={
        <span className="flex flex-wrap gap-2">
          <ButtonLink size="small" href={`/callmanager/runs/${run.id}`}>
            Look at what it found
          </ButtonLink>
          {mayWrite ? (
            <>
              <Button size="small" onClick={() => setAsked('discard')}>
                Discard it
              </Button>
              <Button size="small" onClick={() => setAsked('apply')}>
                Apply it
              </Button>
            </>
          ) : null}
        </span>
      }
    >
      {run.says}
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => (open ? undefined : setAsked(null))}
        title={asked === 'discard' ? 'Discard what the run found?' : 'Apply what the run found?'}
        effect={
          asked === 'discard'
            ? 'Nothing changes. The next run reads everything again.'
            : `${countOf(disable + gone, 'user loses', 'users lose')} access at once, and their sessions end. Everybody else stays signed in.`
        }
        confirm={asked === 'discard' ? 'Discard the run' : 'Apply the run'}
        keep="Decide later"
        danger={asked === 'apply' && disable + gone > 0}
        onConfirm={async () => {
          const state = asked === 'discard' ? await discardRun({ run: run.id }) : await confirmRun({ run: run.id });
          if (state.is === 'done') {
            sayDone(asked === 'discard' ? 'The run is discarded' : 'The run is being applied');
            router.refresh();
          }
          return problemOf(state);
        }}
      />
    </Banner>
  );
}

function SyncButtons({ value }: { value: StatusView }) {
  const router = useRouter();
  const [busy, start] = useTransition();
  const isRunning = value.agent === 'reading' || value.agent === 'applying';
  const act = (run: () => ReturnType<typeof syncNow>, said: string) =>
    start(async () => {
      const state = await run();
      const problem = problemOf(state);
      if (problem === null) sayDone(said);
      else sayRefused(problem);
      router.refresh();
    });
  if (isRunning)
    return (
      <Button busy={busy} onClick={() => act(() => cancelSync({}), 'The run ends after this step')}>
        Cancel the run
      </Button>
    );
  return (
    <>
      <Button
        busy={busy}
        disabled={value.agent === 'stopped'}
        onClick={() => act(() => syncNow({ kind: 'full', preview: true }), 'The preview is being made')}
      >
        Preview
      </Button>
      <Button
        look="primary"
        busy={busy}
        disabled={value.agent === 'stopped'}
        onClick={() => act(() => syncNow({ kind: 'full' }), 'The synchronisation has begun')}
      >
        Synchronise now
      </Button>
    </>
  );
}
