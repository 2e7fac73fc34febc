/**
 * What the two ends of a session say to each other over a link between nodes: where its client is connected, and where its person is looked after. One
 * letter, the number of the connection, a space, the rest. All of it is settled on arrival: what it leads to dies with the session, and what must not be lost
 * of that is kept by stream management and by the stores.
 */

import type { UserAgent } from '../c2s/sasl2-request.ts';
import type { ConnectionFacts } from '../c2s/session.ts';
import type { StanzaFault, StreamCondition } from '../stanza/stanza.ts';

export const KIND = 'c2s';

/** From the connection. */
export const FROM_CLIENT = { open: 'o', element: 'i', gone: 'g', end: 'e', ping: 'p', taken: 't' } as const;
/** From the session. */
export const FROM_SESSION = { opened: 'O', write: 'w', close: 'c', cut: 'x', hold: 'h' } as const;

export interface OpenWords {
  /** Full when stanzas name the client already, bare before. */
  readonly me: string;
  readonly resource: string | null;
  readonly bind: string | null;
  readonly resume: string | null;
  readonly agent: UserAgent | null;
  readonly facts: ConnectionFacts;
  readonly lang: string;
}

export type OpenedWords =
  | { readonly is: 'bound' | 'resumed'; readonly jid: string; readonly xml: string; readonly isManaged: boolean }
  | { readonly is: 'not-resumed'; readonly xml: string }
  | { readonly is: 'refused'; readonly fault: Pick<StanzaFault, 'condition' | 'type' | 'text'> }
  | { readonly is: 'over' };

export interface EndWords {
  readonly condition: StreamCondition | null;
  readonly text?: string | undefined;
  readonly detail?: string | undefined;
}

export const words = (letter: string, connection: string, rest = ''): string => `${letter}${connection} ${rest}`;

export function readWords(payload: string): { letter: string; connection: string; rest: string } {
  const space = payload.indexOf(' ');
  return { letter: payload[0] ?? '', connection: payload.slice(1, space), rest: payload.slice(space + 1) };
}
