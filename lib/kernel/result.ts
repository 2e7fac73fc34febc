/** Outcome of an operation that may be refused for an expected reason. Exceptions mean a bug or a lost resource. */
export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: F };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const refuse = <F>(fault: F): { readonly ok: false; readonly fault: F } => ({ ok: false, fault });
