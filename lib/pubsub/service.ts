/** The publish-subscribe service at an address of its own (XEP-0060): topics that belong to nobody's account. */

import type { PubSubValues } from '../config/schema/index.ts';
import { isStoreDown } from '../kernel/faults.ts';
import type { BareJid } from '../kernel/jid.ts';
import type { Live } from '../kernel/live.ts';
import type { ClientSession } from '../xmpp/c2s/session.ts';
import type { IqAnswer, MaybePromise } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import { createServiceDesk, notHere, type ServiceAsk, type ServiceHandler } from '../xmpp/router/service-desk.ts';
import { createServiceNames, type ServiceNames } from '../xmpp/router/service-names.ts';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';
import type { IqStanza, MessageStanza, Stanza } from '../xmpp/stanza/stanza.ts';
import { infoElement, itemsElement } from '../xmpp/xeps/xep-0030-disco.ts';
import { mayRead } from './access.ts';
import type { Asker, Core } from './core.ts';
import { faults } from './faults.ts';
import { serviceFeatures } from './features.ts';
import { PUBSUB, PUBSUB_OWNER } from './names.ts';
import { metadataForm } from './node-config.ts';
import { type PubNode, type Realm, storedOf } from './realm.ts';
import type { Engine } from './requests/index.ts';
import type { MayCreate } from './requests/nodes.ts';
import { readPage } from './requests/result-set.ts';

export const isOwnDomain = (names: ServiceNames, service: string, domain: string): boolean => names.serves(service, domain);

/** The label while the service is offered. */
const labelOf = (settings: Live<PubSubValues>): Live<string> => {
  const read = (values: PubSubValues): string => (values.service ? values.label : '');
  return {
    get: () => read(settings.get()),
    onChange: (fn) => settings.onChange((now, was) => read(now) !== read(was) && fn(read(now), read(was))),
  };
};

export const pubsubNames = (imDomains: Live<ReadonlySet<string>>, settings: Live<PubSubValues>): ServiceNames =>
  createServiceNames({ imDomains, label: labelOf(settings) });

/** Who may make nodes: at their own address only the person; at the service as the setting says. */
export const creationRule =
  (names: ServiceNames, imDomains: Live<ReadonlySet<string>>, settings: Live<PubSubValues>): MayCreate =>
  (realm, asker) => {
    if (realm.kind === 'person') return asker.jid.bare === realm.address.bare ? null : faults.forbidden;
    if (asker.isOperator) return null;
    const isOwn = imDomains.get().has(asker.jid.domain) && isOwnDomain(names, realm.address.domain, asker.jid.domain);
    return isOwn && asker.jid.local !== '' && settings.get().createNodes === 'own-domain' ? null : faults.forbidden;
  };

export function createPubSubHost(deps: {
  readonly core: Core;
  readonly engine: Engine;
  readonly names: ServiceNames;
  readonly isOperator: (bare: BareJid) => MaybePromise<boolean>;
}): Host {
  const { core, engine, names } = deps;

  async function askerOf(iq: Stanza): Promise<Asker> {
    return { jid: iq.from, isOperator: await deps.isOperator(iq.from.bare) };
  }
  const realmOf = (iq: Stanza): Promise<Realm> => core.realms.ofService(iq.to?.domain ?? '');

  async function pubsub({ iq, payload }: ServiceAsk): Promise<IqAnswer> {
    try {
      return await engine.handle(await realmOf(iq), await askerOf(iq), iq, payload);
    } catch (error) {
      if (isStoreDown(error)) return { fault: faults.storeDown };
      throw error;
    }
  }

  /** A node that is not for everyone exists for those only who have a part in it. */
  async function isTold(realm: Realm, node: PubNode, asker: Asker): Promise<boolean> {
    const { accessModel } = node.config;
    if (accessModel === 'open' || accessModel === 'authorize' || asker.isOperator) return true;
    return mayRead(node.config, await core.standingOf(realm, node, asker)) === null;
  }

  async function info(iq: IqStanza, name: string | undefined): Promise<IqAnswer> {
    if (name === undefined)
      return {
        result: infoElement(
          {
            identities: [{ category: 'pubsub', type: 'service', name: 'Publish-subscribe' }],
            features: [NS.discoInfo, NS.discoItems, NS.ping, ...serviceFeatures],
            forms: [],
          },
          name,
        ),
      };
    const realm = await realmOf(iq);
    const node = realm.nodes.get(name);
    if (node === undefined || !(await isTold(realm, node, await askerOf(iq)))) return { fault: faults.noNode };
    const title = node.config.title === '' ? {} : { name: node.config.title };
    return {
      result: infoElement(
        {
          identities: [{ category: 'pubsub', type: 'leaf', ...title }],
          features: [PUBSUB, NS.discoInfo],
          forms: [metadataForm(storedOf(node), node.itemCount)],
        },
        name,
      ),
    };
  }

  async function items(iq: IqStanza, payload: Element): Promise<IqAnswer> {
    const realm = await realmOf(iq);
    const asker = await askerOf(iq);
    const name = payload.attrs.node;
    const jid = realm.address.domain;
    const set = payload.child('set', NS.resultSets);
    if (name === undefined) {
      // Nodes that are not for everyone are named to those who have a part in them.
      const visible = [...realm.nodes.values()].filter(
        (node) =>
          node.config.accessModel === 'open' ||
          node.config.accessModel === 'authorize' ||
          asker.isOperator ||
          mayRead(node.config, core.standing(realm, node, asker.jid.bare)) === null,
      );
      const page = readPage(
        set,
        undefined,
        visible.map((node) => ({ id: node.name, uid: '', bytes: 0, publisher: node.creator })),
      );
      if (!page.ok) return { fault: page.fault };
      const answer = itemsElement(
        page.value.heads.map(({ id }) => {
          const title = realm.nodes.get(id)?.config.title ?? '';
          return { jid, node: id, ...(title === '' ? {} : { name: title }) };
        }),
        name,
      );
      if (page.value.set !== null) answer.children.push(page.value.set);
      return { result: answer };
    }
    const node = realm.nodes.get(name);
    if (node === undefined) return { fault: faults.noNode };
    const refused = mayRead(node.config, await core.standingOf(realm, node, asker));
    if (refused !== null) return { fault: refused };
    const page = readPage(
      set,
      undefined,
      [...(await core.heads(node)).values()].map((head) => ({ ...head, bytes: 0 })),
    );
    if (!page.ok) return { fault: page.fault };
    const answer = itemsElement(
      page.value.heads.map((head) => ({ jid, name: head.id })),
      name,
    );
    if (page.value.set !== null) answer.children.push(page.value.set);
    return { result: answer };
  }

  const handlers: readonly ServiceHandler[] = [
    { ns: PUBSUB, name: 'pubsub', types: ['get', 'set'], handle: pubsub },
    { ns: PUBSUB_OWNER, name: 'pubsub', types: ['get', 'set'], handle: pubsub },
    { ns: NS.discoInfo, name: 'query', types: ['get'], handle: ({ iq, payload }) => info(iq, payload.attrs.node) },
    { ns: NS.discoItems, name: 'query', types: ['get'], handle: ({ iq, payload }) => items(iq, payload) },
    { ns: NS.ping, name: 'ping', types: ['get'], handle: () => ({ result: null }) },
  ];
  const desk = createServiceDesk({
    handlers,
    answer: (iq, answer) => core.router().answer(iq, answer),
    failed: (iq, error) => core.router().failed(iq, error),
    holdAck: (session) => core.router().holdAck(session),
  });

  /** An owner's answer to a request for approval. */
  async function heard(message: MessageStanza): Promise<void> {
    const realm = await realmOf(message);
    if (!engine.subscriptions.answered(realm, await askerOf(message), message)) core.router().bounce(message, notHere);
  }

  return {
    name: 'pubsub',
    title: 'Publish-subscribe',
    domains: names.domains,
    servesDomain: (service, im) => names.serves(service, im),
    isPlaced: () => true,
    receive(stanza: Stanza, sender: ClientSession | null) {
      const isService = stanza.to?.local === '' && stanza.to.resource === '';
      if (stanza.kind === 'iq') {
        if (!isService || !desk.take(stanza, sender)) core.router().bounce(stanza, notHere);
      } else if (stanza.kind === 'message' && stanza.type !== 'error' && stanza.type !== 'headline') {
        if (isService) heard(stanza).catch((error: unknown) => core.router().failed(stanza, error));
        else core.router().bounce(stanza, notHere);
      }
      // Presence tells the service nothing: who is online is asked when there is something to tell.
    },
  };
}
