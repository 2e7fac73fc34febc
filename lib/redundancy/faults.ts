import { defineFaults } from '../kernel/faults.ts';

export const redundancyFaults = defineFaults('redundancy', {
  noGroup: { kind: 'missing', message: 'There is no redundancy group {group}.' },
  noNode: { kind: 'missing', message: 'There is no node {node} in a redundancy group.' },
  alone: { kind: 'refused', message: '{node} is alone in its group: there is no node that could stand in for it.' },
  haOff: { kind: 'refused', message: 'High availability is off in the group {group}. Turn it on first.' },
  busy: { kind: 'busy', message: 'The group {group} is just {doing}. Wait until that is done.' },
  notNormal: { kind: 'conflict', message: '{node} cannot be failed over: it is {state}, and both nodes of a group have to be Normal.' },
  notFailedOver: { kind: 'conflict', message: '{node} is {state}; only a node that is Idle or Failed Over takes its users back.' },
  notHealthy: { kind: 'refused', message: '{node} cannot act for users now: {why}' },
  notFailed: { kind: 'conflict', message: 'The group {group} needs no recovery: none of its nodes runs in failed mode.' },
  stale: { kind: 'conflict', message: 'The group {group} has changed meanwhile. Look at it again, then decide.' },
  nameTaken: { kind: 'conflict', message: 'There is a group named {name} already.' },
  nodeTaken: {
    kind: 'conflict',
    message: 'One of these nodes is not there or is in another group: {nodes}. Take it out of that group first.',
  },
  twice: { kind: 'invalid', message: 'A group has two different nodes.' },
  haOn: {
    kind: 'refused',
    message: 'Turn high availability of {group} off first: its nodes cannot change while they stand in for each other.',
  },
  standsIn: {
    kind: 'refused',
    message: 'The nodes of {group} cannot change now: {acting} acts for the users of {node}. Let it fall back first.',
  },
  hasUsers: { kind: 'refused', message: '{node} is home to {users} users. Assign them to another node first.' },
  haChecks: { kind: 'refused', message: 'High availability of {group} cannot be turned on: {why}' },
  changedCount: { kind: 'conflict', message: 'This would touch {count} users by now, not {expected}. Look at the preview again.' },
});
