import { defineFaults } from '../kernel/faults.ts';

export const serviceFaults = defineFaults('services', {
  unknown: { kind: 'missing', message: 'There is no service named "{name}".{hint}' },
  running: { kind: 'conflict', message: '{title} is running already.' },
  stopped: { kind: 'conflict', message: '{title} is stopped already.' },
  busy: { kind: 'busy', message: '{title} is {state}. Wait until that is done, then try again.' },
  needsFailed: { kind: 'refused', message: '{title} cannot start: {need}, which it needs, is {state}. Start that first.' },
  startFailed: { kind: 'down', message: '{title} did not start: {why}' },
  stopFailed: { kind: 'down', message: '{title} did not stop in order: {why}' },
  essential: {
    kind: 'refused',
    message: '{title} cannot be stopped while the node runs, because this console works through it. Stop the node instead.',
  },
});
