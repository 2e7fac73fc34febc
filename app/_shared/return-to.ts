/** Security reference W-20: only a path of ours, beginning with exactly one slash. Anything else leads to the overview. */
export function safeReturnTo(value: string | string[] | undefined | null, fallback = '/overview'): string {
  if (typeof value !== 'string' || value.length > 2000) return fallback;
  if (!/^\/(?![/\\])/.test(value) || /[\\\0-\x1f]/.test(value)) return fallback;
  if (value === '/' || value.startsWith('/sign-in') || value.startsWith('/api/')) return fallback;
  return value;
}
