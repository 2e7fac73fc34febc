import { NS } from '../stanza/namespaces.ts';
import { AckQueue } from './ack-queue.ts';
import { HandledCount } from './handled-count.ts';

/** A live client that leaves requests unanswered this long, with a full queue, is taken as lost. */
const PATIENCE_MS = 30_000;
/** Even a client that answers may not have more than this many times the limit on its way: a join to a large room is a burst, not a fault. */
const BURST_FACTOR = 16;

/** The state of XEP-0198 for one session: what was received and committed, what was sent and not acknowledged. */
export class StreamManagement {
  readonly queue: AckQueue;
  readonly handled: HandledCount;
  /** Monotonic time of our oldest request that has no answer; 0 without. */
  private requestedAt = 0;
  /** The client asked when it had sent this many stanzas, and the answer waits for their commits; -1 when it did not ask. */
  private askedAt = -1;
  /** The same for the last request. */
  private askedLast = -1;

  /** `resumeId` is null for a session that cannot be resumed. Counts start at 0 but for tests of wrapping. */
  constructor(
    readonly resumeId: string | null,
    readonly resumeSeconds: number,
    private readonly answer: (xml: string) => void,
    sentBefore = 0,
    handledBefore = 0,
  ) {
    this.queue = new AckQueue(sentBefore);
    this.handled = new HandledCount(() => this.settled(), handledBefore);
  }

  /** `<r/>` to join to what is written now, when something waits for acknowledgement and no request is open. */
  requestIfNeeded(now: number): string {
    return this.requestedAt === 0 && this.queue.length > 0 ? this.request(now) : '';
  }

  request(now: number): string {
    if (this.requestedAt === 0) this.requestedAt = Math.max(now, 1);
    return `<r xmlns='${NS.streamManagement}'/>`;
  }

  /** `<r/>` of the client: answered at once, or as soon as the commits of what came before it are done. */
  asked(): void {
    if (this.handled.isSettled) this.answer(this.ack());
    else {
      this.askedLast = this.handled.received;
      if (this.askedAt < 0) this.askedAt = this.askedLast;
    }
  }

  /** `<a/>` of the client. False when it acknowledges more than was sent, or no number. */
  answered(text: string | undefined): boolean {
    const h = readCount(text);
    if (h === null || !this.queue.acknowledge(h)) return false;
    this.requestedAt = 0;
    return true;
  }

  /** For the new connection of a resumed session: all that must be written again. */
  resumed(): string[] {
    this.requestedAt = 0;
    this.askedAt = -1;
    return this.queue.replay();
  }

  /** Is too much unacknowledged? While hibernating the limit holds exactly; a live client gets time to answer. */
  isOverfull(maxStanzas: number, maxBytes: number, live: boolean, now: number): boolean {
    const over = Math.max(this.queue.length / maxStanzas, this.queue.bytes / maxBytes);
    if (over <= 1) return false;
    if (!live || over > BURST_FACTOR) return true;
    return this.requestedAt !== 0 && now - this.requestedAt > PATIENCE_MS;
  }

  private settled(): void {
    if (this.askedAt < 0 || this.handled.settled < this.askedAt) return;
    // One answer serves every request whose stanzas it counts.
    this.askedAt = this.handled.settled < this.askedLast ? this.askedLast : -1;
    this.answer(this.ack());
  }

  private ack(): string {
    return `<a xmlns='${NS.streamManagement}' h='${this.handled.h}'/>`;
  }
}

/** An unsigned 32-bit number as XEP-0198 writes it; null for anything else. */
export function readCount(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return null;
  const count = Number(text);
  return count < 0x1_0000_0000 ? count : null;
}
