import { defineFaults } from '../../kernel/faults.ts';

export const directoryFaults = defineFaults('directories', {
  missing: { kind: 'missing', message: 'There is no directory {directory}.' },
  taken: { kind: 'conflict', message: 'There is a directory {name} already.' },
  conflict: { kind: 'conflict', message: 'Somebody changed the directory {name} meanwhile. Load it again.' },
  passwordAgain: {
    kind: 'invalid',
    message: 'The stored password is not sent to other servers, nor in another way than it was entered for. Enter it again.',
  },
  off: { kind: 'conflict', message: 'The directory {name} is disabled.' },
  noAgreement: { kind: 'missing', message: 'There is no agreement {agreement}.' },
  agreementTaken: { kind: 'conflict', message: 'There is an agreement {name} already.' },
  agreementConflict: { kind: 'conflict', message: 'Somebody changed the agreement {name} meanwhile. Load it again.' },
  runs: { kind: 'busy', message: 'The agreement {name} is being synchronised already.' },
  noRun: { kind: 'missing', message: 'There is no run {run} (any more).' },
});
