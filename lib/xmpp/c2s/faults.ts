import { defineFaults } from '../../kernel/faults.ts';

export const listenFaults = defineFaults('xmpp', {
  portTaken: {
    kind: 'conflict',
    message: 'Port {port} for XMPP clients on {host} is in use by another program. Stop that program, or choose another port.',
  },
  portForbidden: {
    kind: 'refused',
    message:
      'Port {port} for XMPP clients on {host} may not be opened: the system does not permit it. Choose a port above 1023, or give the program that right.',
  },
  addressUnknown: {
    kind: 'invalid',
    message: 'Port {port} for XMPP clients cannot be opened on {host}: this machine has no such address. Correct the address to listen on.',
  },
  portFailed: {
    kind: 'down',
    message: 'Port {port} for XMPP clients on {host} cannot be opened ({reason}). Look at the network settings of the machine.',
  },
});
