import { defineFaults } from '../../kernel/faults.ts';

export const jobFaults = defineFaults('jobs', {
  tooMany: { kind: 'busy', message: '{count} jobs are waiting already. Wait for one to end, or cancel one.' },
  stopping: { kind: 'down', message: 'The server is stopping. Start the job again when it is back.' },
  missing: { kind: 'missing', message: 'There is no job {id}.' },
  ended: { kind: 'conflict', message: 'This job has ended already ({state}).' },
  notEnded: { kind: 'conflict', message: 'This job has not ended yet. Wait for it, or cancel it first.' },
  nothingFailed: { kind: 'conflict', message: 'No row of this job failed.' },
  notRepeatable: {
    kind: 'refused',
    message: 'This job needs its file again, because passwords are not kept. Correct the rows that failed and import them.',
  },
  elsewhere: { kind: 'conflict', message: 'This job does not run on this node.' },
});
