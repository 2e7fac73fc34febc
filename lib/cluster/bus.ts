/**
 * Messages between nodes (design §5): in-process for a node that is alone, NATS for the nodes of a cluster. Subjects and payloads (JSON) are the same, so
 * rooms do not know which one they were given.
 */
export interface Bus {
  /** To everybody that listens, this node among them; at most once. */
  publish(subject: string, payload: unknown): void;
  subscribe(subject: string, fn: (payload: unknown) => void): () => void;
  /** Fails at once when nobody listens. */
  request(subject: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  respond(subject: string, fn: (payload: unknown) => Promise<unknown>): () => void;
}

/** A request failed because no process answers on that subject, as far as the bus knows. */
export const nobodyAnswers = (subject: string): Error => Object.assign(new Error(`Nobody answers ${subject}.`), { code: 'NOBODY' });
export const isNobody = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'NOBODY';

/** The bus as node links see it: text that is theirs, at most once, and whether there is a connection now. */
export interface TextWire {
  publishText(subject: string, text: string): void;
  subscribeText(subject: string, fn: (text: string) => void): () => void;
  readonly isUp: boolean;
  /** Called when the connection is lost and when it is back. */
  onState(fn: (isUp: boolean) => void): () => void;
  /** UTF-16 units of text that surely fit in one message. */
  readonly maxUnits: number;
}
