import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { UnitOfWork } from '../shared/ports.ts';

export interface EveryoneText {
  readonly subject: string;
  readonly body: string;
  readonly domain?: string | undefined;
}

const sliceSize = 100;

/**
 * An announcement to everyone, those who are away included, as messages that wait for them. A slice is handed to the router and goes on when the
 * store has it, so that seventy thousand of them do not stand in its queue at once.
 */
export function everyoneWork(text: EveryoneText, deps: Pick<AdminDeps, 'notices'> & { readonly uow: UnitOfWork }): JobWork {
  const { subject, body, domain } = text;
  const filter = { enabled: true, ...(domain === undefined ? {} : { domain }) };
  return {
    kind: 'announcement.everyone',
    may: 'announcements.write',
    title: `Announcement: ${subject === '' ? body.slice(0, 60) : subject}`,
    input: { subject, body, ...(domain === undefined ? {} : { domain }) },
    async prepare() {
      let total = 0;
      for await (const accounts of deps.uow.stores.accounts.each(filter)) total += accounts.length;
      return { total };
    },
    async *slices(from) {
      let index = 0;
      for await (const accounts of deps.uow.stores.accounts.each(filter)) {
        for (let at = 0; at < accounts.length; at += sliceSize) {
          const part = accounts.slice(at, at + sliceSize);
          index += part.length;
          if (index <= from) continue;
          const outcomes: RowOutcome[] = [];
          for (const account of part) {
            const handed = deps.notices.tell(account.bare, { subject, body });
            outcomes.push({
              target: account.userId,
              ok: handed,
              message: handed ? 'Handed over.' : 'Has no address that can be written to.',
            });
          }
          await deps.notices.settled();
          yield outcomes;
        }
      }
    },
    summary: ({ done, failed }) => `${done} people were sent it${failed === 0 ? '' : `, ${failed} could not be`}.`,
  };
}
