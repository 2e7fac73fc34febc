/** Making, configuring, emptying and deleting nodes (XEP-0060 §8.1 to §8.5). */
import { secretId, sortableId } from '../../kernel/ids.ts';
import type { BareJid } from '../../kernel/jid.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { IqAnswer } from '../../xmpp/router/hooks.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { NS } from '../../xmpp/stanza/namespaces.ts';
import type { StanzaFault } from '../../xmpp/stanza/stanza.ts';
import type { Asker, Core } from '../core.ts';
import { tag } from '../core.ts';
import { faults } from '../faults.ts';
import { NODE_CONFIG, PUBSUB, PUBSUB_OWNER } from '../names.ts';
import { applyForm, type ConfigFault, configForm, defaultConfig, isSameConfig, readForm } from '../node-config.ts';
import { configEvent, deleteEvent, type Notifier, purgeEvent } from '../notifier.ts';
import { textOf } from '../payload.ts';
import type { NodeConfig } from '../ports.ts';
import { type PubNode, type Realm, rowOf } from '../realm.ts';
import { endUnentitled } from './subscriptions.ts';

const MAX_NAME = 1024;

/** Who may make nodes here beside those who may anyway. */
export type MayCreate = (realm: Realm, asker: Asker) => StanzaFault | null;

export interface Nodes {
  create(realm: Realm, asker: Asker, payload: Element): Promise<IqAnswer>;
  /** Makes the node in memory and in the database; part of `create` and of a first publish. Inside the realm's turn. */
  make(
    realm: Realm,
    asker: Asker,
    name: string,
    form: ReadonlyMap<string, readonly string[]> | null,
  ): Promise<Result<PubNode, StanzaFault>>;
  configure(realm: Realm, asker: Asker, payload: Element, type: string): Promise<IqAnswer>;
  defaults(realm: Realm): IqAnswer;
  purge(realm: Realm, asker: Asker, name: string): Promise<IqAnswer>;
  delete(realm: Realm, asker: Asker, name: string, redirect: string): Promise<IqAnswer>;
}

export const configFault = (fault: ConfigFault): StanzaFault =>
  fault.is === 'collection'
    ? faults.unsupported('collections', 'Collections of nodes are not offered.')
    : fault.is === 'access-model'
      ? faults.unsupportedModel
      : faults.invalidConfig(fault.text);

export const validName = (name: string): boolean => name !== '' && Buffer.byteLength(name) <= MAX_NAME;

export function createNodes(core: Core, notifier: Notifier, mayCreate: MayCreate): Nodes {
  const { settings, clock } = core;

  function owned(realm: Realm, asker: Asker, name: string): Result<PubNode, StanzaFault> {
    if (name === '') return refuse(faults.nodeIdRequired);
    const node = realm.nodes.get(name);
    if (node === undefined) return refuse(faults.noNode);
    return core.isOwner(realm, node, asker) ? ok(node) : refuse(faults.forbidden);
  }

  function madeBy(realm: Realm, creator: BareJid): number {
    let count = 0;
    for (const node of realm.nodes.values()) if (node.creator === creator) count++;
    return count;
  }

  async function make(
    realm: Realm,
    asker: Asker,
    name: string,
    form: ReadonlyMap<string, readonly string[]> | null,
  ): Promise<Result<PubNode, StanzaFault>> {
    const refused = mayCreate(realm, asker);
    if (refused !== null) return refuse(refused);
    if (!validName(name)) return refuse(faults.malformed('The name of a node has 1 to 1024 bytes.'));
    const values = settings.get();
    if (realm.nodes.size >= core.maxNodes(realm)) return refuse(faults.maxNodes(core.maxNodes(realm)));
    if (realm.kind === 'service' && !asker.isOperator && madeBy(realm, asker.jid.bare) >= values.nodesPerCreator)
      return refuse(faults.maxNodes(values.nodesPerCreator));
    const base = defaultConfig(realm.kind, values.payloadSize, name);
    const config = form === null ? ok(base) : applyForm(base, form, values.payloadSize);
    if (!config.ok) return refuse(configFault(config.fault));
    const creator = asker.jid.bare;
    const node: PubNode = {
      id: sortableId(clock.now()),
      name,
      config: config.value,
      creator,
      at: clock.now(),
      itemCount: 0,
      itemBytes: 0,
      affiliations: new Map(realm.kind === 'person' ? [] : [[creator, 'owner'] as const]),
      subscriptions: new Map(),
      heads: new Map(),
    };
    await core.commit(
      realm,
      [{ nodeId: node.id, put: { ...rowOf(node), realm: realm.key }, affiliations: { put: node.affiliations } }],
      () => {
        realm.add(node);
        core.last.set(node.id, null);
      },
    );
    return ok(node);
  }

  function saveConfig(realm: Realm, node: PubNode, config: NodeConfig): Promise<void> {
    const expiry = config.itemExpire === node.config.itemExpire ? {} : { expiry: config.itemExpire };
    const put = { ...rowOf(node), config, realm: realm.key };
    return core.commit(realm, [{ nodeId: node.id, put, ...expiry }], () => {
      node.config = config;
    });
  }

  return {
    make,

    async create(realm, asker, payload) {
      const create = payload.child('create', PUBSUB);
      const configure = payload.child('configure', PUBSUB);
      const x = configure?.child('x', NS.dataForms);
      const form = readForm(x, NODE_CONFIG);
      if (x !== undefined && form === null) return { fault: faults.invalidConfig('The configuration is not a form of this kind.') };
      const asked = create?.attrs.node ?? '';
      // §8.1.2: without a name one is made up.
      const name = asked === '' ? secretId(12) : asked;
      if (realm.nodes.has(name)) return { fault: mayCreate(realm, asker) ?? faults.exists };
      const made = await make(realm, asker, name, form);
      if (!made.ok) return { fault: made.fault };
      return { result: asked === '' ? tag('pubsub', PUBSUB, {}, tag('create', PUBSUB, { node: name })) : null };
    },

    async configure(realm, asker, payload, type) {
      const configure = payload.child('configure', PUBSUB_OWNER);
      const found = owned(realm, asker, configure?.attrs.node ?? '');
      if (!found.ok) return { fault: found.fault };
      const node = found.value;
      if (type === 'get')
        return { result: tag('pubsub', PUBSUB_OWNER, {}, tag('configure', PUBSUB_OWNER, { node: node.name }, configForm(node.config))) };
      const x = configure?.child('x', NS.dataForms);
      // §8.2.4: nothing changes.
      if (x?.attrs.type === 'cancel') return { result: null };
      const form = readForm(x, NODE_CONFIG);
      if (form === null) return { fault: faults.invalidConfig('The configuration is not a form of this kind.') };
      const config = applyForm(node.config, form, settings.get().payloadSize);
      if (!config.ok) return { fault: configFault(config.fault) };
      if (isSameConfig(config.value, node.config)) return { result: null };
      const before = node.config;
      await saveConfig(realm, node, config.value);
      // Who may not read any more hears no more.
      if (before.accessModel !== node.config.accessModel || before.rosterGroups.join('\n') !== node.config.rosterGroups.join('\n'))
        await endUnentitled(core, notifier, realm, node);
      if (node.config.notifyConfig) notifier.tell(realm, node, configEvent(node, textOf(configForm(node.config, 'result'))));
      return { result: null };
    },

    defaults: (realm) => ({
      result: tag(
        'pubsub',
        PUBSUB_OWNER,
        {},
        tag('default', PUBSUB_OWNER, {}, configForm(defaultConfig(realm.kind, settings.get().payloadSize))),
      ),
    }),

    async purge(realm, asker, name) {
      const found = owned(realm, asker, name);
      if (!found.ok) return { fault: found.fault };
      const node = found.value;
      if (!node.config.persistItems) return { fault: faults.unsupported('persistent-items', 'This node keeps no items.') };
      await core.commit(realm, [{ nodeId: node.id, items: { clear: true }, counts: { items: 0, bytes: 0 } }], () => {
        core.keepHeads(node, new Map());
        node.itemCount = 0;
        node.itemBytes = 0;
        core.last.set(node.id, null);
      });
      if (node.config.notifyRetract) notifier.tell(realm, node, purgeEvent(node));
      return { result: null };
    },

    async delete(realm, asker, name, redirect) {
      const found = owned(realm, asker, name);
      if (!found.ok) return { fault: found.fault };
      const node = found.value;
      await core.commit(realm, [{ nodeId: node.id, remove: true }], () => {
        realm.drop(node.name);
        core.last.forget(node.id);
      });
      if (node.config.notifyDelete) notifier.tell(realm, node, deleteEvent(node, redirect));
      return { result: null };
    },
  };
}
