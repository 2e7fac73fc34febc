import type { UserRow } from '@/lib/admin/users/outputs.ts';

/** What the edit dialog holds of a user. */
export interface EditValues {
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly domain: string;
  readonly admin: boolean;
}
/** What the server holds now, as a refused save tells it. */
export interface Theirs {
  readonly version: number;
  readonly values: Partial<EditValues>;
}

export const valuesOf = (user: Pick<UserRow, 'userId' | 'name' | 'mail' | 'domain'>, admin: boolean): EditValues => ({
  userId: user.userId,
  name: user.name,
  mail: user.mail,
  domain: user.domain,
  admin,
});

/** Only what differs: a field that was not touched is not sent, so that it cannot overwrite another's change. */
export function changesOf(from: EditValues, to: EditValues): Partial<EditValues> {
  const trimmed: EditValues = {
    userId: to.userId.trim(),
    name: to.name.trim(),
    mail: to.mail.trim(),
    domain: to.domain.trim().toLowerCase(),
    admin: to.admin,
  };
  return Object.fromEntries(
    (Object.keys(trimmed) as (keyof EditValues)[]).filter((key) => trimmed[key] !== from[key]).map((key) => [key, trimmed[key]]),
  );
}

/** Reads the details of a conflict; null when it is about something else, such as an address that is taken. */
export function readTheirs(details: Readonly<Record<string, unknown>>, fallbackDomain: string): Theirs | null {
  const { current, version } = details;
  if (typeof version !== 'number' || typeof current !== 'object' || current === null) return null;
  const { userId, name, mail, address } = current as Record<string, unknown>;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const values = {
    userId: text(userId),
    name: text(name),
    mail: text(mail),
    domain: text(address)?.split('@').at(-1) ?? fallbackDomain,
  };
  return { version, values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) };
}
