import { defineSection } from '../setting.ts';

export const archiveSettings = defineSection({
  id: 'archive',
  title: 'Message history',
  purpose: 'The personal message archive that clients read (XEP-0313).',
  page: '/messaging/settings',
  settings: {
    enabled: { kind: 'switch', label: 'Keep message history', help: 'Each person can read their own messages on all their devices.', default: true, applies: 'now', warnings: { off: 'New messages are no longer archived. A message acknowledged to its sender may then be lost if the node dies before the recipient got it.' } },
    defaultPolicy: { kind: 'choice', label: 'Unless the person chose otherwise, keep', help: 'People can change this for themselves in their client.', default: 'always', options: [ { value: 'always', label: 'All messages' }, { value: 'roster', label: 'Messages with contacts' }, { value: 'never', label: 'Nothing' } ], applies: 'now' },
    retention: { kind: 'duration', label: 'Keep for', help: 'Older messages are deleted.', default: 31_536_000, min: 0, max: 3_153_600_000, unit: 's', zero: 'for ever', applies: 'now', warnings: { lower: 'Messages older than this are deleted and cannot be brought back.' } },
    pageSize: { kind: 'count', label: 'Messages per query', help: 'The most a client gets at once.', default: 100, min: 1, max: 1000, unit: 'messages', applies: 'now' },
    queriesPerSecond: { kind: 'count', label: 'Queries a second per session', help: 'More are answered with policy-violation, type wait.', default: 5, min: 0, max: 10_000, unit: 'a second', zero: 'no limit', applies: 'now' },
  },
});
