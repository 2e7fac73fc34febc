/**
 * External service discovery (XEP-0215): STUN and TURN servers for calls. Passwords for TURN are made from the secret shared with it and expire (the
 * scheme that TURN servers call "use-auth-secret": the user name is the time of expiry, the password its HMAC-SHA-1).
 */
import { createHmac } from 'node:crypto';
import type { CallsValues } from '../../config/schema/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live } from '../../kernel/live.ts';
import type { IqAnswer, Protocol, Room } from '../router/hooks.ts';
import { type Element, el } from '../stanza/element.ts';

export const protocol: Protocol = { number: 'XEP-0215', title: 'External Service Discovery', version: '1.0.0', status: 'complete' };

const NAMESPACES = ['urn:xmpp:extdisco:2', 'urn:xmpp:extdisco:1'] as const;

export interface ExternalService {
  readonly type: 'stun' | 'stuns' | 'turn' | 'turns';
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

const URI = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

/** RFC 7064, RFC 7065. Null for what is no such address. */
export function readServiceUri(text: string): ExternalService | null {
  const found = URI.exec(text.trim());
  if (found === null) return null;
  const type = (found[1] ?? '').toLowerCase() as ExternalService['type'];
  const isSecure = type === 'stuns' || type === 'turns';
  const port = found[3] === undefined ? (isSecure ? 5349 : 3478) : Number(found[3]);
  if (port < 1 || port > 65_535) return null;
  const transport = (found[4]?.toLowerCase() as 'udp' | 'tcp' | undefined) ?? (isSecure ? 'tcp' : 'udp');
  return { type, host: (found[2] ?? '').replace(/^\[|\]$/g, ''), port, transport };
}

export function turnCredentials(secret: string, user: string, expiresAt: number): { username: string; password: string } {
  const username = `${Math.floor(expiresAt / 1000)}:${user}`;
  return { username, password: createHmac('sha1', secret).update(username).digest('base64') };
}

export function createExternalServices(deps: { readonly settings: Live<CallsValues>; readonly clock: Clock }): Room {
  const { settings, clock } = deps;

  function serviceElement(service: ExternalService, ns: string, user: string, withPassword: boolean): Element {
    const attrs: Record<string, string> = {
      type: service.type,
      host: service.host,
      port: String(service.port),
      transport: service.transport,
    };
    const { turnSecret, credentialLifetime } = settings.get();
    if (service.type.startsWith('turn')) {
      if (turnSecret !== '') attrs.restricted = 'true';
      if (withPassword && turnSecret !== '') {
        const expiresAt = Math.floor(clock.now() / 1000) * 1000 + credentialLifetime * 1000;
        Object.assign(attrs, turnCredentials(turnSecret, user, expiresAt), {
          expires: new Date(expiresAt).toISOString().replace('.000Z', 'Z'),
        });
      }
    }
    return el('service', ns, attrs);
  }

  const known = (): ExternalService[] =>
    settings
      .get()
      .services.map(readServiceUri)
      .filter((one) => one !== null);

  function list(ns: string, payload: Element, user: string): IqAnswer {
    const type = payload.attrs.type;
    const services = known().filter((one) => type === undefined || one.type === type);
    return {
      result: el('services', ns, type === undefined ? {} : { type }, ...services.map((one) => serviceElement(one, ns, user, true))),
    };
  }

  /** §4: the password of one service. */
  function credentials(ns: string, payload: Element, user: string): IqAnswer {
    const asked = payload.child('service', ns);
    if (asked === undefined || asked.attrs.host === undefined || asked.attrs.type === undefined)
      return { fault: { condition: 'bad-request', text: 'Name the service by host and type.' } };
    const { host, type, port } = asked.attrs;
    const services = known().filter((one) => one.host === host && one.type === type && (port === undefined || String(one.port) === port));
    if (services.length === 0) return { fault: { condition: 'item-not-found', text: 'There is no such service.' } };
    return { result: el('credentials', ns, {}, ...services.map((one) => serviceElement(one, ns, user, true))) };
  }

  return {
    name: 'external-services',
    iq: NAMESPACES.flatMap((ns) => [
      {
        ns,
        name: 'services',
        targets: ['server'] as const,
        types: ['get'] as const,
        handle: ({ session, payload }) => list(ns, payload, session.user.bare),
      },
      {
        ns,
        name: 'credentials',
        targets: ['server'] as const,
        types: ['get'] as const,
        handle: ({ session, payload }) => credentials(ns, payload, session.user.bare),
      },
    ]),
    features: {
      get server() {
        return settings.get().services.length === 0 ? [] : NAMESPACES;
      },
    },
    protocols: [protocol],
  };
}
