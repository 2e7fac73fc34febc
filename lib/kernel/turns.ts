import type { Clock } from './clock.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * A rate for each of many people at which nothing is lost: what comes too fast waits for its turn, in order, and only who has too much waiting already is
 * refused. For work that people do one piece after another, such as reading an archive page by page: catching up takes longer and does not fail.
 */
export type Turn = 'now' | 'refused' | 'gone';

export interface Turns {
  /** A turn of `who`, asked for on behalf of `by` (a session, say). Answers at once unless the turn must be waited for. */
  take(who: string, by: object): Turn | Promise<Turn>;
  /** What `by` still waits for will not be wanted any more: it gets `gone`. */
  leave(who: string, by: object): void;
  /** People who are remembered. */
  readonly size: number;
}

/** With a rate of one a second, the lowest there is, the last of them waits ten seconds. */
const MOST_WAITING = 10;
const MOST_WAITING_IN_ALL = 5_000;
const MOST_PEOPLE = 10_000;

interface Waiter {
  readonly by: object;
  readonly come: (turn: Turn) => void;
}

interface Person {
  readonly bucket: TokenBucket;
  readonly waiting: Waiter[];
  timer: { cancel(): void } | null;
}

export function createTurns(deps: {
  readonly clock: Clock;
  /** Turns a second of each person, and how many may come at once; 0 is no limit. */
  readonly rate: () => number;
  /** Waiting at once, of all people. */
  readonly total?: number;
  /** People remembered at once. */
  readonly most?: number;
}): Turns {
  const { clock, rate, total = MOST_WAITING_IN_ALL, most = MOST_PEOPLE } = deps;
  const people = new Map<string, Person>();
  let waitingInAll = 0;

  /** Milliseconds until the next turn; the turn is taken when there are none. */
  function spend(person: Person): number {
    const now = clock.monotonic();
    const perSecond = rate();
    const wait = person.bucket.spend(1, perSecond, perSecond, now);
    if (wait > 0) person.bucket.spend(-1, perSecond, perSecond, now);
    return wait;
  }

  function makeSpace(): void {
    const now = clock.monotonic();
    const perSecond = rate();
    for (const [who, person] of people)
      if (person.waiting.length === 0 && person.bucket.isFull(perSecond, perSecond, now)) people.delete(who);
    if (people.size < most) return;
    for (const [who, person] of people) if (person.waiting.length === 0) people.delete(who);
  }

  /** Lets in those whose turn has come, and comes back for the rest. */
  function next(person: Person): void {
    person.timer = null;
    for (;;) {
      const first = person.waiting[0];
      if (first === undefined) return;
      const wait = spend(person);
      if (wait > 0) {
        person.timer = clock.setTimeout(() => next(person), wait);
        return;
      }
      person.waiting.shift();
      waitingInAll--;
      first.come('now');
    }
  }

  return {
    take(who, by) {
      if (rate() <= 0) return 'now';
      let person = people.get(who);
      if (person === undefined) {
        if (people.size >= most) makeSpace();
        person = { bucket: new TokenBucket(), waiting: [], timer: null };
        people.set(who, person);
      }
      const wait = person.waiting.length > 0 ? 1 : spend(person);
      if (wait === 0) return 'now';
      if (person.waiting.length >= MOST_WAITING || waitingInAll >= total) return 'refused';
      const mine = person;
      waitingInAll++;
      mine.timer ??= clock.setTimeout(() => next(mine), wait);
      return new Promise<Turn>((come) => mine.waiting.push({ by, come }));
    },
    leave(who, by) {
      const person = people.get(who);
      if (person === undefined || person.waiting.length === 0) return;
      const stay = person.waiting.filter((waiter) => waiter.by !== by);
      const go = person.waiting.filter((waiter) => waiter.by === by);
      person.waiting.splice(0, person.waiting.length, ...stay);
      waitingInAll -= go.length;
      if (stay.length === 0) {
        person.timer?.cancel();
        person.timer = null;
      }
      for (const waiter of go) waiter.come('gone');
    },
    get size() {
      return people.size;
    },
  };
}
