/** Requests of the server itself to services and other servers. An answer counts once, for an outstanding id, from the address that was asked (S-6). */
import type { Clock } from '../../kernel/clock.ts';
import { secretId } from '../../kernel/ids.ts';
import type { Jid } from '../../kernel/jid.ts';
import { makeIq } from '../stanza/build.ts';
import type { Element } from '../stanza/element.ts';
import type { IqStanza, Stanza } from '../stanza/stanza.ts';

export type OnServerAnswer = (answer: IqStanza | null) => void;

export interface ServerAsks {
  /** `onAnswer` gets the result or error; null when none came in time, or too much is asked already. */
  ask(from: Jid, to: Jid, payload: Element, onAnswer: OnServerAnswer): void;
  /** True when the stanza was the answer to one of ours. */
  answered(iq: IqStanza): boolean;
}

const WAIT_MS = 60_000;
const LOOK_MS = 5_000;
const MAX_OPEN = 10_000;

interface Open {
  readonly to: string;
  readonly until: number;
  readonly onAnswer: OnServerAnswer;
}

export function createServerAsks(deps: { readonly clock: Clock; readonly route: (stanza: Stanza) => void }): ServerAsks {
  const { clock } = deps;
  /** In the order of asking, so the first are the first to be late; one timer serves all, and none runs while nothing is asked. */
  const open = new Map<string, Open>();
  let looking = false;

  function look(): void {
    const now = clock.monotonic();
    for (const [id, one] of open) {
      if (one.until > now) break;
      open.delete(id);
      one.onAnswer(null);
    }
    looking = open.size > 0;
    if (looking) clock.setTimeout(look, LOOK_MS);
  }

  return {
    ask(from, to, payload, onAnswer) {
      if (open.size >= MAX_OPEN) return onAnswer(null);
      const id = secretId(12);
      open.set(id, { to: to.full, until: clock.monotonic() + WAIT_MS, onAnswer });
      if (!looking) {
        looking = true;
        clock.setTimeout(look, LOOK_MS);
      }
      deps.route(makeIq({ type: 'set', from, to, id }, payload));
    },
    answered(iq) {
      if (iq.type !== 'result' && iq.type !== 'error') return false;
      const one = open.get(iq.id);
      if (one === undefined || one.to !== iq.from.full) return false;
      open.delete(iq.id);
      one.onAnswer(iq);
      return true;
    },
  };
}
