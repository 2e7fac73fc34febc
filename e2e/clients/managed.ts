import type { RawClient } from './raw.ts';
import { smNs } from './raw.ts';
import type { XmlElement } from './xml.ts';

const modulus = 2 ** 32;

/** What a client must remember to resume its stream on another connection (XEP-0198 §5). */
export interface StreamState {
  /** Empty when the server does not let this stream be resumed. */
  id: string;
  /** Stanzas received and handled. */
  received: number;
  /** Sent and not yet acknowledged, oldest first. */
  unacknowledged: { readonly key: string; readonly xml: string }[];
  acknowledged: number;
}

/** A raw client with stream management kept by the book: counts, acknowledges, remembers. */
export interface ManagedStream {
  readonly state: StreamState;
  readonly client: RawClient;
  /** Sends one stanza; `key` comes back in `onAcknowledged`. */
  send(xml: string, key: string): void;
  /** Asks for an acknowledgement. */
  request(): void;
  /** Acknowledges what has come so far. */
  acknowledge(): void;
  /** Asks, and waits until everything sent so far is acknowledged: with Rollcall that means committed. */
  settled(): Promise<void>;
}

export interface ManagedOptions {
  onStanza?(element: XmlElement): void;
  onAcknowledged?(key: string): void;
  /** Acknowledges after each chunk of stanzas without being asked, so that the server forgets quickly. */
  eager?: boolean;
}

const isStanza = (element: XmlElement) => element.name === 'message' || element.name === 'presence' || element.name === 'iq';

function manage(client: RawClient, state: StreamState, options: ManagedOptions): ManagedStream {
  let due = false;
  const stream: ManagedStream = {
    state,
    client,
    send(xml, key) {
      state.unacknowledged.push({ key, xml });
      client.send(xml);
    },
    request: () => client.send(`<r xmlns='${smNs}'/>`),
    acknowledge: () => client.send(`<a xmlns='${smNs}' h='${state.received}'/>`),
    async settled() {
      stream.request();
      for (const end = Date.now() + 10_000; state.unacknowledged.length > 0; await new Promise((resolve) => setTimeout(resolve, 10))) {
        if (client.closed || Date.now() > end) throw new Error(`${state.unacknowledged.length} stanzas were not acknowledged`);
      }
    },
  };
  client.tap = (element) => {
    if (isStanza(element)) {
      state.received = (state.received + 1) % modulus;
      options.onStanza?.(element);
      if (options.eager && !due) {
        due = true;
        setImmediate(() => {
          due = false;
          stream.acknowledge();
        });
      }
      // Answers to IQs are waited for among the events; other stanzas only if nobody takes them here.
      return options.onStanza !== undefined && element.name !== 'iq';
    }
    if (element.name === 'r') {
      stream.acknowledge();
      return true;
    }
    if (element.name === 'a') {
      settle(state, Number(element.attrs.h), options);
      return true;
    }
    return false;
  };
  return stream;
}

function settle(state: StreamState, handled: number, options: ManagedOptions): void {
  const count = (handled - state.acknowledged + modulus) % modulus;
  state.acknowledged = handled;
  for (const { key } of state.unacknowledged.splice(0, count)) options.onAcknowledged?.(key);
}

/** Enables stream management on a bound stream; call it before anything else is sent. */
export async function enableStreamManagement(client: RawClient, options: ManagedOptions = {}): Promise<ManagedStream> {
  const state: StreamState = { id: '', received: 0, unacknowledged: [], acknowledged: 0 };
  const from = client.mark();
  // The server counts from `<enabled/>` on (XEP-0198 §4): the count must be in place when it arrives.
  const stream = manage(client, state, options);
  client.send(`<enable xmlns='${smNs}' resume='true'/>`);
  const enabled = await client.element('<enabled/>', (element) => element.name === 'enabled' || element.name === 'failed', { from });
  if (enabled.name === 'failed') throw new Error(`stream management was refused: ${enabled.source}`);
  state.id = enabled.attrs.resume === 'true' || enabled.attrs.resume === '1' ? (enabled.attrs.id ?? '') : '';
  return stream;
}

/** Resumes on an authenticated, unbound stream; null when the server no longer knows the old one. */
export async function resumeStream(client: RawClient, state: StreamState, options: ManagedOptions = {}): Promise<ManagedStream | null> {
  const from = client.mark();
  const stream = manage(client, state, options);
  client.send(`<resume xmlns='${smNs}' previd='${state.id}' h='${state.received}'/>`);
  const answer = await client.element('<resumed/>', (element) => element.name === 'resumed' || element.name === 'failed', { from });
  if (answer.name === 'failed') {
    client.tap = null;
    if (answer.attrs.h !== undefined) settle(state, Number(answer.attrs.h), options);
    return null;
  }
  settle(state, Number(answer.attrs.h), options);
  for (const { xml } of state.unacknowledged) client.send(xml);
  return stream;
}
