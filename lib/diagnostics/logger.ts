import pino from 'pino';
import type { Log } from '../kernel/log.ts';

/**
 * The Log port on pino. Rules kept here so that no caller can forget them: nothing secret leaves (L-3), a value cannot forge a line
 * (L-4), and repeated events are counted instead of repeated (L-5).
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Logger extends Log {
  setLevel(level: LogLevel): void;
  /** Writes what is still held (call before the process ends). */
  flush(): void;
}

const weight: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };
/** L-5: lines of one kind a minute, then a summary. */
const linesPerMinute = 10;
const minute = 60_000;
/** Kinds counted at the same time; beyond it the oldest are forgotten. Kinds are fixed in the code, so this is never reached in practice. */
const maxKinds = 2_000;

interface Window {
  startedAt: number;
  lines: number;
  folded: number;
  level: LogLevel;
}

export function createLogger(options: {
  readonly level: LogLevel;
  /** For a terminal: one readable line instead of JSON. */
  readonly pretty: boolean;
  readonly node: string;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Where lines go; standard output when absent. */
  readonly write?: (line: string) => void;
}): Logger {
  const stdout = options.write ? null : pino.destination({ dest: 1, sync: false });
  const out = options.write ?? ((line: string) => stdout?.write(line));
  const sink = { write: (line: string) => out(options.pretty ? prettyLine(line) : escapeInvisible(line)) };
  const root = pino(
    {
      level: 'debug',
      base: { node: options.node },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  let threshold = weight[options.level];
  const windows = new Map<string, Window>();
  let lastSweep = options.monotonic();

  function summarise(event: string, w: Window): void {
    if (w.folded > 0) root[w.level]({ repeatedEvent: event, times: w.folded }, 'log.folded');
  }

  /** Summaries of minutes that are over; looked for at most once a second, when something is logged anyway. */
  function sweep(now: number): void {
    if (now - lastSweep < 1_000) return;
    lastSweep = now;
    for (const [event, w] of windows) {
      if (now - w.startedAt < minute) continue;
      windows.delete(event);
      summarise(event, w);
    }
  }

  function write(level: LogLevel, event: string, bound: Record<string, unknown>, facts: Record<string, unknown> | undefined): void {
    if (weight[level] < threshold) return;
    const now = options.monotonic();
    sweep(now);
    let w = windows.get(event);
    if (!w || now - w.startedAt >= minute) {
      if (w) summarise(event, w);
      if (windows.size >= maxKinds) {
        const oldest = windows.keys().next().value;
        if (oldest !== undefined) windows.delete(oldest);
      }
      w = { startedAt: now, lines: 0, folded: 0, level };
      windows.set(event, w);
    }
    if (w.lines >= linesPerMinute) {
      w.folded++;
      if (weight[level] > weight[w.level]) w.level = level;
      return;
    }
    w.lines++;
    root[level](clean({ ...bound, ...facts }, 0) as Record<string, unknown>, event);
  }

  const make = (bound: Record<string, unknown>): Log => ({
    debug: (event, facts) => write('debug', event, bound, facts),
    info: (event, facts) => write('info', event, bound, facts),
    warn: (event, facts) => write('warn', event, bound, facts),
    error: (event, facts) => write('error', event, bound, facts),
    child: (facts) => make({ ...bound, ...facts }),
  });

  return {
    ...make({}),
    setLevel(level) {
      threshold = weight[level];
    },
    flush() {
      for (const [event, w] of windows) summarise(event, w);
      windows.clear();
      try {
        stdout?.flushSync();
      } catch {
        // Standard output is gone or not ready; there is nowhere left to tell it.
      }
    },
  };
}

/** L-3, the second line of defence: callers do not pass such values, and if one does, its name gives it away. */
const secretNames =
  /^(?:.*(?:password|passwd|secret|cookie|authorization|credential|private_?key)|token|key_?pem|body|sasl.*|set-cookie)$/i;
const reserved = new Set(['level', 'time', 'event', 'node']);

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > 2_000 ? `${value.slice(0, 2_000)}… (${value.length} characters)` : value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const { code } = value as Error & { code?: unknown };
    return { message: clean(value.message, depth + 1), ...(code === undefined ? {} : { code: String(code) }), stack: value.stack ?? '' };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 4) return '[deeper]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => clean(item, depth + 1));
  const result: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const safe = depth === 0 && reserved.has(name) ? `${name}_` : name;
    result[safe] = secretNames.test(name) && inner !== null && inner !== undefined ? '***' : clean(inner, depth + 1);
  }
  return result;
}

/**
 * L-4. JSON escapes C0 controls itself; a terminal also obeys C1 controls, and a reader's eye the line and direction marks.
 * Inside JSON strings, the only place they can stand, `\uXXXX` is the same value.
 */
const invisible = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const escapeInvisible = (line: string): string => line.replace(invisible, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const colours: Readonly<Record<string, string>> = { debug: '\u001b[90m', info: '\u001b[36m', warn: '\u001b[33m', error: '\u001b[31m' };
function prettyLine(line: string): string {
  const {
    level,
    time,
    event,
    node: _node,
    ...facts
  } = JSON.parse(line) as Record<string, unknown> & { level: string; time: string; event: string };
  const words = Object.entries(facts).map(([name, value]) => `${name}=${factText(value)}`);
  const text = escapeInvisible(`${[event, ...words].join(' ')}`);
  return `${time.slice(11, 23)} ${colours[level] ?? ''}${level.toUpperCase().padEnd(5)}\u001b[0m ${text}\n`;
}
function factText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string')
    return JSON.stringify(value.stack);
  const json = JSON.stringify(value) ?? '';
  return typeof value === 'string' && /^[\w.:@/+-]+$/.test(value) ? value : json;
}
