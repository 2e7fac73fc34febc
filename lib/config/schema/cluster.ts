import { defineSection } from '../setting.ts';

export const clusterSettings = defineSection({
  id: 'cluster',
  title: 'Cluster',
  purpose: 'How the nodes of a cluster notice each other, and what may wait between them. Without meaning for a node that is alone.',
  page: '/settings/cluster',
  settings: {
    heartbeatInterval: {
      kind: 'duration',
      label: 'Time between heartbeats',
      help: 'Each node says so often that it is there. After two that were missed it is asked, and held for gone at once when its process has ended.',
      default: 1,
      min: 1,
      max: 60,
      unit: 's',
      applies: 'now',
    },
    keepAliveTimeout: {
      kind: 'duration',
      label: 'Silence after which a node is held for gone',
      help: 'For nodes that neither speak nor are known to have ended: a cut line, a machine that stands still. At least three times the time between heartbeats counts, whatever is set here.',
      default: 10,
      min: 3,
      max: 600,
      unit: 's',
      applies: 'now',
      warnings: {
        lower: 'A node that pauses for longer than this is failed over although it lives.',
        raise: 'People of a node that is cut off wait so much longer for another one.',
      },
    },
    linkBuffer: {
      kind: 'size',
      label: 'What may wait for another node',
      help: 'Text that was sent to a node and that it has not dealt with yet. When that is full, more is refused as if the node were not there.',
      default: 67_108_864,
      min: 1_048_576,
      max: 1_073_741_824,
      unit: 'bytes',
      applies: 'now',
    },
  },
});
