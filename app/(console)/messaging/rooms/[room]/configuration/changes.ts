import type { RoomSettings } from '@/lib/admin/rooms/outputs.ts';

/** What the form holds. The password is typed new or left alone; nobody can read the stored one. */
export interface Draft extends Omit<RoomSettings, 'hasPassword' | 'maxOccupants'> {
  readonly asksPassword: boolean;
  readonly password: string;
  /** As typed; '' for the limit of the chat server. */
  readonly maxOccupants: string;
}

export function draftOf({ hasPassword, maxOccupants, ...rest }: RoomSettings): Draft {
  return { ...rest, asksPassword: hasPassword, password: '', maxOccupants: maxOccupants === 0 ? '' : String(maxOccupants) };
}

export interface Changes extends Partial<Omit<RoomSettings, 'hasPassword'>> {
  password?: string | null;
}

/** Only what differs from what is stored, so that two people who change different things do not undo one another. */
export function changesOf(stored: RoomSettings, draft: Draft): Changes {
  const before = draftOf(stored);
  const changed: Record<string, unknown> = {};
  for (const key of Object.keys(before) as (keyof Draft)[]) {
    if (key === 'password' || key === 'asksPassword' || key === 'maxOccupants') continue;
    if (JSON.stringify(before[key]) !== JSON.stringify(draft[key])) changed[key] = draft[key];
  }
  if (before.maxOccupants !== draft.maxOccupants.trim()) changed.maxOccupants = Number(draft.maxOccupants.trim() || '0');
  if (!draft.asksPassword && stored.hasPassword) changed.password = null;
  else if (draft.asksPassword && draft.password !== '') changed.password = draft.password;
  return changed as Changes;
}

/** The same changes made on what is stored now; what the form has not changed is as others left it. */
export function rebased(before: RoomSettings, stored: RoomSettings, draft: Draft): Draft {
  const was = draftOf(before);
  const own = Object.entries(draft).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key as keyof Draft]));
  return { ...draftOf(stored), ...Object.fromEntries(own) };
}

/** What can be said without asking the server. */
export function problemsIn(stored: RoomSettings, draft: Draft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (!/^\d{0,6}$/.test(draft.maxOccupants.trim()))
    problems.maxOccupants = 'Enter a whole number, or nothing for the limit of the chat server.';
  if (draft.asksPassword && !stored.hasPassword && draft.password === '') problems.password = 'Enter the password, or clear the box.';
  return problems;
}
