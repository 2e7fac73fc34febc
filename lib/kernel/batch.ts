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
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (answer: O) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<I, O>({ keyOf, run, shares, maxBatch = 500 }: BatchOptions<I, O>): (item: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = [];
  let isScheduled = false;
  let isInFlight = false;

  function schedule(): void {
    if (isScheduled || isInFlight || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void flush();
    });
  }

  async function flush(): Promise<void> {
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
