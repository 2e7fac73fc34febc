'use client';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useLive } from '@/lib/live/client.ts';
import { countOf, formatNumber } from '@/lib/ui/format.ts';
import { problemOf } from '@/lib/ui/patterns/action-state.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { EmptyState, Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ConfirmDialog } from '@/lib/ui/primitives/confirm-dialog.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { sayDone } from '@/lib/ui/primitives/toast.tsx';
import { ActionDialog, type Asking } from './action-dialog.tsx';
import { deleteGroup, updateGroup } from './actions.ts';
import { GroupDialog } from './group-dialog.tsx';
import { actionWords, type Group, type GroupNode, type Groups, statusOf } from './words.ts';

const noParams = {};
const badges = { good: 'running', notice: 'degraded', bad: 'down' } as const;
const badgeWords = { good: 'Works', notice: 'Look at it', bad: 'Fails' } as const;

export function GroupsView({ initial, mayWrite, maySettings }: { initial: Groups; mayWrite: boolean; maySettings: boolean }) {
  const router = useRouter();
  const { value, freshness, since } = useLive('redundancy', initial, noParams);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [editing, setEditing] = useState<Group | 'new' | null>(null);
  const [switching, setSwitching] = useState<Group | null>(null);
  const [deleting, setDeleting] = useState<Group | null>(null);
  const stale = freshness === 'stale';
  const loose = value.loose.map((node) => node.name);
  const mayAdd = mayWrite && loose.length > 0;
  return (
    <>
      <StaleBanner stale={stale} since={since} />
      <PageHeader
        title="Redundancy groups"
        purpose="Nodes that stand in for each other: how each is, since when and why, and what happens next."
        actions={
          <>
            {maySettings ? <ButtonLink href="/settings/cluster">Times and delays</ButtonLink> : null}
            {mayAdd ? (
              <Button look="primary" onClick={() => setEditing('new')}>
                Add a group
              </Button>
            ) : null}
          </>
        }
      />
      <Quiet when={stale}>
        <Stack>
          {value.alone ? (
            <Banner tone="info" title="This node is alone">
              It is home to everybody, and nothing takes over when it fails. Messages that were acknowledged are in the database and are
              there again after its next start. With a second node on the same database each takes over the users of the other.
            </Banner>
          ) : null}
          {value.loose.length > 0 ? (
            <Banner tone="warn" title={`${countOf(value.loose.length, 'node')} in no group`}>
              {loose.join(', ')}: nobody has a home there until it is in a group.
            </Banner>
          ) : null}
          {value.groups.length === 0 ? (
            <EmptyState title="There are no groups">The first node of a cluster makes one when it starts.</EmptyState>
          ) : null}
          {value.groups.map((group) => (
            <GroupCard
              key={group.id}
              group={group}
              isAlone={value.alone}
              mayWrite={mayWrite && !value.alone}
              onAct={(action, node) => setAsking({ action, node })}
              onEdit={() => setEditing(group)}
              onSwitch={() => setSwitching(group)}
              onDelete={() => setDeleting(group)}
            />
          ))}
        </Stack>
      </Quiet>
      <ActionDialog asking={asking} onClose={() => setAsking(null)} />
      <GroupDialog group={editing} loose={loose} onClose={() => setEditing(null)} />
      {switching ? (
        <ConfirmDialog
          open
          onOpenChange={() => setSwitching(null)}
          title={`Turn high availability of ${switching.name} ${switching.highAvailability ? 'off' : 'on'}?`}
          effect={
            switching.highAvailability
              ? `When one of its nodes fails nobody takes over, and its users (${usersOf(switching)} in the group) cannot sign in until it is back. Whoever is failed over now stays where they are.`
              : `Each node takes over the users of the other when that fails; the group has ${usersOf(switching)}. Nobody moves now.`
          }
          confirm={switching.highAvailability ? 'Turn it off' : 'Turn it on'}
          keep={switching.highAvailability ? 'Keep it on' : 'Leave it off'}
          danger={switching.highAvailability}
          onConfirm={async () => {
            const next = !switching.highAvailability;
            const state = await updateGroup({ group: `id:${switching.id}`, version: switching.version, highAvailability: next });
            if (state.is === 'done') sayDone(`High availability is ${next ? 'on' : 'off'}`);
            return problemOf(state);
          }}
        />
      ) : null}
      {deleting ? (
        <ConfirmDialog
          open
          onOpenChange={() => setDeleting(null)}
          title={`Remove the group ${deleting.name}?`}
          effect="Its nodes are in no group then. It is refused while users have their home on one of them."
          confirm="Remove the group"
          keep="Keep the group"
          onConfirm={async () => {
            const state = await deleteGroup({ group: `id:${deleting.id}` });
            if (state.is === 'done') {
              sayDone(`The group ${deleting.name} was removed`);
              router.refresh();
            }
            return problemOf(state);
          }}
        />
      ) : null}
    </>
  );
}

const usersOf = (group: Group): string =>
  countOf(
    group.nodes.reduce((sum, node) => sum + node.users, 0),
    'user',
  );

function GroupCard({
  group,
  isAlone,
  mayWrite,
  onAct,
  onEdit,
  onSwitch,
  onDelete,
}: {
  group: Group;
  isAlone: boolean;
  mayWrite: boolean;
  onAct: (action: GroupNode['actions'][number], node: GroupNode) => void;
  onEdit: () => void;
  onSwitch: () => void;
  onDelete: () => void;
}) {
  const cannot = !group.highAvailability && group.against.length > 0;
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2 wrap-anywhere">
          {group.name}
          {isAlone ? null : (
            <Badge tone={group.highAvailability ? 'ok' : 'idle'}>High availability {group.highAvailability ? 'on' : 'off'}</Badge>
          )}
          {group.highAvailability && group.automaticFallback ? <Badge tone="info">Automatic fallback</Badge> : null}
        </span>
      }
      purpose={group.description === '' ? undefined : group.description}
      action={
        mayWrite ? (
          <div className="flex flex-wrap gap-2">
            <Button size="small" onClick={onEdit}>
              Change
            </Button>
            <Button size="small" onClick={onSwitch} disabled={cannot}>
              Turn high availability {group.highAvailability ? 'off' : 'on'}
            </Button>
            <Button size="small" look="quiet-danger" onClick={onDelete} disabled={group.highAvailability}>
              Remove
            </Button>
          </div>
        ) : undefined
      }
    >
      <p className="mb-3 flex flex-wrap items-center gap-2 text-body">
        {isAlone && group.tone !== 'bad' ? (
          <StatusBadge status="running" word="Alone" />
        ) : (
          <StatusBadge status={badges[group.tone]} word={badgeWords[group.tone]} />
        )}
        <span>{group.says}</span>
      </p>
      {mayWrite && cannot ? (
        <div className="mb-3 text-table text-quiet">
          <p>High availability cannot be turned on:</p>
          <ul className="list-disc pl-5">
            {group.against.map((why) => (
              <li key={why}>{why}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        {group.nodes.map((node) => (
          <NodeCard key={node.name} node={node} mayWrite={mayWrite} onAct={onAct} />
        ))}
      </div>
    </Card>
  );
}

function NodeCard({
  node,
  mayWrite,
  onAct,
}: {
  node: GroupNode;
  mayWrite: boolean;
  onAct: (action: GroupNode['actions'][number], node: GroupNode) => void;
}) {
  return (
    <Card
      level={3}
      title={<span className="wrap-anywhere">{node.name}</span>}
      action={<StatusBadge status={statusOf(node)} word={node.stateName} />}
    >
      <KeyValueList
        items={[
          {
            label: 'Why',
            value: (
              <>
                {node.reasonName}
                {node.by === '' ? '' : `, asked for by ${node.by}`}
              </>
            ),
          },
          { label: 'Since', value: node.since === 0 ? null : <RelativeTime at={node.since} /> },
          {
            label: 'Next',
            value: (
              <>
                {node.next}
                {node.nextAt === null ? null : (
                  <>
                    {' '}
                    (<RelativeTime at={node.nextAt} />)
                  </>
                )}
              </>
            ),
          },
          { label: 'Users at home here', value: formatNumber(node.users) },
          { label: 'Acts for them', value: node.acting },
          { label: 'Sessions now', value: node.sessions === null ? 'Not told' : formatNumber(node.sessions) },
          ...(node.down.length === 0 ? [] : [{ label: 'Does not run', value: node.down.join(' ') }]),
        ]}
      />
      {mayWrite && node.actions.length > 0 ? (
        <div className="mt-3 flex flex-wrap gap-2">
          {node.actions.map((action) => (
            <Button key={action} size="small" look={action === 'failover' ? 'danger' : 'secondary'} onClick={() => onAct(action, node)}>
              {actionWords[action].label(node.name)}
            </Button>
          ))}
        </div>
      ) : null}
    </Card>
  );
}
