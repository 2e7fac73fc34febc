/**
 * Who hears of a change (XEP-0060 §7.1.2, XEP-0163 §4.3): subscribers, and for a person's nodes the devices of the person and of contacts that asked by
 * `+notify`. The event is one text; only the address of each copy differs. Everyone gets it once.
 */
import type { BareJid, Jid } from '../kernel/jid.ts';
import { parseJid } from '../kernel/jid.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { User } from '../xmpp/router/users.ts';
import { makeMessage } from '../xmpp/stanza/build.ts';
import { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import { escapeAttribute } from '../xmpp/stanza/serialize.ts';
import type { MessageStanza, MessageType } from '../xmpp/stanza/stanza.ts';
import { mayRead } from './access.ts';
import type { Core } from './core.ts';
import { PUBSUB_EVENT } from './names.ts';
import { elementOf } from './payload.ts';
import type { Item, NodeConfig, Subscription } from './ports.ts';
import type { PubNode, Realm } from './realm.ts';

/** Does this device name the feature in its capabilities? */
export type HasFeature = (session: ClientSession, feature: string) => boolean;

export interface Notifier {
  /** To all who are entitled. */
  tell(realm: Realm, node: PubNode, eventXml: string): void;
  /** To one subscriber or device, of the newest item. */
  sendLast(realm: Realm, node: PubNode, item: Item, to: Jid): void;
  /** The newest item to one device that has just become available. */
  greet(realm: Realm, node: PubNode, item: Item, session: ClientSession): void;
  /** To the person's own devices that ask for a node of this name, which need not exist. */
  tellOwn(realm: Realm, owner: User, name: string, item: { readonly id: string; readonly xml: string }): void;
  /** To one address, of its own subscription. */
  tellOne(realm: Realm, node: PubNode, eventXml: string, to: Jid): void;
  /** Hears events of other nodes. */
  listen(): void;
}

interface Subscriber {
  readonly to: Jid;
  readonly presenceBased: boolean;
}
/** An event on its way to another node. */
interface Told {
  readonly from: string;
  readonly type: MessageType;
  readonly xml: string;
  /** Contacts hear on the devices that name it. */
  readonly feature: string;
  readonly contacts: readonly BareJid[];
  readonly subscribers: readonly { readonly to: string; readonly presenceBased: boolean }[];
}

const event = (inner: string): string => `<event xmlns='${PUBSUB_EVENT}'>${inner}</event>`;

export const itemXml = (config: NodeConfig, item: Item): string => {
  const publisher = config.itemReply === 'publisher' ? ` publisher='${escapeAttribute(item.publisher)}'` : '';
  const head = `<item id='${escapeAttribute(item.id)}'${publisher}`;
  return config.deliverPayloads && item.xml !== '' ? `${head}>${item.xml}</item>` : `${head}/>`;
};
export const itemsEvent = (node: PubNode, items: readonly Item[]): string =>
  event(`<items node='${escapeAttribute(node.name)}'>${items.map((item) => itemXml(node.config, item)).join('')}</items>`);
export const retractEvent = (node: PubNode, ids: readonly string[]): string =>
  event(`<items node='${escapeAttribute(node.name)}'>${ids.map((id) => `<retract id='${escapeAttribute(id)}'/>`).join('')}</items>`);
export const purgeEvent = (node: PubNode): string => event(`<purge node='${escapeAttribute(node.name)}'/>`);
export const deleteEvent = (node: PubNode, redirect: string): string =>
  event(
    redirect === ''
      ? `<delete node='${escapeAttribute(node.name)}'/>`
      : `<delete node='${escapeAttribute(node.name)}'><redirect uri='${escapeAttribute(redirect)}'/></delete>`,
  );
export const configEvent = (node: PubNode, formXml: string): string =>
  event(`<configuration node='${escapeAttribute(node.name)}'>${node.config.deliverPayloads ? formXml : ''}</configuration>`);
export const subscriptionEvent = (node: PubNode, one: Pick<Subscription, 'jid' | 'subid'>, state: string): string =>
  event(
    `<subscription node='${escapeAttribute(node.name)}' jid='${escapeAttribute(one.jid)}' subid='${escapeAttribute(one.subid)}' subscription='${state}'/>`,
  );

const delayed = (domain: string, at: number): string =>
  `<delay xmlns='${NS.delay}' from='${escapeAttribute(domain)}' stamp='${new Date(at).toISOString()}'/>`;

export function createNotifier(core: Core, has: HasFeature): Notifier {
  const { users, roster } = core;

  /** The event as a stanza whose text is made once. */
  const shell = (realm: Realm, node: PubNode): MessageStanza =>
    makeMessage({ from: realm.address, to: null, type: node.config.notificationType });

  /** For those who are reached by the router: services, other servers, messages that may wait. */
  function whole(realm: Realm, node: PubNode, xml: string, to: Jid): MessageStanza {
    const children = elementOf(`<message xmlns='${NS.client}'>${xml}</message>`)?.children ?? [];
    // Without this, messages that carry no words are not kept for people who are offline (XEP-0334).
    if (!node.config.presenceBased && node.config.notificationType === 'normal') children.push(new Element('store', 'urn:xmpp:hints'));
    return makeMessage({ from: realm.address, to, type: node.config.notificationType }, ...children);
  }

  function give(session: ClientSession, stanza: MessageStanza, xml: string): void {
    if (core.router().deliver(session.jid, stanza, stanza.render({ to: session.jid.full, extra: xml }), 'may-wait'))
      core.counters.notified++;
  }

  function toDevices(person: User, feature: string, stanza: MessageStanza, xml: string, served: Set<ClientSession>): void {
    for (const session of person.sessions.values()) {
      if (session.presence === null || !has(session, feature)) continue;
      served.add(session);
      give(session, stanza, xml);
    }
  }

  /** For people of other nodes: one event crosses once to each node, with those it is for. */
  function abroad(
    stanza: MessageStanza,
    xml: string,
    feature: string,
    contacts: readonly BareJid[],
    subscribers: readonly Subscriber[],
  ): void {
    const others = core.router().elsewhere;
    if (others === null || (contacts.length === 0 && subscribers.length === 0)) return;
    const people = others.group(contacts);
    const those = others.group(new Set(subscribers.map(({ to }) => to.bare)));
    for (const at of new Set([...people.keys(), ...those.keys()])) {
      const here = new Set(those.get(at));
      const told: Told = {
        from: stanza.from.full,
        type: stanza.type,
        xml,
        feature,
        contacts: people.get(at) ?? [],
        subscribers: subscribers.filter(({ to }) => here.has(to.bare)).map(({ to, presenceBased }) => ({ to: to.full, presenceBased })),
      };
      others.tell(at, 'pubsub.event', told);
    }
  }

  function heard({ from, type, xml, feature, contacts, subscribers }: Told): void {
    const sender = parseJid(from);
    if (sender === null) return;
    const stanza = makeMessage({ from: sender, to: null, type });
    const served = new Set<ClientSession>();
    for (const bare of contacts) {
      const contact = users.peek(bare);
      if (contact !== undefined) toDevices(contact, feature, stanza, xml, served);
    }
    for (const { to, presenceBased } of subscribers) {
      const jid = parseJid(to);
      if (jid !== null) toSubscribed(jid, presenceBased, stanza, xml, served);
    }
  }

  function toContacts(realm: Realm, node: PubNode, stanza: MessageStanza, xml: string, served: Set<ClientSession>, away: BareJid[]): void {
    const owner = users.peek(realm.address.bare);
    if (owner === undefined) return;
    const feature = `${node.name}+notify`;
    toDevices(owner, feature, stanza, xml, served);
    const { accessModel } = node.config;
    // On a list of its own are few; on the contact list may be hundreds.
    const readers =
      accessModel === 'whitelist' || accessModel === 'authorize' ? ([...node.affiliations.keys()] as BareJid[]) : roster.watchersOf(owner);
    for (const bare of readers) {
      if (bare === owner.bare) continue;
      const contact = users.peek(bare);
      const isAway = contact === undefined && core.isElsewhere(bare);
      if (!isAway && (contact === undefined || contact.sessions.size === 0)) continue;
      const jid = contact?.jid ?? parseJid(bare);
      if (jid === null || !roster.isWatcher(owner, bare) || core.isBlocked(owner, jid)) continue;
      if (mayRead(node.config, core.standing(realm, node, bare)) !== null) continue;
      if (contact === undefined) away.push(bare);
      else toDevices(contact, feature, stanza, xml, served);
    }
  }

  function toSubscriber(
    realm: Realm,
    node: PubNode,
    to: Jid,
    stanza: MessageStanza,
    xml: string,
    served: Set<ClientSession>,
    away: Subscriber[],
  ): void {
    const router = core.router();
    const isLocal = router.isLocalDomain(to.domain) && to.local !== '';
    if (!isLocal || (node.config.notificationType === 'normal' && to.resource === '')) {
      router.route(whole(realm, node, xml, to));
      core.counters.notified++;
      return;
    }
    if (core.isElsewhere(to.bare)) away.push({ to, presenceBased: node.config.presenceBased });
    else toSubscribed(to, node.config.presenceBased, stanza, xml, served);
  }

  function toSubscribed(to: Jid, presenceBased: boolean, stanza: MessageStanza, xml: string, served: Set<ClientSession>): void {
    const person = users.peek(to.bare);
    if (person === undefined) return;
    for (const session of person.sessions.values()) {
      if (served.has(session) || (to.resource !== '' && session.jid.resource !== to.resource)) continue;
      if (session.presence === null ? to.resource === '' || presenceBased : to.resource === '' && session.priority < 0) continue;
      served.add(session);
      give(session, stanza, xml);
    }
  }

  return {
    tell(realm, node, xml) {
      if (!node.config.deliverNotifications) return;
      const stanza = shell(realm, node);
      const served = new Set<ClientSession>();
      const contacts: BareJid[] = [];
      const subscribers: Subscriber[] = [];
      if (realm.kind === 'person') toContacts(realm, node, stanza, xml, served, contacts);
      for (const one of node.subscriptions.values()) {
        if (one.state !== 'subscribed' || !one.deliver) continue;
        const to = parseJid(one.jid);
        if (to === null || !mayHear(realm, node, to)) continue;
        toSubscriber(realm, node, to, stanza, xml, served, subscribers);
      }
      abroad(stanza, xml, `${node.name}+notify`, contacts, subscribers);
    },
    sendLast(realm, node, item, to) {
      const xml = itemsEvent(node, [item]) + delayed(realm.address.domain, item.at);
      toOne(realm, node, xml, to);
    },
    greet(realm, node, item, session) {
      give(session, shell(realm, node), itemsEvent(node, [item]) + delayed(realm.address.domain, item.at));
    },
    tellOwn(realm, owner, name, { id, xml }) {
      const stanza = makeMessage({ from: realm.address, to: null, type: 'headline' });
      const text = event(`<items node='${escapeAttribute(name)}'><item id='${escapeAttribute(id)}'>${xml}</item></items>`);
      toDevices(owner, `${name}+notify`, stanza, text, new Set());
    },
    tellOne: toOne,
    listen: () => core.router().elsewhere?.hear('pubsub.event', (payload) => heard(payload as Told)),
  };

  function toOne(realm: Realm, node: PubNode, xml: string, to: Jid): void {
    const stanza = shell(realm, node);
    const away: Subscriber[] = [];
    toSubscriber(realm, node, to, stanza, xml, new Set(), away);
    abroad(stanza, xml, '', [], away);
  }

  /** A right may have gone since the subscription: the block list, the contact list, the list of the node. */
  function mayHear(realm: Realm, node: PubNode, to: Jid): boolean {
    if (realm.kind === 'person') {
      const owner = users.peek(realm.address.bare);
      if (owner !== undefined && to.bare !== owner.bare && core.isBlocked(owner, to)) return false;
      return mayRead(node.config, core.standing(realm, node, to.bare)) === null;
    }
    const { accessModel } = node.config;
    // Contact lists of owners who are offline are not read for each event; at the service those models are asked at subscribing.
    if (accessModel === 'presence' || accessModel === 'roster') return node.affiliations.get(to.bare) !== 'outcast';
    return mayRead(node.config, core.standing(realm, node, to.bare)) === null;
  }
}
