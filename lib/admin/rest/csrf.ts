import { createHmac } from 'node:crypto';
import type { Viewer } from '../shared/viewer.ts';

/** Bound to the session: worthless for another one, gone with it. Empty without a session. */
export function csrfTokenOf(secret: string, viewer: Viewer): string {
  return viewer.sessionId ? createHmac('sha256', secret).update(`csrf:${viewer.sessionId}`).digest('base64url') : '';
}
