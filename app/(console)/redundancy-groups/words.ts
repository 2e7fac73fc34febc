import type { Channels } from '@/lib/live/channels.ts';
import type { Status } from '@/lib/ui/primitives/status.tsx';

export type Groups = Channels['redundancy']['value'];
export type Group = Groups['groups'][number];
export type GroupNode = Group['nodes'][number];
export type Action = GroupNode['actions'][number];

const marks: Readonly<Record<string, Status>> = {
  normal: 'running',
  initializing: 'changing',
  'taking-over': 'changing',
  'failing-over': 'changing',
  'falling-back': 'changing',
  'taking-back': 'changing',
  'running-in-backup-mode': 'degraded',
  'failed-over': 'degraded',
  'failed-over-critical': 'down',
  'running-in-failed-mode': 'down',
  idle: 'off',
};
export const statusOf = (node: GroupNode): Status => (node.isThere ? (marks[node.state] ?? 'unknown') : 'down');

export const actionWords: Readonly<Record<Action, { label: (node: string) => string; confirm: string; keep: string; done: string }>> = {
  failover: {
    label: (node) => `Fail ${node} over`,
    confirm: 'Fail the node over',
    keep: 'Leave everybody where they are',
    done: 'The other node takes over',
  },
  fallback: {
    label: (node) => `Let ${node} take its users back`,
    confirm: 'Give the users back',
    keep: 'Leave everybody where they are',
    done: 'The users go back',
  },
  recover: { label: () => 'Recover the group', confirm: 'Recover the group', keep: 'Leave it as it is', done: 'The group recovers' },
};
