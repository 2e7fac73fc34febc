import type { RawClient } from '../clients/raw.ts';

/** What came of one request: `refused` is a refusal that asks to wait, because nothing can be kept now. */
export type Outcome = 'confirmed' | 'refused';

export interface Asking {
  readonly confirmed: number;
  readonly refused: number;
  /** Requests that were answered in a way nobody can explain. */
  readonly surprises: readonly string[];
  /** Asks one thing after another until the connection ends. */
  work(on: RawClient, once: (on: RawClient) => Promise<Outcome>): void;
}

const pauseMs = 100;

export function createAsking(): Asking {
  const surprises: string[] = [];
  let confirmed = 0;
  let refused = 0;
  return {
    get confirmed() {
      return confirmed;
    },
    get refused() {
      return refused;
    },
    surprises,
    work(on, once) {
      void (async () => {
        while (!on.closed) {
          try {
            if ((await once(on)) === 'confirmed') {
              confirmed++;
              continue;
            }
            refused++;
          } catch (problem) {
            const said = problem instanceof Error ? problem.message : String(problem);
            // No answer is no promise: the server was killed, or waits for its disk.
            if (!on.closed && !/ms went by/.test(said)) surprises.push(said);
          }
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      })();
    },
  };
}
