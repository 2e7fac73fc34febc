import { TokenBucket } from './token-bucket.ts';

/**
 * Questions of one turn of the event loop leave as one, and while that one is on its way the next gather: the busier the node, the larger the
 * batches (design §8). One query each would keep the database busy with round trips when thousands of clients sign in within seconds.
 */
export interface BatchOptions<I, O> {
  readonly keyOf: (item: I) => string;
  /** Answers in the order of the items; no two of them have the same key. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>;
  /** Equal keys of one batch share the answer; otherwise the later waits for the next batch. */
  readonly shares: boolean;
  readonly maxBatch?: number;
  /** In a storm questions leave no sooner than so many milliseconds (default 10) after each other; the first ones of a quiet time go at once. */
  readonly gatherMs?: number;
}

/** So many batches leave at once before they are spaced. */
const FREE = 10;
/** So many who wait are worth a batch of their own at any time. */
const ENOUGH = 25;

/**
 * When a batch leaves: at the end of this turn of the event loop while there are few, spaced when they come one after the other. A query costs ten times
 * what a row more in it costs; a person who waits ten milliseconds longer in a storm does not notice.
 */
export class Gathering {
  private isScheduled = false;
  private timer: NodeJS.Timeout | null = null;
  private readonly leaving = new TokenBucket();

  constructor(
    private readonly gatherMs: number,
    private readonly flush: () => void,
  ) {}

  schedule(waiting: number): void {
    if (this.timer !== null && waiting >= ENOUGH) {
      clearTimeout(this.timer);
      this.timer = null;
      setImmediate(this.run);
    }
    if (this.isScheduled) return;
    this.isScheduled = true;
    const wait = this.leaving.spend(1, 1000 / this.gatherMs, FREE, performance.now());
    if (wait === 0) setImmediate(this.run);
    else this.timer = setTimeout(this.run, wait);
  }

  private readonly run = (): void => {
    this.isScheduled = false;
    this.timer = null;
    this.flush();
  };
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (answer: O) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<I, O>({ keyOf, run, shares, maxBatch = 500, gatherMs = 10 }: BatchOptions<I, O>): (item: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = [];
  let isInFlight = false;
  const gathering = new Gathering(gatherMs, () => void flush());

  function schedule(): void {
    if (!isInFlight && waiting.length > 0) gathering.schedule(waiting.length);
  }

  async function flush(): Promise<void> {
    if (isInFlight || waiting.length === 0) return;
    const batch = new Map<string, Waiting<I, O>[]>();
    const later: Waiting<I, O>[] = [];
    for (const each of waiting) {
      const key = keyOf(each.item);
      const same = batch.get(key);
      if (same !== undefined && shares) same.push(each);
      else if (same !== undefined || batch.size >= maxBatch) later.push(each);
      else batch.set(key, [each]);
    }
    waiting = later;
    isInFlight = true;
    const groups = [...batch.values()];
    try {
      const answers = await run(groups.map((group) => group[0]!.item));
      for (let i = 0; i < groups.length; i++) for (const { resolve } of groups[i]!) resolve(answers[i]!);
    } catch (error) {
      for (const group of groups) for (const { reject } of group) reject(error);
    } finally {
      isInFlight = false;
      schedule();
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
