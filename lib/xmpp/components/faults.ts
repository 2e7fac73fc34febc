import { defineFaults } from '../../kernel/faults.ts';

export const componentListenFaults = defineFaults('components', {
  portTaken: {
    kind: 'conflict',
    message: 'Port {port} for external components on {host} is in use by another program. Stop that program, or choose another port.',
  },
  portForbidden: {
    kind: 'refused',
    message:
      'Port {port} for external components on {host} may not be opened: the system does not permit it. Choose a port above 1023, or give the program that right.',
  },
  addressUnknown: {
    kind: 'invalid',
    message: 'Port {port} for external components cannot be opened on {host}: this machine has no such address. Correct the address.',
  },
  portFailed: {
    kind: 'down',
    message: 'Port {port} for external components on {host} cannot be opened ({reason}). Look at the network settings of the machine.',
  },
});
