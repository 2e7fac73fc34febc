/** A generator process: does one job after another for the main process, which started it with an IPC channel. */
import { measureChat } from './chat.ts';
import type { Job, Measured, Report } from './job.ts';
import { measureOffline } from './offline.ts';
import { befriend, measurePresence } from './presence.ts';
import { measureArchive, measureRooms } from './rooms.ts';
import { holdIdle, measureSignIn } from './sign-in.ts';

function work(job: Job): Promise<Measured> {
  switch (job.is) {
    case 'sign-in':
      return measureSignIn(job);
    case 'idle':
      return holdIdle(job);
    case 'chat':
      return measureChat(job);
    case 'presence':
      return measurePresence(job);
    case 'offline':
      return measureOffline(job);
    case 'rooms':
      return measureRooms(job);
    case 'archive':
      return measureArchive(job);
    case 'befriend':
      return befriend(job);
  }
}

process.once('message', (job: Job) => {
  work(job)
    .then(
      (measured): Report => ({ is: 'done', measured }),
      (problem: unknown): Report => ({ is: 'failed', why: problem instanceof Error ? problem.message : String(problem) }),
    )
    .then((outcome) => {
      process.send?.(outcome, undefined, undefined, () => process.exit(0));
    });
});
process.on('disconnect', () => process.exit(1));
