/** Ends the console session on the server and leaves. The cookie goes with the answer. */
export async function signOut(): Promise<void> {
  try {
    const token: unknown = await (await fetch('/api/auth/csrf', { cache: 'no-store' })).json();
    const csrfToken = typeof token === 'object' && token !== null && 'csrfToken' in token ? String(token.csrfToken) : '';
    await fetch('/api/auth/signout', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken, json: 'true', callbackUrl: '/sign-in' }),
    });
  } finally {
    window.location.assign('/sign-in?ended=yes');
  }
}
