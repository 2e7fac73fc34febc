import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ClientEvent, type CommandResult, createEventLog, onLines } from './driver.ts';

export interface SlixSignIn {
  readonly jid: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly resource?: string;
  readonly tls?: 'starttls' | 'direct' | 'none';
  readonly mechanism?: string;
  /** PEM file of trusted certificates; without it any certificate is taken. */
  readonly ca?: string;
  readonly presence?: boolean;
  readonly roster?: boolean;
  readonly streamManagement?: boolean;
  /** Numbers of further XEPs whose plugins to load. */
  readonly plugins?: readonly number[];
  /** Nodes whose events the client asks for by its capabilities (XEP-0163). */
  readonly interests?: readonly string[];
}

export interface SlixMessage extends ClientEvent {
  readonly from: string;
  readonly to: string;
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly condition: string;
  readonly stanzaIds: readonly { readonly id: string; readonly by: string }[];
  readonly delayed: string | null;
  readonly xml: string;
}

export interface RosterItem {
  readonly jid: string;
  readonly name: string;
  readonly subscription: string;
  readonly ask: string;
  readonly groups: readonly string[];
}

export interface SlixClient {
  /** The full JID after a sign-in. */
  readonly jid: string;
  readonly events: readonly ClientEvent[];
  /** Position for `next(…, { from })`: only what comes after this moment. */
  mark(): number;
  signIn(options: SlixSignIn): Promise<{ how: 'bound' | 'resumed'; jid: string }>;
  /** A command of slix.py; throws its error condition. */
  do<T = unknown>(command: string, args?: Record<string, unknown>): Promise<T>;
  /** The same, with the refusal as data. */
  try(command: string, args?: Record<string, unknown>): Promise<CommandResult>;
  next<T extends ClientEvent = ClientEvent>(
    event: string,
    fits?: (event: T) => boolean,
    options?: { from?: number; timeoutMs?: number },
  ): Promise<T>;
  message(body: string, options?: { from?: number; timeoutMs?: number }): Promise<SlixMessage>;
  /** Messages with this body that have come directly (not as carbons). */
  count(body: string): number;
  stop(): Promise<void>;
}

/** A slixmpp client in its own process. */
export async function startSlix(name: string): Promise<SlixClient> {
  const child = spawn('/usr/bin/python3', ['-u', fileURLToPath(new URL('./slix.py', import.meta.url))], { stdio: 'pipe' });
  const log = createEventLog<ClientEvent>(`slixmpp ${name}`);
  const answers = new Map<number, (result: CommandResult) => void>();
  let said = '';
  let jid = '';
  let ended = false;
  let nextId = 1;
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  onLines(child, (line) => {
    const fact = JSON.parse(line) as { id?: number; event?: string };
    if (fact.event !== undefined) return log.add(fact as ClientEvent);
    const answer = answers.get(fact.id ?? 0);
    answers.delete(fact.id ?? 0);
    answer?.(fact as unknown as CommandResult);
  });
  child.once('close', () => {
    ended = true;
    log.fail(`the process ended: ${said}`);
    for (const answer of answers.values()) answer({ ok: false, error: `the process ended: ${said}` });
  });
  const attempt = (command: string, args: Record<string, unknown> = {}): Promise<CommandResult> =>
    new Promise((resolve) => {
      if (ended) return resolve({ ok: false, error: `the process ended: ${said}` });
      const id = nextId++;
      answers.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ ...args, id, do: command })}\n`);
    });
  const must = async <T>(command: string, args: Record<string, unknown> = {}): Promise<T> => {
    const answer = await attempt(command, args);
    if (!answer.ok) throw new Error(`slixmpp ${name}: ${command}: ${answer.error}${said === '' ? '' : `\n${said}`}`);
    return answer.result as T;
  };
  const next = <T extends ClientEvent>(event: string, fits: (event: T) => boolean = () => true, options = {}) =>
    log.next(`"${event}"`, (fact) => fact.event === event && fits(fact as T), options) as Promise<T>;
  await next('started', undefined, { timeoutMs: 20_000 });
  return {
    get jid() {
      return jid;
    },
    events: log.all,
    mark: () => log.all.length,
    async signIn(options) {
      const outcome = await must<{ how: 'bound' | 'resumed'; jid: string }>('connect', { ...options });
      jid = outcome.jid;
      return outcome;
    },
    do: must,
    try: attempt,
    next,
    message: (body, options = {}) => next<SlixMessage>('message', (fact) => fact.body === body, options),
    count: (body) => log.all.filter((fact) => fact.event === 'message' && fact.body === body).length,
    async stop() {
      if (ended) return;
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
