'use client';
import { useEffect, useState } from 'react';
import { areas } from '@/app/_shared/shell/areas.tsx';
import type { Channels } from '@/lib/live/channels.ts';
import { useLive } from '@/lib/live/client.ts';
import { cn } from '@/lib/ui/cn.ts';
import { countOf, formatBytes, formatDuration, formatNumber } from '@/lib/ui/format.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { Stat, Stats } from '@/lib/ui/patterns/stat.tsx';
import { Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { Progress } from '@/lib/ui/primitives/progress.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge, StatusMark } from '@/lib/ui/primitives/status.tsx';
import { toneTint } from '@/lib/ui/tone.ts';
import { OverviewCharts } from './overview-charts.tsx';
import { type Figures, figuresOf, joined, type Span } from './series.ts';

type Overview = Channels['overview']['value'];
const noParams = {};
const monitorWords = {
  open: 'Data monitor: complete',
  waiting: 'Data monitor: services wait',
  'given-up': 'Data monitor: started without',
} as const;
const MAX_LIVE = 600;

/** Sentences first, then numbers, then how near the limits are. */
export function OverviewView({ initial, span, history }: { initial: Overview; span: Span; history: readonly Figures[] | null }) {
  const { value, freshness, since } = useLive('overview', initial, noParams);
  const stale = freshness === 'stale';
  const figures = useFigures(history ?? [], value.now, span);
  return (
    <>
      <PageHeader
        title="Overview"
        badge={value.node.ready ? <StatusBadge status="running" word="Ready" /> : <StatusBadge status="down" word="Not ready" />}
        purpose={
          <>
            Node {value.node.name}, version {value.node.version}, started <RelativeTime at={value.node.startedAt} />.
          </>
        }
      />
      <StaleBanner stale={stale} since={since} />
      <div id="alarms">
        <Quiet when={stale}>
          <Stack>
            <Sentences sentences={value.sentences} />
            <AlarmList alarms={value.alarms} />
            <Stats label="Now">
              <Stat
                label="People online"
                value={value.users.online}
                note={`of ${countOf(value.users.enabled, 'user')} who may sign in`}
                href="/users"
              />
              <Stat
                label="Sessions"
                value={value.sessions.live}
                note={value.sessions.hibernating > 0 ? `${formatNumber(value.sessions.hibernating)} more may resume` : 'all connected'}
                href="/sessions"
              />
              <Stat
                label="People in rooms"
                value={value.rooms.occupants}
                note={countOf(value.rooms.stored, 'persistent room')}
                href="/messaging/rooms"
              />
              <Stat
                label="Messages"
                value={value.now.messagesPerSecond}
                unit="a second"
                note={`${formatNumber(value.totals.messagesIn)} since the start`}
              />
              <Stat
                label="Availability"
                value={value.now.presencePerSecond}
                unit="a second"
                note={`${formatNumber(value.totals.presenceIn)} since the start`}
              />
            </Stats>
            <OverviewCharts figures={figures} span={span} known={history !== null} />
            <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
              <Card title="Limits" purpose="What is used of what is allowed.">
                <Limits limits={value.limits} />
              </Card>
              <Card
                title="Since the start"
                purpose={`The node runs for ${formatDuration(value.node.uptimeSeconds * 1000) || 'less than a second'}.`}
              >
                <KeyValueList
                  items={[
                    {
                      label: 'What is stored',
                      value: (
                        <>
                          {value.dataMonitor.database === '' ? 'The database was not asked yet. ' : `${value.dataMonitor.database}. `}
                          <Link href="/data-monitor" className="text-accent underline underline-offset-2">
                            {monitorWords[value.dataMonitor.gate]}
                          </Link>
                        </>
                      ),
                    },
                    { label: 'Messages delivered', value: formatNumber(value.totals.messagesDelivered) },
                    { label: 'Kept for people offline', value: formatNumber(value.totals.messagesOffline) },
                    {
                      label: 'Messages in rooms',
                      value: `${formatNumber(value.rooms.messagesIn)}, delivered ${formatNumber(value.rooms.messagesDelivered)} times`,
                    },
                    { label: 'Archived', value: formatNumber(value.totals.messagesArchived) },
                    { label: 'Returned to the sender', value: formatNumber(value.totals.bounced) },
                    {
                      label: 'Sign-ins',
                      value: `${formatNumber(value.totals.signIns)}, ${formatNumber(value.totals.signInFailures)} refused`,
                    },
                    {
                      label: 'Connections',
                      value: `${formatNumber(value.sessions.connections)}, ${formatNumber(value.sessions.unauthenticated)} not signed in yet`,
                    },
                    {
                      label: 'Domains',
                      value: (
                        <Link href="/domains" className="text-accent underline underline-offset-2">
                          {formatNumber(value.domains)}
                        </Link>
                      ),
                    },
                    ...(value.callManager === null
                      ? []
                      : [
                          {
                            label: 'Call manager',
                            value: (
                              <>
                                <Link href="/callmanager" className="text-accent underline underline-offset-2">
                                  {value.callManager.host}
                                </Link>
                                , {value.callManager.says}, last good run <RelativeTime at={value.callManager.lastGoodAt} />
                              </>
                            ),
                          },
                        ]),
                    {
                      label: 'Locks',
                      value: (
                        <Link href="/security/locks" className="text-accent underline underline-offset-2">
                          {formatNumber(value.locks)}
                        </Link>
                      ),
                    },
                  ]}
                />
              </Card>
            </div>
          </Stack>
        </Quiet>
      </div>
    </>
  );
}

/** The history of the page and each second that came since. */
function useFigures(history: readonly Figures[], now: Overview['now'], span: Span): readonly Figures[] {
  const [live, setLive] = useState<readonly Figures[]>([]);
  useEffect(() => {
    setLive((was) => (was.at(-1)?.at === now.at ? was : [...was, figuresOf(now)].slice(-MAX_LIVE)));
  }, [now]);
  // A day has one value a minute; single seconds at its end would only look like noise.
  return joined(history, span === 'day' ? [] : live, span);
}

/** Only places that exist: a sentence may name one that this console does not have. */
const isPlace = (link: string): boolean =>
  areas.some((area) =>
    [area.href, ...(area.children ?? []).map((child) => child.href)].some((href) => link === href || link.startsWith(`${href}/`)),
  );

function Sentences({ sentences }: { sentences: Overview['sentences'] }) {
  const looks = {
    good: { status: 'running', tone: 'ok' },
    notice: { status: 'degraded', tone: 'notice' },
    bad: { status: 'down', tone: 'fault' },
  } as const;
  return (
    <ul aria-label="In short" data-edge className="flex flex-col gap-1 rounded-panel border border-soft bg-panel p-2">
      {sentences.map((sentence) => {
        const look = looks[sentence.tone];
        return (
          <li
            key={sentence.text}
            className={cn(
              'flex items-start gap-3 rounded-control px-3 py-2 text-card text-strong',
              sentence.tone !== 'good' && toneTint[look.tone],
            )}
          >
            <span className="flex h-6 items-center">
              <StatusMark status={look.status} tone={look.tone} />
            </span>
            <span className="min-w-0 flex-1 text-strong wrap-anywhere">{sentence.text}</span>
            {isPlace(sentence.link) ? (
              <Link href={sentence.link} className="shrink-0 rounded-control text-body text-accent underline underline-offset-2">
                Open<span className="sr-only">: {sentence.text}</span>
              </Link>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

function AlarmList({ alarms }: { alarms: Overview['alarms'] }) {
  if (alarms.length === 0) return null;
  return (
    <Card title={countOf(alarms.length, 'alarm')}>
      <ul className="flex flex-col divide-y divide-soft">
        {alarms.map((alarm) => (
          <li key={alarm.id} className="flex flex-wrap items-start gap-x-3 gap-y-1 py-3 first:pt-0 last:pb-0">
            <span className="w-20">
              <StatusBadge
                status={alarm.severity === 'critical' ? 'down' : 'degraded'}
                word={alarm.severity === 'critical' ? 'Critical' : 'Warning'}
              />
            </span>
            <div className="min-w-0 flex-1 basis-60">
              <p className="font-medium text-strong wrap-anywhere">{alarm.what}</p>
              <p className="wrap-anywhere">{alarm.action}</p>
            </div>
            <span className="text-table text-quiet">
              since <RelativeTime at={alarm.since} />
            </span>
            {isPlace(alarm.link) ? (
              <Link href={alarm.link} className="text-accent underline underline-offset-2">
                Open<span className="sr-only"> what settles: {alarm.what}</span>
              </Link>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Limits({ limits }: { limits: Overview['limits'] }) {
  const say = (value: number, unit: Overview['limits'][number]['unit']) =>
    unit === 'bytes' ? formatBytes(value) : unit === 'ms' ? `${formatNumber(value)} ms` : formatNumber(value);
  return (
    <ul className="flex flex-col gap-4">
      {limits.map((limit) => {
        const share = limit.limit > 0 ? limit.used / limit.limit : 0;
        return (
          <li key={limit.label}>
            <div className="mb-1 flex flex-wrap justify-between gap-x-4">
              {isPlace(limit.link) ? (
                <Link href={limit.link} className="text-strong underline decoration-firm underline-offset-2">
                  {limit.label}
                </Link>
              ) : (
                <span className="text-strong">{limit.label}</span>
              )}
              <span className="text-quiet tabular-nums">
                {say(limit.used, limit.unit)} of {say(limit.limit, limit.unit)}
              </span>
            </div>
            <Progress
              label={limit.label}
              value={limit.used}
              max={limit.limit}
              tone={share >= 0.95 ? 'fault' : share >= 0.8 ? 'warn' : 'info'}
            />
          </li>
        );
      })}
    </ul>
  );
}
