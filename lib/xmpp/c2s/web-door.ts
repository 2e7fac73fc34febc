import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { XmppValues } from '../../config/schema/index.ts';

/** What both ways of web clients ask of a request before they look at it. */

const isLoopback = (address: string | undefined): boolean =>
  address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1' || (address?.startsWith('127.') ?? false);

/** Does clear HTTP from here count as encrypted? Nothing between this machine and itself can be listened to. */
export const isTrusted = (socket: Socket, settings: XmppValues): boolean =>
  !(socket instanceof TLSSocket) && settings.webTrustLoopback && isLoopback(socket.remoteAddress);

/**
 * May the page that makes this request drive a client (security-and-limits B-1)? Pages of this server may, listed ones may, and programs that are no
 * page, which send no `Origin`. The scheme of an own page is not compared since a TLS front may stand between.
 */
export function mayConnect(request: IncomingMessage, settings: XmppValues): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  let host: string;
  try {
    host = new URL(origin).host;
  } catch {
    // `null`: a page that hides where it is from, or a file.
    return settings.webOrigins.includes('*');
  }
  if (host !== '' && host === request.headers.host?.toLowerCase()) return true;
  const asked = origin.toLowerCase();
  return settings.webOrigins.some((entry) => {
    const listed = entry.toLowerCase().replace(/\/$/, '');
    // A name alone allows its pages under TLS.
    return listed === '*' || listed === asked || `https://${listed}` === asked;
  });
}
