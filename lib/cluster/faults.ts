import { defineFaults } from '../kernel/faults.ts';

/** Why a node does not join. Each says what to do. */
export const clusterFaults = defineFaults('cluster', {
  busUnreachable: {
    kind: 'down',
    message: 'The NATS server at {address} cannot be used ({why}). Start it, or correct NATS_URL, and start again.',
  },
  needsDatabase: {
    kind: 'invalid',
    message:
      'NATS_URL is set without DATABASE_URL. The nodes of a cluster share one PostgreSQL: set DATABASE_URL to the same on each, or remove NATS_URL.',
  },
  nodesRun: {
    kind: 'refused',
    message:
      'Nodes of a cluster work on this database ({nodes}), and this one would not know of them. Set NATS_URL to join them, or stop them first and wait half a minute.',
  },
  noSecret: {
    kind: 'refused',
    message:
      'This database belongs to a cluster, and this node does not know its join secret. Set ROLLCALL_CLUSTER_SECRET, or copy the file cluster-secret from the data folder of a node that is in the cluster.',
  },
  wrongSecret: {
    kind: 'refused',
    message:
      'The join secret of this node is not the one of the cluster. Set ROLLCALL_CLUSTER_SECRET, or copy the file cluster-secret from the data folder of a node that is in the cluster.',
  },
  nameTaken: {
    kind: 'conflict',
    message: 'A node called {name} runs already at {address}. Give this one another name with ROLLCALL_NODE.',
  },
  otherSchema: {
    kind: 'conflict',
    message:
      'Node {peer} runs version {peerVersion} with schema {peerSchema}; this one is version {version} with schema {schema}. Nodes of one cluster must have the same schema: stop the older ones, or install the same version here.',
  },
  otherWire: {
    kind: 'conflict',
    message:
      'Node {peer} runs version {peerVersion}, which does not speak with version {version} of this node. Install the same version on all nodes of the cluster.',
  },
  unknownNode: { kind: 'missing', message: 'There is no node called {name} in this cluster.' },
  nodeIsUp: {
    kind: 'conflict',
    message: 'Node {name} is running. Stop it first; a node can be removed once it is gone.',
  },
  lastNode: { kind: 'conflict', message: 'Node {name} is the one that answers you; it cannot remove itself. Ask another node.' },
  notInCluster: {
    kind: 'conflict',
    message: 'This node is alone: it was started without NATS_URL, so there are no other nodes to speak of.',
  },
});
