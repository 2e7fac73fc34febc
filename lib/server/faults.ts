import { defineFaults } from '../kernel/faults.ts';

/** Why a node does not start. Each says what to do. */
export const bootFaults = defineFaults('server', {
  portUnavailable: {
    kind: 'conflict',
    message:
      'The {name} listener cannot use {host}:{port} ({why}). Stop the program that uses this port, or choose another one: the variables are listed in the README.',
  },
});
