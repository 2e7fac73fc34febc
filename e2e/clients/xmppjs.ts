import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ClientEvent, type CommandResult, createEventLog, onLines } from './driver.ts';

export interface XmppJsClient {
  readonly events: readonly ClientEvent[];
  mark(): number;
  /** `service` is `xmpp://…`, `xmpps://…`, `ws://…` or `wss://…`; gives the full JID. */
  connect(options: { service: string; domain: string; username: string; password: string; resource?: string }): Promise<string>;
  /** A command of xmppjs.mjs; throws what it refuses. */
  do(command: 'presence' | 'message' | 'ping' | 'cut' | 'stop', args?: Record<string, unknown>): Promise<void>;
  next(event: string, fits?: (event: ClientEvent) => boolean, options?: { from?: number; timeoutMs?: number }): Promise<ClientEvent>;
  end(): Promise<void>;
}

/** An @xmpp/client in its own process, which takes any certificate. */
export async function startXmppJs(name: string): Promise<XmppJsClient> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./xmppjs.mjs', import.meta.url))], {
    stdio: 'pipe',
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
  });
  const log = createEventLog<ClientEvent>(`@xmpp/client ${name}`);
  const answers = new Map<number, (result: CommandResult) => void>();
  let said = '';
  let ended = false;
  let nextId = 1;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  onLines(child, (line) => {
    const fact = JSON.parse(line) as { id?: number; event?: string };
    if (fact.event !== undefined) return log.add(fact as ClientEvent);
    answers.get(fact.id ?? 0)?.(fact as unknown as CommandResult);
    answers.delete(fact.id ?? 0);
  });
  child.once('close', () => {
    ended = true;
    log.fail(`the process ended: ${said}`);
    for (const answer of answers.values()) answer({ ok: false, error: `the process ended: ${said}` });
  });
  const must = async (command: string, args: Record<string, unknown> = {}): Promise<unknown> => {
    const answer = await new Promise<CommandResult>((resolve) => {
      if (ended) return resolve({ ok: false, error: `the process ended: ${said}` });
      const id = nextId++;
      answers.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ ...args, id, do: command })}\n`);
    });
    if (!answer.ok) throw new Error(`@xmpp/client ${name}: ${command}: ${answer.error}\n${said}`);
    return answer.result;
  };
  const next: XmppJsClient['next'] = (event, fits = () => true, options = {}) =>
    log.next(`"${event}"`, (fact) => fact.event === event && fits(fact), options);
  await next('started', undefined, { timeoutMs: 20_000 });
  return {
    events: log.all,
    mark: () => log.all.length,
    connect: async (options) => String(await must('connect', options)),
    do: async (command, args) => void (await must(command, args)),
    next,
    async end() {
      if (ended) return;
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
