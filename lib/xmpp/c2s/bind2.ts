import { createHmac } from 'node:crypto';
import { secretId } from '../../kernel/ids.ts';
import { prepareResource } from '../../kernel/jid.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { defineSlot, readSlot, writeSlot } from '../../kernel/slots.ts';
import type { User } from '../router/users.ts';
import type { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StanzaFault } from '../stanza/stanza.ts';
import { bindSession } from './bind.ts';
import type { BoundSession, SessionDeps } from './bound-session.ts';
import type { SessionLink } from './link.ts';
import { BIND2, oneLine, type UserAgent } from './sasl2-request.ts';
import type { ClientSession } from './session.ts';

/** XEP-0386 §3: what can be asked for together with a resource. */
export const BIND2_FEATURE =
  `<bind xmlns='${BIND2}'><inline><feature var='${NS.carbons}'/><feature var='${NS.clientState}'/>` +
  `<feature var='${NS.streamManagement}'/></inline></bind>`;

interface BoundClient {
  /** UUID of the installation (XEP-0388); never shown to anybody else. */
  readonly id: string;
  /** The client learns from the archive what it missed (XEP-0386 §4.2): messages that are in there need not be handed over. */
  readonly readsArchive: boolean;
}
const clientSlot = defineSlot<BoundClient>('bound-client');

/** The installation behind a session; '' when it did not say. */
export const clientIdOf = (session: ClientSession): string => readSlot(session, clientSlot)?.id ?? '';
export const readsArchive = (session: ClientSession): boolean => readSlot(session, clientSlot)?.readsArchive ?? false;
/** For a session that was bound in the old way after SASL2. */
export function noteClient(session: ClientSession, agent: UserAgent, usesArchive: boolean): void {
  writeSlot(session, clientSlot, { id: agent.id, readsArchive: usesArchive });
  const name = agent.software === '' ? '' : agent.device === '' ? agent.software : `${agent.software} (${agent.device})`;
  if (name !== '') session.client = name;
}

const MAX_TAG = 64;

/**
 * The client's tag and a part of ours (XEP-0386 §4.2). The same installation gets the same resource again, from which nobody can work its id out;
 * without an id the resource is new each time.
 */
export function taggedResource(secret: Buffer, user: User, tag: string, clientId: string): string {
  const own =
    clientId === ''
      ? secretId(9)
      : createHmac('sha256', secret)
          .update(`resource\0${user.accountId}\0${clientId}\0${tag}`)
          .digest()
          .subarray(0, 9)
          .toString('base64url');
  const short = oneLine(tag).slice(0, MAX_TAG);
  return (short === '' ? null : prepareResource(`${short}/${own}`)) ?? own;
}

export interface Bound2 {
  readonly session: BoundSession;
  /** `<bound/>`. */
  readonly xml: string;
  readonly isManaged: boolean;
}

/** Binds as `<bind/>` asks; `metadata` describes the archive as it is now. The caller writes the answer and then tells `hooks.bound`. */
export function bindInline(
  deps: SessionDeps & { readonly secret: Buffer },
  user: User,
  request: { readonly bind: Element; readonly agent: UserAgent },
  metadata: string,
  link: SessionLink,
): Result<Bound2, StanzaFault> {
  const { bind, agent } = request;
  if (agent.id !== '') {
    // The same installation is here again: what it left behind is not a device any more.
    for (const old of [...user.sessions.values()])
      if (clientIdOf(old) === agent.id) old.end('conflict', 'This client has signed in again.');
  }
  const resource = taggedResource(deps.secret, user, bind.child('tag', BIND2)?.text() ?? '', agent.id);
  const bound = bindSession(deps, user, resource, link);
  if (!bound.ok) return bound;
  const session = bound.value;
  noteClient(session, agent, metadata !== '');
  let inline = metadata;
  let isManaged = false;
  for (const el of bind.elements()) {
    if (el.ns === NS.carbons && el.name === 'enable') session.carbons = true;
    else if (el.ns === NS.clientState) session.inactive = el.name === 'inactive';
    else if (el.ns === NS.streamManagement && el.name === 'enable' && !isManaged) {
      inline += session.startManagement(el);
      isManaged = true;
    }
  }
  return ok({ session, xml: inline === '' ? `<bound xmlns='${BIND2}'/>` : `<bound xmlns='${BIND2}'>${inline}</bound>`, isManaged });
}
