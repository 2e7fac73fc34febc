/**
 * Ad-hoc commands (XEP-0050) of the server's address. A command is a chain of steps, each a form or the end. Only those who may run a command
 * learn that it exists. A run belongs to the session that began it, and is forgotten when that session ends or after ten minutes;
 * expiry is looked at when commands arrive, so an idle run costs no timer.
 */
import type { Clock } from '../../kernel/clock.ts';
import { secretId } from '../../kernel/ids.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { IqAnswer, MaybePromise, Protocol, Room } from '../router/hooks.ts';
import { Element, el } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StanzaCondition, StanzaFault } from '../stanza/stanza.ts';
import { protocol as formsProtocol, readSubmission } from './xep-0004-forms.ts';
import type { DiscoInfo, DiscoItem, DiscoNodes } from './xep-0030-disco.ts';

export const protocol: Protocol = { number: 'XEP-0050', title: 'Ad-Hoc Commands', version: '1.3.0', status: 'complete' };

export const COMMANDS = 'http://jabber.org/protocol/commands';

export type Submission = ReadonlyMap<string, readonly string[]>;
export interface Note {
  readonly type: 'info' | 'warn' | 'error';
  readonly text: string;
}
export type CommandStep =
  | {
      readonly is: 'form';
      readonly form: Element;
      readonly note?: Note;
      /** What `execute` means here; the last form is `complete` (XEP-0050 §3.4). */
      readonly execute: 'next' | 'complete';
      /** The form before once more, because what was entered does not do: it takes that one's place. */
      readonly again?: true;
      submit(values: Submission): MaybePromise<CommandStep>;
    }
  | { readonly is: 'done'; readonly note?: Note; readonly form?: Element }
  | { readonly is: 'refused'; readonly fault: StanzaFault };

export interface Command {
  readonly node: string;
  readonly name: string;
  /** The protocol that defines it, for the protocols page. */
  readonly protocol: Protocol;
  mayRun(session: ClientSession): MaybePromise<boolean>;
  begin(session: ClientSession): MaybePromise<CommandStep>;
}

type FormStep = Extract<CommandStep, { is: 'form' }>;
interface Run {
  readonly id: string;
  readonly command: Command;
  readonly session: ClientSession;
  /** The forms shown, the present one last. */
  readonly steps: FormStep[];
  /** Monotonic milliseconds. */
  expiresAt: number;
  /** A step is being worked on. */
  isBusy: boolean;
}

const RUN_MS = 600_000;
const MAX_RUNS = 1000;
const MAX_RUNS_PER_SESSION = 10;

const fault = (condition: StanzaCondition, type: 'modify' | 'cancel' | 'auth' | 'wait', detail?: string): IqAnswer => ({
  fault: detail === undefined ? { condition, type } : { condition, type, detail: new Element(detail, COMMANDS) },
});
const tooMany: IqAnswer = {
  fault: { condition: 'resource-constraint', type: 'wait', text: 'Too many commands are open. Finish or cancel one.' },
};

export interface Commands {
  readonly room: Room;
  readonly nodes: DiscoNodes;
}

export function createCommands(deps: { commands: readonly Command[]; clock: Clock }): Commands {
  const byNode = new Map(deps.commands.map((command) => [command.node, command]));
  const runs = new Map<string, Run>();

  function forgetExpired(now: number): void {
    for (const run of runs.values()) if (run.expiresAt <= now && !run.isBusy) runs.delete(run.id);
  }

  async function begin(session: ClientSession, payload: Element): Promise<IqAnswer> {
    const command = byNode.get(payload.attrs.node ?? '');
    if (command === undefined) return fault('item-not-found', 'cancel');
    if (!(await command.mayRun(session))) return fault('forbidden', 'auth');
    const now = deps.clock.monotonic();
    forgetExpired(now);
    let mine = 0;
    for (const run of runs.values()) if (run.session === session) mine += 1;
    if (runs.size >= MAX_RUNS || mine >= MAX_RUNS_PER_SESSION) return tooMany;
    const run: Run = { id: secretId(), command, session, steps: [], expiresAt: now + RUN_MS, isBusy: false };
    return advance(run, () => command.begin(session));
  }

  /** Works out the next step and answers with it. */
  async function advance(run: Run, work: () => MaybePromise<CommandStep>): Promise<IqAnswer> {
    run.isBusy = true;
    let step: CommandStep;
    try {
      step = await work();
    } finally {
      run.isBusy = false;
    }
    if (step.is === 'refused') {
      runs.delete(run.id);
      return { fault: step.fault };
    }
    if (step.is === 'done') {
      runs.delete(run.id);
      return { result: commandElement(run, 'completed', step.note, step.form) };
    }
    if (run.session.state === 'ended') return fault('not-allowed', 'cancel', 'session-expired');
    if (step.again) run.steps.pop();
    run.steps.push(step);
    run.expiresAt = deps.clock.monotonic() + RUN_MS;
    runs.set(run.id, run);
    return show(run, step);
  }

  function show(run: Run, step: FormStep): IqAnswer {
    const actions = el('actions', COMMANDS, { execute: step.execute });
    if (run.steps.length > 1) actions.children.push(el('prev', COMMANDS));
    actions.children.push(el(step.execute, COMMANDS));
    return { result: commandElement(run, 'executing', step.note, step.form, actions) };
  }

  async function go(session: ClientSession, id: string, payload: Element): Promise<IqAnswer> {
    const run = runs.get(id);
    const { node, action = 'execute' } = payload.attrs;
    // Another's run is answered like one that never was (XEP-0050 §4.3).
    if (run === undefined || run.session !== session || run.command.node !== node) return fault('bad-request', 'modify', 'bad-sessionid');
    if (run.expiresAt <= deps.clock.monotonic()) {
      runs.delete(id);
      return fault('not-allowed', 'cancel', 'session-expired');
    }
    if (run.isBusy) return fault('unexpected-request', 'wait');
    const step = run.steps.at(-1);
    if (step === undefined) return fault('bad-request', 'modify', 'bad-sessionid');
    switch (action) {
      case 'cancel':
        runs.delete(id);
        return { result: commandElement(run, 'canceled') };
      case 'prev': {
        const before = run.steps.at(-2);
        if (before === undefined) return fault('bad-request', 'modify', 'bad-action');
        run.steps.pop();
        return show(run, before);
      }
      case 'execute':
      case 'next':
      case 'complete': {
        if (action !== 'execute' && action !== step.execute) return fault('bad-request', 'modify', 'bad-action');
        const values = readSubmission(payload.childNs(NS.dataForms));
        if (values === null) return fault('bad-request', 'modify', 'bad-payload');
        // The right may have been taken away while the form stood open.
        if (!(await run.command.mayRun(session))) {
          runs.delete(id);
          return fault('forbidden', 'auth');
        }
        return advance(run, () => step.submit(values));
      }
      default:
        return fault('bad-request', 'modify', 'malformed-action');
    }
  }

  function handle(session: ClientSession, payload: Element): Promise<IqAnswer> | IqAnswer {
    const { sessionid, action = 'execute' } = payload.attrs;
    if (sessionid !== undefined) return go(session, sessionid, payload);
    return action === 'execute' ? begin(session, payload) : fault('bad-request', 'modify', 'bad-action');
  }

  async function runnable(session: ClientSession): Promise<Command[]> {
    const found: Command[] = [];
    for (const command of byNode.values()) if (await command.mayRun(session)) found.push(command);
    return found;
  }

  const nodes: DiscoNodes = {
    async info(session, node): Promise<DiscoInfo | null> {
      if (node === COMMANDS)
        return { identities: [{ category: 'automation', type: 'command-list', name: 'Commands' }], features: [COMMANDS], forms: [] };
      const command = byNode.get(node);
      if (command === undefined || !(await command.mayRun(session))) return null;
      return {
        identities: [{ category: 'automation', type: 'command-node', name: command.name }],
        features: [COMMANDS, NS.dataForms],
        forms: [],
      };
    },
    async items(session, node): Promise<readonly DiscoItem[] | null> {
      if (node === COMMANDS) {
        const commands = await runnable(session);
        return commands.map((command) => ({ jid: session.jid.domain, node: command.node, name: command.name }));
      }
      const command = byNode.get(node);
      return command !== undefined && (await command.mayRun(session)) ? [] : null;
    },
  };

  return {
    nodes,
    room: {
      name: 'commands',
      hooks: [
        {
          hook: 'session.ended',
          stage: 'observe',
          run(session) {
            if (runs.size === 0) return;
            for (const run of runs.values()) if (run.session === session) runs.delete(run.id);
          },
        },
      ],
      iq: [
        { ns: COMMANDS, name: 'command', targets: ['server'], types: ['set'], handle: ({ session, payload }) => handle(session, payload) },
      ],
      features: { server: [COMMANDS] },
      protocols: [...new Set([formsProtocol, protocol, ...deps.commands.map((command) => command.protocol)])],
    },
  };
}

function commandElement(run: Run, status: 'executing' | 'completed' | 'canceled', note?: Note, form?: Element, actions?: Element): Element {
  const command = el('command', COMMANDS, { node: run.command.node, sessionid: run.id, status });
  if (actions !== undefined) command.children.push(actions);
  if (note !== undefined) command.children.push(el('note', COMMANDS, { type: note.type }, note.text));
  if (form !== undefined) command.children.push(form);
  return command;
}
