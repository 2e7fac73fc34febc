/**
 * What crosses between two nodes in one message: what one settled of the other's, and texts of its own. Lengths are in UTF-16 units, so that the reader
 * cuts a string and looks at no character twice.
 */
export interface Frame {
  readonly from: string;
  /** Processes, not nodes: what is meant for one that ended is not taken by the next. */
  readonly fromProcess: string;
  readonly toProcess: string;
  readonly ack: Ack | null;
  readonly data: Data | null;
}

export interface Ack {
  /** The run of numbers that is acknowledged. */
  readonly run: number;
  /** Everything up to here has arrived. */
  readonly received: number;
  /** Everything up to here is settled, ... */
  readonly settled: number;
  /** ... and these stretches beyond, first and last number of each. */
  readonly beyond: readonly (readonly [number, number])[];
  /** Something is missing: send again what is not received. */
  readonly hasGap: boolean;
}

export interface Data {
  readonly run: number;
  readonly first: number;
  readonly entries: readonly Entry[];
}

export interface Entry {
  /** Empty: a piece that the next entry goes on with. */
  readonly kind: string;
  readonly payload: string;
}

export const beginFrame = (from: string, fromProcess: string, toProcess: string): string => `${from} ${fromProcess} ${toProcess}\n`;

export const ackText = ({ run, received, settled, beyond, hasGap }: Ack): string =>
  `a ${run} ${received} ${settled} ${hasGap ? 1 : 0}${beyond.map(([first, last]) => ` ${first}-${last}`).join('')}\n`;

export const dataBegin = (run: number, first: number, count: number): string => `d ${run} ${first} ${count}\n`;

export const entryText = (kind: string, payload: string): string => `${kind} ${payload.length}\n${payload}`;

/** Null for text that is no frame. */
export function readFrame(text: string): Frame | null {
  let at = 0;
  const line = (): string[] => {
    const end = text.indexOf('\n', at);
    if (end === -1) return [];
    const words = text.slice(at, end).split(' ');
    at = end + 1;
    return words;
  };
  const [from, fromProcess, toProcess] = line();
  if (!from || !fromProcess || !toProcess) return null;
  let ack: Ack | null = null;
  let data: Data | null = null;
  while (at < text.length) {
    const [what, ...words] = line();
    const numbers = words.slice(0, 4).map(Number);
    const [run = Number.NaN, second = Number.NaN, third = Number.NaN, fourth = 0] = numbers;
    if (!Number.isSafeInteger(run) || !Number.isSafeInteger(second) || !Number.isSafeInteger(third)) return null;
    if (what === 'a' && ack === null) {
      const beyond = words.slice(4).map((each): [number, number] => {
        const [first, last] = each.split('-').map(Number);
        return [first ?? Number.NaN, last ?? Number.NaN];
      });
      if (beyond.some(([first, last]) => !Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last < first)) return null;
      ack = { run, received: second, settled: third, beyond, hasGap: fourth === 1 };
    } else if (what === 'd' && data === null) {
      const entries: Entry[] = [];
      for (let left = third; left > 0; left--) {
        const [kind = '', length] = line();
        const size = Number(length);
        if (!Number.isSafeInteger(size) || size < 0 || at + size > text.length) return null;
        entries.push({ kind, payload: text.slice(at, at + size) });
        at += size;
      }
      data = { run, first: second, entries };
    } else return null;
  }
  return { from, fromProcess, toProcess, ack, data };
}
