/** Files go by REST, where the limit is 25 MiB; server actions take 1 MiB. */
export type Sent<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly trace: string | null };

export const maxBytes = 25 * 1024 * 1024;

/** Posts CSV to a use case as this console session. `token` is the viewer's, against requests from other sites (W-14). */
export async function sendCsv<T>(path: '/users/import' | '/users/import/preview', csv: string, token: string): Promise<Sent<T>> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv; charset=utf-8', 'x-csrf-token': token },
      body: csv,
    });
  } catch {
    return {
      ok: false,
      message: 'The server did not answer. Nothing was imported by this. Look at the connection and try again.',
      trace: null,
    };
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return { ok: true, value: body as T };
  const told = (typeof body === 'object' && body !== null ? body : {}) as { detail?: unknown; trace?: unknown };
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  if (response.status === 401 || response.status === 403)
    return {
      ok: false,
      message: text(told.detail) ?? 'Your session has ended. Sign in again in another tab, then try again here.',
      trace: null,
    };
  return {
    ok: false,
    message: text(told.detail) ?? `The server answered ${response.status}. Try again in a moment.`,
    trace: text(told.trace),
  };
}
