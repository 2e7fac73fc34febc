'use client';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { formatDuration } from '@/lib/ui/format.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';

type Monitor = Channels['data-monitor']['value'];
const noParams = {};
const gates = {
  open: { status: 'running', word: 'Complete' },
  waiting: { status: 'changing', word: 'Services wait' },
  'given-up': { status: 'degraded', word: 'Started without' },
} as const;
const roles = { alone: 'Alone', publisher: 'Publisher', subscriber: 'Subscriber' } as const;

/** Whether what is stored is complete where the nodes read it, in words first. */
export function MonitorView({ initial }: { initial: Monitor }) {
  const { value, freshness, since } = useLive('data-monitor', initial, noParams);
  const stale = freshness === 'stale';
  return (
    <>
      <StaleBanner stale={stale} since={since} />
      <PageHeader
        title="Data monitor"
        badge={<StatusBadge {...gates[value.gate]} />}
        purpose="Whether what is stored is complete where each node reads it. Feature services wait for that when a node starts."
      />
      <Quiet when={stale}>
        <Stack>
          <Card title="This node" purpose={value.says}>
            <KeyValueList
              items={[
                { label: 'Since', value: <RelativeTime at={value.since} /> },
                ...(value.wanting.length > 0 ? [{ label: 'Wanting', value: value.wanting.join(' ') }] : []),
                ...(value.givesUpAt === null ? [] : [{ label: 'Starts without at', value: <RelativeTime at={value.givesUpAt} /> }]),
                { label: 'Database', value: value.serverVersion === '' ? 'Does not answer' : `PostgreSQL ${value.serverVersion}` },
                { label: 'Answers within', value: value.roundTripMs === null ? null : `${value.roundTripMs} ms` },
                { label: 'Last asked', value: value.lookedAt === null ? null : <RelativeTime at={value.lookedAt} /> },
              ]}
            />
          </Card>
          <Card title="Copies of the database" purpose="Standby servers that follow it (pg_stat_replication).">
            {value.standbys.length === 0 ? (
              <p className="text-body">
                There is none that this node may see. The database is the only place where messages are kept: back it up, or let a standby
                follow it.
              </p>
            ) : (
              <ul className="flex flex-col gap-2">
                {value.standbys.map((standby) => (
                  <li key={`${standby.name} ${standby.address}`} className="flex flex-wrap items-center gap-x-4 gap-y-1">
                    <span className="min-w-40 flex-1 text-strong wrap-anywhere">{standby.name || standby.address}</span>
                    <StatusBadge status={standby.state === 'streaming' ? 'running' : 'degraded'} word={standby.state} />
                    <span>{standby.lagMs === null ? 'Not told how far behind' : `${formatDuration(standby.lagMs) || '0 s'} behind`}</span>
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <Card title="Nodes" purpose="How each reaches the database.">
            <ul className="flex flex-col gap-2">
              {value.nodes.map((node) => (
                <li key={node.node} className="flex flex-wrap items-center gap-x-4 gap-y-1">
                  <span className="min-w-40 flex-1 text-strong wrap-anywhere">{node.node}</span>
                  <span>{roles[node.role]}</span>
                  <StatusBadge status={node.database === 'up' ? 'running' : 'down'} word={node.setup} />
                  <span className="text-quiet">{node.pingMs === null ? 'No delay measured' : `${node.pingMs} ms away`}</span>
                </li>
              ))}
            </ul>
          </Card>
        </Stack>
      </Quiet>
    </>
  );
}
