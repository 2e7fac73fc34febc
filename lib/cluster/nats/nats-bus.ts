import { errors, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../../kernel/log.ts';
import { type Bus, nobodyAnswers, type TextWire } from '../bus.ts';
import type { Signer } from '../seal.ts';

export interface NatsBus extends Bus, TextWire {
  /** For the join alone: what is said here carries no proof, so nothing of it may be believed without one. */
  readonly open: Pick<Bus, 'request' | 'respond' | 'publish' | 'subscribe'>;
  /** Messages whose proof was wrong, since the start. */
  readonly refused: number;
  /** What was published is sent before it resolves. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Octets of a message that are ours, not the text's. */
const OVERHEAD = 64;
/** Of UTF-8 for one unit of UTF-16, at most. */
const OCTETS_A_UNIT = 3;

/**
 * The bus on NATS core subjects: at most once, in order for one publisher and one subscriber while their connections stand, and "no responders" tells at
 * once that nobody is there. Every subject begins with the cluster's name, so that several clusters may share a server.
 */
export function createNatsBus(deps: {
  readonly connection: NatsConnection;
  /** Of the cluster: its id. */
  readonly prefix: string;
  readonly signer: Signer;
  readonly log: Log;
}): NatsBus {
  const { connection, signer, log } = deps;
  const stateListeners = new Set<(isUp: boolean) => void>();
  let isUp = true;
  let refused = 0;
  let isClosed = false;
  const full = (subject: string) => `${deps.prefix}.${subject}`;

  (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') {
        const now = status.type === 'reconnect';
        if (now === isUp || isClosed) continue;
        isUp = now;
        log[isUp ? 'info' : 'warn'](isUp ? 'bus.connected-again' : 'bus.connection-lost', { server: status.server });
        for (const fn of [...stateListeners]) fn(isUp);
      } else if (status.type === 'slowConsumer') log.error('bus.slow', { pending: status.pending });
      else if (status.type === 'error') log.warn('bus.error', { error: status.error });
    }
  })().catch((error: unknown) => log.error('bus.status-failed', { error }));

  const utf8 = (text: string) => Buffer.from(text, 'utf8');
  /** What is said, with its proof. */
  const seal = (subject: string, text: string, isSigned: boolean) => (isSigned ? signer.sign(subject, utf8(text)) : utf8(text));
  function unseal(subject: string, data: Uint8Array, isSigned: boolean): string | null {
    if (!isSigned) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
    const body = signer.check(subject, data);
    if (body !== null) return body.toString('utf8');
    refused++;
    // Told, but not once a message: whoever sends rubbish shall not fill the log.
    if ((refused & (refused - 1)) === 0) log.warn('bus.message-without-proof', { subject, refused });
    return null;
  }

  function publishText(subject: string, text: string, isSigned: boolean): void {
    if (isClosed) return;
    const where = full(subject);
    try {
      connection.publish(where, seal(where, text, isSigned));
    } catch (error) {
      log.warn('bus.not-published', { subject, error });
    }
  }

  function listen(subject: string, fn: (text: string, message: Msg) => void, isSigned: boolean): () => void {
    const where = full(subject);
    const subscription = connection.subscribe(where, {
      callback(error, message) {
        if (error) {
          log.warn('bus.error', { subject, error });
          return;
        }
        const text = unseal(where, message.data, isSigned);
        if (text === null) return;
        try {
          fn(text, message);
        } catch (failure) {
          log.error('bus.subscriber-failed', { subject, error: failure });
        }
      },
    });
    return () => subscription.unsubscribe();
  }

  const responders = new Set<string>();
  const bus = (isSigned: boolean): Bus => ({
    publish: (subject, payload) => publishText(subject, JSON.stringify(payload ?? null), isSigned),
    subscribe: (subject, fn) => listen(subject, (text) => fn(JSON.parse(text)), isSigned),
    async request(subject, payload, timeoutMs) {
      const where = full(subject);
      let answer: Msg;
      try {
        answer = await connection.request(where, seal(where, JSON.stringify(payload ?? null), isSigned), {
          timeout: Math.max(1, Math.ceil(timeoutMs)),
        });
      } catch (error) {
        if (error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders()))
          throw nobodyAnswers(subject);
        if (error instanceof errors.TimeoutError) throw new Error(`No answer to ${subject} within ${timeoutMs} ms.`);
        throw new Error(`${subject} could not be asked (${error instanceof Error ? error.message : String(error)}).`);
      }
      const text = unseal(answer.subject, answer.data, isSigned);
      if (text === null) throw new Error(`The answer to ${subject} came without proof of the join secret.`);
      const said = JSON.parse(text) as { ok?: unknown; error?: unknown };
      if (typeof said.error === 'string') throw new Error(said.error);
      return said.ok ?? null;
    },
    respond(subject, fn) {
      if (responders.has(subject)) throw new Error(`${subject} is answered already.`);
      responders.add(subject);
      const off = listen(
        subject,
        (text, message) => {
          const inbox = message.reply;
          if (!inbox) return;
          const answer = (said: { ok: unknown } | { error: string }) => {
            if (!isClosed) message.respond(seal(inbox, JSON.stringify(said), isSigned));
          };
          fn(JSON.parse(text)).then(
            (ok) => answer({ ok: ok ?? null }),
            (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
          );
        },
        isSigned,
      );
      return () => {
        off();
        responders.delete(subject);
      };
    },
  });

  return {
    ...bus(true),
    open: bus(false),
    publishText: (subject, text) => publishText(subject, text, true),
    subscribeText: (subject, fn) => listen(subject, fn, true),
    get isUp() {
      return isUp;
    },
    onState(fn) {
      stateListeners.add(fn);
      return () => stateListeners.delete(fn);
    },
    get maxUnits() {
      return Math.floor(((connection.info?.max_payload ?? 1_048_576) - OVERHEAD) / OCTETS_A_UNIT);
    },
    get refused() {
      return refused;
    },
    flush: () => connection.flush(),
    async close() {
      isClosed = true;
      // A server that is away must not hold up the end of this process.
      await Promise.race([connection.drain().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
      await Promise.race([connection.close().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    },
  };
}
