import type { BareJid } from '../../kernel/jid.ts';
import type { ClientSession } from './session.ts';

/** What is remembered of a session that has ended, so that a late resumption at least learns how much was handled (XEP-0198 §5). */
interface Remembered {
  readonly bare: BareJid;
  readonly h: number;
}
const MAX_REMEMBERED = 10_000;

/** All bound sessions of this node, and the keys by which lost ones are resumed. */
export class SessionTable<S extends ClientSession = ClientSession> {
  private readonly sessions = new Set<S>();
  private readonly byResumeId = new Map<string, S>();
  private readonly ended = new Map<string, Remembered>();

  get size(): number {
    return this.sessions.size;
  }
  all(): Iterable<S> {
    return this.sessions;
  }
  add(session: S): void {
    this.sessions.add(session);
  }
  /** `id` is 128 random bits: whoever holds it and has signed in as the same user may take the session over. */
  makeResumable(id: string, session: S): void {
    this.byResumeId.set(id, session);
  }
  byId(resumeId: string): S | undefined {
    return this.byResumeId.get(resumeId);
  }
  remove(session: S, resumeId: string | null, h: number): void {
    this.sessions.delete(session);
    if (resumeId === null) return;
    this.byResumeId.delete(resumeId);
    this.ended.set(resumeId, { bare: session.jid.bare, h });
    if (this.ended.size > MAX_REMEMBERED) {
      const oldest = this.ended.keys().next();
      if (!oldest.done) this.ended.delete(oldest.value);
    }
  }
  /** How much an ended session had handled; only for its own user. */
  handledBefore(resumeId: string, bare: BareJid): number | null {
    const ended = this.ended.get(resumeId);
    return ended?.bare === bare ? ended.h : null;
  }
}
