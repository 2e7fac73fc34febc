/** The database is away, as its adapter says: worth trying again, and no failure of ours. */
export const isStoreDown = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && (error as { fault?: { kind?: unknown } }).fault?.kind === 'down';
