import { z } from 'zod';
import type { Account } from '../../directory/ports.ts';
import type { JobWork, RowOutcome } from '../jobs/runner.ts';
import type { AdminDeps } from '../shared/define.ts';
import type { JobRow, UnitOfWork } from '../shared/ports.ts';

export interface EveryoneText {
  readonly subject: string;
  readonly body: string;
  readonly domain?: string | undefined;
}

/** Deps without the runner, which this work is given to. */
export type EveryoneDeps = Pick<AdminDeps, 'notices' | 'clock'> & { readonly uow: UnitOfWork };

export const everyoneKind = 'announcement.everyone';
const sliceSize = 100;

const storedInput = z.object({
  subject: z.string(),
  body: z.string(),
  domain: z.string().optional(),
  /** When it was asked for, milliseconds since 1970. */
  since: z.number(),
  /** The account up to which it came; accounts are gone through by their numbers. */
  after: z.int().default(0),
});
type Stored = z.output<typeof storedInput>;

/**
 * An announcement to everyone, those who are away included, as messages that wait for them. A slice counts as done when it is committed, so that
 * seventy thousand of them do not stand in a queue at once and none is counted and lost. After an interruption it goes on behind the last slice;
 * of the slice that was under way, those who have it already are passed over. All copies bear one id, so devices know a second one as well.
 */
export function everyoneWork({ subject, body, domain }: EveryoneText, deps: EveryoneDeps): JobWork {
  return work({ subject, body, domain, since: deps.clock.now(), after: 0 }, deps, { only: null, isInterrupted: false });
}

/** The work of a stored job again, behind what it has done; with `onlyUsers`, for those alone. */
export function rebuildEveryoneWork(row: JobRow, onlyUsers: readonly string[] | null, deps: EveryoneDeps): JobWork | null {
  const stored = storedInput.safeParse(row.input);
  if (!stored.success) return null;
  if (onlyUsers === null) return work(stored.data, deps, { only: null, isInterrupted: row.state === 'running' });
  return work({ ...stored.data, since: deps.clock.now(), after: 0 }, deps, { only: new Set(onlyUsers), isInterrupted: false });
}

function work(input: Stored, deps: EveryoneDeps, how: { only: ReadonlySet<string> | null; isInterrupted: boolean }): JobWork {
  const { only } = how;
  const { subject, body, domain, since } = input;
  const { notices, uow } = deps;
  const filter = { enabled: true, ...(domain === undefined ? {} : { domain }) };
  let { after } = input;
  /** A slice was begun of which it is not known what became. */
  let { isInterrupted } = how;
  const isMeant = ({ id, userId }: Account) => id > after && (only === null || only.has(userId));

  async function slice(part: readonly Account[], job: string): Promise<readonly RowOutcome[]> {
    const again = isInterrupted ? since : undefined;
    isInterrupted = true;
    const told = await notices.tellEach(
      part.map(({ bare }) => bare),
      { subject, body },
      `announcement-${job}`,
      again,
    );
    isInterrupted = false;
    after = part.at(-1)?.id ?? after;
    return part.map(({ userId }, index) => ({
      target: userId,
      ok: told[index] === true,
      message: told[index] === true ? 'Handed over.' : 'Has no account any more that can be written to.',
    }));
  }

  return {
    kind: everyoneKind,
    may: 'announcements.write',
    title: `Announcement: ${subject === '' ? body.slice(0, 60) : subject}`,
    input: { subject, body, ...(domain === undefined ? {} : { domain }), since },
    place: () => ({ after }),
    async prepare() {
      let total = 0;
      for await (const accounts of uow.stores.accounts.each(filter))
        total += only === null ? accounts.length : accounts.filter(({ userId }) => only.has(userId)).length;
      return { total };
    },
    async *slices(_from, job) {
      for await (const accounts of uow.stores.accounts.each(filter)) {
        const meant = accounts.filter(isMeant);
        for (let at = 0; at < meant.length; at += sliceSize) yield await slice(meant.slice(at, at + sliceSize), job);
      }
    },
    summary: ({ done, failed }) => `${done} people were sent it${failed === 0 ? '' : `, ${failed} could not be`}.`,
  };
}
