/**
 * Service discovery (XEP-0030). The server names what its rooms declare; the bare JID of an account answers to those with a subscription
 * only, to everyone else exactly like an account that does not exist (XEP-0030 §8): `service-unavailable`. No list names users.
 */
import type { BareJid } from '../../kernel/jid.ts';
import type { ClientSession } from '../c2s/session.ts';
import type { IqAnswer, MaybePromise, Protocol, Room } from '../router/hooks.ts';
import type { User } from '../router/users.ts';
import { Element } from '../stanza/element.ts';
import { NS } from '../stanza/namespaces.ts';
import type { StanzaFault } from '../stanza/stanza.ts';
import type { AccountDisco, MaySee } from './ports.ts';

export const protocol: Protocol = { number: 'XEP-0030', title: 'Service Discovery', version: '2.5rc3', status: 'complete' };

export interface DiscoIdentity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly lang?: string;
}
export interface DiscoInfo {
  readonly identities: readonly DiscoIdentity[];
  readonly features: readonly string[];
  /** Extensions (XEP-0128); never two with the same FORM_TYPE. */
  readonly forms: readonly Element[];
}
export interface DiscoItem {
  readonly jid: string;
  readonly node?: string;
  readonly name?: string;
}

/** Somebody who answers for nodes of the server's address. Null: this node is unknown, or not for this asker. */
export interface DiscoNodes {
  info(session: ClientSession, node: string): MaybePromise<DiscoInfo | null>;
  items(session: ClientSession, node: string): MaybePromise<readonly DiscoItem[] | null>;
}

export interface Disco {
  readonly room: Room;
  /** What the server says of itself; the base of its capabilities (XEP-0115). */
  serverInfo(): DiscoInfo;
}

const unknownNode: StanzaFault = { condition: 'item-not-found', type: 'cancel' };
const nobodyHere: StanzaFault = { condition: 'service-unavailable', type: 'cancel' };

export function infoElement(info: DiscoInfo, node: string | undefined): Element {
  const query = new Element('query', NS.discoInfo, node === undefined ? {} : { node });
  for (const { category, type, name, lang } of info.identities) {
    const attrs: Record<string, string> = { category, type };
    if (name !== undefined) attrs.name = name;
    if (lang !== undefined) attrs['xml:lang'] = lang;
    query.children.push(new Element('identity', NS.discoInfo, attrs));
  }
  for (const feature of info.features) query.children.push(new Element('feature', NS.discoInfo, { var: feature }));
  query.children.push(...info.forms);
  return query;
}

export function itemsElement(items: readonly DiscoItem[], node: string | undefined): Element {
  const query = new Element('query', NS.discoItems, node === undefined ? {} : { node });
  for (const { jid, node: at, name } of items) {
    const attrs: Record<string, string> = { jid };
    if (at !== undefined) attrs.node = at;
    if (name !== undefined) attrs.name = name;
    query.children.push(new Element('item', NS.discoItems, attrs));
  }
  return query;
}

/** `rooms` is read at each question, so a room added later is named too. */
export function createDisco(deps: {
  rooms: () => readonly Room[];
  maySee: MaySee;
  /** Services for people of an IM domain, for example the chat rooms' address. */
  services: (imDomain: string) => readonly DiscoItem[];
  forms: () => readonly Element[];
  nodes: () => readonly DiscoNodes[];
  /** What else is said of accounts. */
  accounts?: () => readonly AccountDisco[];
  /** For nodes of the asker's own bare JID. */
  ownNodes?: () => readonly DiscoNodes[];
}): Disco {
  const featuresOf = (where: 'server' | 'account'): readonly string[] => {
    const features = new Set<string>([NS.discoInfo, NS.discoItems]);
    for (const room of deps.rooms()) for (const feature of room.features?.[where] ?? []) features.add(feature);
    return [...features].sort();
  };
  const accountDiscos = (): readonly AccountDisco[] => deps.accounts?.() ?? [];
  const serverInfo = (): DiscoInfo => ({
    identities: [{ category: 'server', type: 'im', name: 'Rollcall' }],
    features: featuresOf('server'),
    forms: deps.forms(),
  });
  const accountInfo = (): DiscoInfo => ({
    identities: [{ category: 'account', type: 'registered' }, ...accountDiscos().flatMap((one) => one.identities)],
    features: featuresOf('account'),
    forms: [],
  });

  async function askNodes<T>(list: readonly DiscoNodes[], ask: (nodes: DiscoNodes) => MaybePromise<T | null>): Promise<T | null> {
    for (const nodes of list) {
      const answer = await ask(nodes);
      if (answer !== null) return answer;
    }
    return null;
  }

  function serverAnswer(session: ClientSession, payload: Element, imDomain: string): MaybePromise<IqAnswer> {
    const node = payload.attrs.node;
    if (payload.ns === NS.discoInfo) {
      if (node === undefined) return { result: infoElement(serverInfo(), node) };
      return askNodes(deps.nodes(), (nodes) => nodes.info(session, node)).then((info) =>
        info === null ? { fault: unknownNode } : { result: infoElement(info, node) },
      );
    }
    if (node === undefined) return { result: itemsElement(deps.services(imDomain), node) };
    return askNodes(deps.nodes(), (nodes) => nodes.items(session, node)).then((items) =>
      items === null ? { fault: unknownNode } : { result: itemsElement(items, node) },
    );
  }

  /** Null: this node is no part's own. */
  async function ownNode(session: ClientSession, payload: Element, node: string, list: readonly DiscoNodes[]): Promise<IqAnswer | null> {
    if (payload.ns === NS.discoInfo) {
      const info = await askNodes(list, (nodes) => nodes.info(session, node));
      return info === null ? null : { result: infoElement(info, node) };
    }
    const items = await askNodes(list, (nodes) => nodes.items(session, node));
    return items === null ? null : { result: itemsElement(items, node) };
  }

  async function accountNode(payload: Element, asker: BareJid, user: User, node: string | undefined): Promise<IqAnswer> {
    const items: DiscoItem[] = [];
    let isKnown = node === undefined;
    for (const one of accountDiscos()) {
      if (payload.ns === NS.discoInfo && node !== undefined) {
        const info = await one.info(asker, user, node);
        if (info !== null) return { result: infoElement(info, node) };
      } else {
        const found = await one.items(asker, user, node);
        if (found !== null) isKnown = true;
        items.push(...(found ?? []));
      }
    }
    return isKnown ? { result: itemsElement(items, node) } : { fault: unknownNode };
  }

  function accountAnswer(payload: Element, asker: BareJid, user: User): MaybePromise<IqAnswer> {
    const node = payload.attrs.node;
    if (payload.ns === NS.discoInfo && node === undefined) return { result: infoElement(accountInfo(), node) };
    if (accountDiscos().length > 0) return accountNode(payload, asker, user, node);
    return node === undefined ? { result: itemsElement([], node) } : { fault: unknownNode };
  }

  const room: Room = {
    name: 'disco',
    iq: [NS.discoInfo, NS.discoItems].flatMap((ns) => [
      {
        ns,
        name: 'query',
        targets: ['server'],
        types: ['get'],
        handle: ({ session, iq, payload }) => serverAnswer(session, payload, iq.to?.domain ?? session.jid.domain),
      },
      {
        ns,
        name: 'query',
        targets: ['self'],
        types: ['get'],
        handle({ session, user, payload }) {
          const { node } = payload.attrs;
          const list = deps.ownNodes?.() ?? [];
          if (node === undefined || list.length === 0) return accountAnswer(payload, user.bare, user);
          return ownNode(session, payload, node, list).then((answer) => answer ?? accountAnswer(payload, user.bare, user));
        },
      },
      {
        ns,
        name: 'query',
        targets: ['account'],
        types: ['get'],
        missing: nobodyHere,
        handle: ({ session, user, payload }) =>
          deps.maySee(session.user.bare, user) ? accountAnswer(payload, session.user.bare, user) : { fault: nobodyHere },
      },
    ]),
    protocols: [protocol],
  };
  return { room, serverInfo };
}
