/**
 * Messages between nodes (design §5). In this release one adapter, in-process; subjects and payloads are those of the cluster,
 * so rooms do not change when a bus with a wire behind it takes its place.
 */
export interface Bus {
  publish(subject: string, payload: unknown): void;
  subscribe(subject: string, fn: (payload: unknown) => void): () => void;
  /** Fails at once when nobody listens. */
  request(subject: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  respond(subject: string, fn: (payload: unknown) => Promise<unknown>): () => void;
}
