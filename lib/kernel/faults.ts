/**
 * A fault is an expected refusal. It crosses every edge (XMPP, REST, console, command line) as plain data: the code
 * decides what happens, never a class, because the server and the pages hold two copies of every module.
 */
export type FaultKind = 'refused' | 'missing' | 'conflict' | 'invalid' | 'busy' | 'down' | 'bug';

export interface Fault {
  /** Stable code `room.problem`, for example `users.taken`. */
  readonly code: string;
  readonly kind: FaultKind;
  /** One or two sentences for people: what happened and what to do. Never holds a secret. */
  readonly message: string;
  /** Problems of single input fields, keyed by dotted path. */
  readonly fields?: Readonly<Record<string, string>>;
  /** More facts for programs, plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface FaultTemplate {
  readonly kind: FaultKind;
  /** Text with `{name}` slots. */
  readonly message: string;
}

export type FaultMaker = (
  values?: Readonly<Record<string, string | number>>,
  more?: { fields?: Record<string, string>; details?: Record<string, unknown> },
) => Fault;

/** Declares all refusals of one room in one place; `prefix` is the room's name. */
export function defineFaults<T extends Record<string, FaultTemplate>>(
  prefix: string,
  templates: T,
): { readonly [K in keyof T]: FaultMaker } {
  const makers: Record<string, FaultMaker> = {};
  for (const [name, template] of Object.entries(templates)) {
    makers[name] = (values = {}, more = {}) => ({
      code: `${prefix}.${name}`,
      kind: template.kind,
      message: template.message.replace(/\{(\w+)\}/g, (_, slot: string) => String(values[slot] ?? '')),
      ...more,
    });
  }
  return makers as { readonly [K in keyof T]: FaultMaker };
}

/** HTTP status of each kind (RFC 9110 §15). */
export const httpStatusOf: Readonly<Record<FaultKind, number>> = {
  refused: 403,
  missing: 404,
  conflict: 409,
  invalid: 422,
  busy: 429,
  down: 503,
  bug: 500,
};

/** A thrown error that carries a fault of kind `down`, as the store's do: worth trying again, and no failure of ours. */
export const isStoreDown = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && (error as { fault?: { kind?: unknown } }).fault?.kind === 'down';
