/** Whom a session sent presence to by name although they do not see it by subscription (RFC 6121 §4.6). */
import { defineSlot, readSlot, writeSlot } from '../kernel/slots.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';

const slot = defineSlot<Set<string>>('presence.directed');
const nobody: ReadonlySet<string> = new Set();

/** Chat rooms are such targets too, so this is more than anyone joins. */
export const MAX_DIRECTED = 1000;

export const directedOf = (session: ClientSession): ReadonlySet<string> => readSlot(session, slot) ?? nobody;

/** False when the list is full. */
export function remember(session: ClientSession, to: string): boolean {
  let targets = readSlot(session, slot);
  if (targets === undefined) {
    targets = new Set();
    writeSlot(session, slot, targets);
  }
  if (targets.size >= MAX_DIRECTED && !targets.has(to)) return false;
  targets.add(to);
  return true;
}
export const forget = (session: ClientSession, to: string): void => void readSlot(session, slot)?.delete(to);

/** Empties the list and returns what was on it. */
export function takeDirected(session: ClientSession): ReadonlySet<string> {
  const targets = directedOf(session);
  if (targets.size > 0) writeSlot(session, slot, undefined);
  return targets;
}
